/*  Small files that only the user may read: where the local backend listens, and tokens.

    Threads: any; nothing is cached.
    Failure: an Error that names the file and what to do.
*/
#pragma once

#include "Core/Result.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace kikitori
{

/** Where the local backend's files lie: KIKITORI_RUNTIME_DIR, $XDG_RUNTIME_DIR/kikitori or
    ~/.cache/kikitori/run-<uid>. */
std::filesystem::path defaultRuntimeFolder();

/** tokens.json in the user's configuration folder. */
std::filesystem::path defaultTokenFile();

/** What backend.json says of a running local backend. */
struct RunningBackend
{
    std::uint16_t port = 0;
    int pid = 0;
    int protocol = 0;
    std::string version;
    std::string token;
    bool provesToken = false; ///< see Protocol/PeerProof.h; older ones want the token itself
};

/** The backend that the runtime folder names, if its process lives; nullopt for none or a stale file. */
std::optional<RunningBackend> findRunningBackend (const std::filesystem::path& runtimeFolder);

/** The token for an origin ("https://host:port"): from KIKITORI_TOKEN when KIKITORI_TOKEN_FOR names that origin, else
    from the token file, a JSON object of origins to tokens; both spelled as addresses may be (Address.h). Empty when there is none; a file that others may read or
    that is no JSON is an error. */
Result<std::string> tokenFor (const std::string& origin, const std::filesystem::path& tokenFile);

/** Keeps a token for an origin in the token file (an empty one forgets it), mode 0600; the others in it stay. */
Status storeToken (const std::string& origin, const std::string& token, const std::filesystem::path& tokenFile);

} // namespace kikitori
