/*  Folders as one ZIP archive, made while it is read: memory holds one piece, however large the files are.

    Threads: one at a time.
    Failure: disk_failed when a file cannot be read any more or has become shorter; what came before is then no whole
    archive, and whoever sends it must break off, so that the receiver knows.
*/
#pragma once

#include "Core/Result.h"

#include <filesystem>
#include <memory>
#include <vector>

namespace kikitori::backend
{

class ZipStream
{
public:
    /** Each folder's files, below the folder's own name; links are left out. */
    explicit ZipStream (const std::vector<std::filesystem::path>& folders);
    ~ZipStream();

    ZipStream (const ZipStream&) = delete;
    ZipStream& operator= (const ZipStream&) = delete;

    /** The next bytes, about 64 KiB; empty at the end. */
    Result<std::string> next();

private:
    struct Writer;
    std::unique_ptr<Writer> writer;
};

} // namespace kikitori::backend
