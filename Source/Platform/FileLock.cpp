#include "Platform/FileLock.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kikitori::platform
{

namespace
{
/** A holder before us may have removed the file between our opening and our locking it. */
bool isStillThere (const FileHandle& opened, const std::filesystem::path& file)
{
    struct stat ours
    {
    }, present{};

    return ::fstat (opened.get(), &ours) == 0 && ::stat (file.c_str(), &present) == 0 && ours.st_ino == present.st_ino
           && ours.st_dev == present.st_dev;
}
} // namespace

FileLock::FileLock (std::filesystem::path lockFile, FileHandle opened)
    : file (std::move (lockFile)), handle (std::move (opened))
{
}

Result<FileLock> FileLock::tryLock (const std::filesystem::path& lockFile)
{
    for (;;)
    {
        FileHandle opened (::open (lockFile.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));

        if (! opened.isOpen())
            return writeFailure (lockFile, errno);
        // Of the open file, not of the process: two instances in one host are two holders.
        if (::flock (opened.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
            return Error{ "locked", "The file " + lockFile.string() + " is in use by another program." };
        if (isStillThere (opened, lockFile))
            return FileLock (lockFile, std::move (opened));
    }
}

void FileLock::unlockAndRemove()
{
    if (handle.isOpen())
        ::unlink (file.c_str());

    handle.close();
}

} // namespace kikitori::platform
