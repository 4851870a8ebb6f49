#include "Backend/Download/FileWriter.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace kikitori::backend
{

FileWriter::FileWriter (std::filesystem::path target, bool append)
    : file (std::move (target)),
      handle (::open (file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | (append ? O_APPEND : O_TRUNC), 0644)),
      openError (handle < 0 ? errno : 0)
{
}

FileWriter::~FileWriter()
{
    if (handle >= 0)
        ::close (handle);
}

Error FileWriter::failure (int reason) const
{
    if (reason == ENOSPC || reason == EDQUOT)
        return { "disk_full",
                 "The disk is full: " + file.string() + " could not be written. Free some space and try again." };

    return { "write_failed", file.string() + " cannot be written: " + std::strerror (reason) + "." };
}

Status FileWriter::write (std::span<const std::byte> bytes)
{
    if (handle < 0)
        return failure (openError);

    while (! bytes.empty())
    {
        const auto count = ::write (handle, bytes.data(), bytes.size());

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return failure (errno);

        bytes = bytes.subspan (static_cast<std::size_t> (count));
    }

    return success();
}

Status FileWriter::write (const std::string& text) { return write (std::as_bytes (std::span (text))); }

Status FileWriter::close()
{
    if (handle < 0)
        return failure (openError);

    const auto synced = ::fsync (handle) == 0 || errno == EINVAL;
    const auto syncError = errno;
    const auto closed = ::close (std::exchange (handle, -1)) == 0;

    if (! synced)
        return failure (syncError);
    if (! closed)
        return failure (errno);

    return success();
}

} // namespace kikitori::backend
