/*  A lock that one holder has, in this process or another one; gone with the holder, however that ends.

    Threads: any but the audio thread; never waits.
    Failure: locked (somebody has it; the message names the process), write_failed (the lock file cannot be made). Where the file system knows no locks,
    everybody gets one.
*/
#pragma once

#include "Platform/FileHandle.h"

namespace kikitori::platform
{

class FileLock
{
public:
    /** Makes the lock file (0600) if there is none. */
    static Result<FileLock> tryLock (const std::filesystem::path& lockFile);

    /** Removes the lock file too; whoever waits for its name makes a new one. */
    void unlockAndRemove();

private:
    FileLock (std::filesystem::path lockFile, FileHandle opened);

    std::filesystem::path file;
    FileHandle handle;
};

} // namespace kikitori::platform
