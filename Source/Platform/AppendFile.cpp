#include "Platform/AppendFile.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace kikitori::platform
{

AppendFile::AppendFile (std::filesystem::path path, FileHandle opened, std::uint64_t size)
    : file (std::move (path)), handle (std::move (opened)), bytes (size)
{
}

Result<AppendFile> AppendFile::open (const std::filesystem::path& file,
                                     Access access,
                                     std::optional<std::uint64_t> validBytes)
{
    FileHandle opened (
        ::open (file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, access == Access::ownerOnly ? 0600 : 0666));
    auto end = opened.isOpen() ? ::lseek (opened.get(), 0, SEEK_END) : -1;

    if (end >= 0 && validBytes && static_cast<std::uint64_t> (end) > *validBytes)
        end = ::ftruncate (opened.get(), static_cast<off_t> (*validBytes)) == 0
                  ? ::lseek (opened.get(), 0, SEEK_END)
                  : -1;

    if (end < 0)
        return writeFailure (file, errno);

    return AppendFile (file, std::move (opened), static_cast<std::uint64_t> (end));
}

Status AppendFile::append (std::string_view record)
{
    if (handle.write (record))
    {
        bytes += record.size();
        return success();
    }

    const auto reason = errno;
    // Half a record would make one of itself and the next. If this fails too, a reader finds that out.
    static_cast<void> (::ftruncate (handle.get(), static_cast<off_t> (bytes)) == 0);
    return writeFailure (file, reason);
}

Status AppendFile::sync() { return handle.sync() ? success() : Status (writeFailure (file, errno)); }

} // namespace kikitori::platform
