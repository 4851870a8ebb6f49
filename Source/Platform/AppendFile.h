/*  A file that only grows: a record that was appended whole stays, whatever comes after it.

    Threads: one at a time, any but the audio thread. append() waits for the page cache, sync() for the disk.
    Failure: write_failed with the file, the reason and what to do; a record that did not fit leaves nothing of itself,
    where the file system allows that. Readers skip a torn last record all the same: a killed process may leave one.
*/
#pragma once

#include "Platform/FileWriter.h"

#include <optional>

namespace kikitori::platform
{

class AppendFile
{
public:
    /** Makes the file if there is none. validBytes: what lies behind them is cut off (a torn record). */
    static Result<AppendFile> open (const std::filesystem::path& file,
                                    Access access = Access::ownerOnly,
                                    std::optional<std::uint64_t> validBytes = {});

    Status append (std::string_view record);
    Status sync();
    std::uint64_t size() const noexcept { return bytes; }
    const std::filesystem::path& path() const noexcept { return file; }

private:
    AppendFile (std::filesystem::path path, FileHandle opened, std::uint64_t size);

    std::filesystem::path file;
    FileHandle handle;
    std::uint64_t bytes = 0;
};

} // namespace kikitori::platform
