/*  An open file: reads, writes, flushes and closes it. The part that the other classes of this folder share.

    Threads: one at a time.
    Failure: false, with errno as the system left it; a write past the process's file size limit is EFBIG and not a
    signal that ends the host.
*/
#pragma once

#include "Core/Result.h"

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace kikitori::platform
{

class FileHandle
{
public:
    FileHandle() = default;
    explicit FileHandle (int opened) noexcept : handle (opened) {}
    ~FileHandle() { close(); }

    FileHandle (FileHandle&& other) noexcept;
    FileHandle& operator= (FileHandle&& other) noexcept;

    bool isOpen() const noexcept { return handle >= 0; }
    int get() const noexcept { return handle; }

    /** All of it, from the file's present position on. */
    [[nodiscard]] bool write (std::string_view bytes);
    /** On the disk. True where a file of this kind cannot be flushed, such as a pipe. */
    [[nodiscard]] bool sync();
    /** False: the system tells only now that something could not be written. */
    bool close() noexcept;

private:
    int handle = -1;
};

/** What went wrong with a file, by errno, and what to do about it. Error: write_failed. */
Error writeFailure (const std::filesystem::path& file, int reason);

/** Makes a folder's entries (a rename, a new file) last. False, errno. */
[[nodiscard]] bool syncFolder (const std::filesystem::path& folder);

/** Of a file; "." where the path has none. */
std::filesystem::path folderOf (const std::filesystem::path& file);

} // namespace kikitori::platform
