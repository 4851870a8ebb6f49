/*  Reads a file piece by piece: at any place where it is a plain one, in order where it is a pipe.

    Threads: readAt from any number at once; readNext from one at a time.
    Failure: file_missing, read_failed; the message names the file and the system's reason. A file that shrinks while
    it is read ends earlier: nothing of it is mapped into memory.
*/
#pragma once

#include "Platform/FileHandle.h"

#include <cstddef>
#include <functional>
#include <span>
#include <string>

namespace kikitori::platform
{

class FileReader
{
public:
    /** A pipe without a writer is not waited for here, but by readNext. A folder is an error. */
    static Result<FileReader> open (const std::filesystem::path& file);

    bool isPlain() const noexcept { return plain; }
    std::uint64_t size() const noexcept { return bytes; } ///< when it was opened; 0 for a pipe

    /** Written or cut since it was opened. */
    bool hasChanged() const noexcept;

    /** Of a plain file: fewer bytes than asked for only at its end. */
    Result<std::size_t> readAt (std::uint64_t offset, std::span<char> target) const;

    /** Of a pipe: waits for the next bytes; 0 at the end, and soon after isCancelled() says so. */
    std::size_t readNext (std::span<char> target, const std::function<bool()>& isCancelled) const;

private:
    FileReader (FileHandle opened, std::string fileName);

    FileHandle handle;
    std::string name;
    bool plain = true;
    std::uint64_t bytes = 0;
    std::int64_t modified = 0; ///< ns
};

} // namespace kikitori::platform
