/*  The files by which the user's programs find their one local backend: backend.lock, held for the backend's life, and
    backend.json with port, process id, version and token.

    Threads: one.
    Failure: already_running while another one holds the lock; folder_unwritable.
*/
#pragma once

#include "Core/Result.h"

#include <filesystem>
#include <memory>
#include <string>

namespace kikitori::backend
{

class LocalRuntime
{
public:
    /** Makes the folder (0700) and takes the lock. */
    static Result<std::unique_ptr<LocalRuntime>> claim (const std::filesystem::path& folder);
    /** Takes backend.json away and lets the lock go. */
    ~LocalRuntime();

    LocalRuntime (const LocalRuntime&) = delete;
    LocalRuntime& operator= (const LocalRuntime&) = delete;

    /** A token that nobody can guess: 256 bits from the system. */
    const std::string& token() const noexcept { return secret; }

    /** Writes backend.json (0600) in one step. */
    Status announce (int port) const;

private:
    LocalRuntime (std::filesystem::path folder, int lock, std::string token);

    const std::filesystem::path folder;
    const int lockHandle;
    const std::string secret;
};

/** KIKITORI_RUNTIME_DIR, $XDG_RUNTIME_DIR/kikitori or ~/.cache/kikitori/run-<uid>, as the clients look for it. */
std::filesystem::path runtimeFolder();

} // namespace kikitori::backend
