/*  Writes a file and notices when the disk is full, which streams of the standard library tell too late or not at all.

    Threads: one writer belongs to one thread.
    Failure: disk_full or write_failed; the message names the file and what to do. An unfinished file stays: whoever
    made its folder removes it.
*/
#pragma once

#include "Core/Result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

namespace kikitori::backend
{

class FileWriter
{
public:
    /** append: goes on behind what is there; else begins anew. */
    explicit FileWriter (std::filesystem::path target, bool append = false);
    ~FileWriter();

    FileWriter (const FileWriter&) = delete;
    FileWriter& operator= (const FileWriter&) = delete;

    Status write (std::span<const std::byte> bytes);
    Status write (const std::string& text);
    /** Brings everything to the disk. */
    Status close();

private:
    Error failure (int reason) const;

    const std::filesystem::path file;
    int handle;
    int openError = 0;
};

} // namespace kikitori::backend
