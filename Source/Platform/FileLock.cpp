#include "Platform/FileLock.h"

#include <algorithm>
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

/** "process 1234", as the holder wrote it into its lock file. */
std::string holderOf (const FileHandle& opened)
{
    char text[16] = {};
    const auto count = ::pread (opened.get(), text, sizeof (text) - 1, 0);
    const auto isNumber = count > 0 && std::all_of (text, text + count, [] (char c) { return c >= '0' && c <= '9'; });
    return isNumber ? std::string ("process ") + text : std::string ("another program");
}

/** For who meets the lock and wants to tell its user; a disk that is full only keeps the number from him. */
void writeHolder (const FileHandle& opened)
{
    const auto text = std::to_string (::getpid());

    if (::ftruncate (opened.get(), 0) == 0)
        static_cast<void> (::pwrite (opened.get(), text.data(), text.size(), 0) < 0);
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
            return Error{ "locked", "The file " + lockFile.string() + " is in use by " + holderOf (opened) + "." };
        if (! isStillThere (opened, lockFile))
            continue;

        writeHolder (opened);
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
