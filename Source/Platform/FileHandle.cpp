#include "Platform/FileHandle.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace kikitori::platform
{

namespace
{
/** Past this limit a write ends the process by SIGXFSZ. */
bool isWithinProcessLimit (int handle, std::size_t size)
{
    rlimit most{};

    if (::getrlimit (RLIMIT_FSIZE, &most) != 0 || most.rlim_cur == RLIM_INFINITY)
        return true;

    const auto position = ::lseek (handle, 0, SEEK_CUR);
    return position < 0 || static_cast<rlim_t> (position) + size <= most.rlim_cur;
}

/** Pipes, devices and some network file systems have nothing to flush. */
bool cannotBeFlushed (int reason) { return reason == EINVAL || reason == ENOTSUP || reason == EROFS; }

const char* whatToDo (int reason)
{
    switch (reason)
    {
        case ENOSPC:
        case EDQUOT: return "Free some space or choose another folder.";
        case EACCES:
        case EPERM:
        case EROFS: return "Check its permissions or choose another folder.";
        case ENOENT:
        case ENOTDIR: return "Create the folder or choose another one.";
        case EISDIR: return "Choose another name.";
        case ENAMETOOLONG: return "Choose a shorter name.";
        default: return "Check the disk or choose another folder.";
    }
}
} // namespace

FileHandle::FileHandle (FileHandle&& other) noexcept : handle (std::exchange (other.handle, -1)) {}

FileHandle& FileHandle::operator= (FileHandle&& other) noexcept
{
    std::swap (handle, other.handle);
    return *this;
}

bool FileHandle::write (std::string_view bytes)
{
    if (! isWithinProcessLimit (handle, bytes.size()))
    {
        errno = EFBIG;
        return false;
    }

    while (! bytes.empty())
    {
        const auto count = ::write (handle, bytes.data(), bytes.size());

        if (count < 0 && errno == EINTR)
            continue;
        if (count == 0)
            errno = ENOSPC;
        if (count <= 0)
            return false;

        bytes.remove_prefix (static_cast<std::size_t> (count));
    }

    return true;
}

bool FileHandle::sync()
{
    while (::fsync (handle) != 0)
        if (errno != EINTR)
            return cannotBeFlushed (errno);

    return true;
}

bool FileHandle::close() noexcept
{
    const auto closing = std::exchange (handle, -1);
    // Linux has closed it even where a signal came; a second close could take another thread's file.
    return closing < 0 || ::close (closing) == 0 || errno == EINTR;
}

Error writeFailure (const std::filesystem::path& file, int reason)
{
    return { "write_failed", "The file " + file.string() + " could not be written: "
                                 + std::generic_category().message (reason) + ". " + whatToDo (reason) };
}

bool syncFolder (const std::filesystem::path& folder)
{
    FileHandle opened (::open (folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    // A folder that may be written but not listed cannot be flushed.
    return opened.isOpen() ? opened.sync() : errno == EACCES;
}

std::filesystem::path folderOf (const std::filesystem::path& file)
{
    const auto folder = file.parent_path();
    return folder.empty() ? std::filesystem::path (".") : folder;
}

} // namespace kikitori::platform
