#include "Platform/ReadFile.h"

#include "Platform/FileHandle.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace kikitori::platform
{

namespace
{
Error failure (const std::filesystem::path& file, int reason)
{
    return { reason == ENOENT || reason == ENOTDIR ? "file_missing" : "read_failed",
             "The file " + file.string() + " could not be read: " + std::generic_category().message (reason) + "." };
}

Error tooLarge (const std::filesystem::path& file, std::size_t mostBytes)
{
    return { "file_too_large",
             "The file " + file.string() + " is larger than " + std::to_string (mostBytes) + " bytes." };
}

Result<std::string> readOpened (const std::filesystem::path& file, const FileHandle& opened, std::size_t mostBytes)
{
    std::string content;

    // One byte more than allowed shows a file that is too large, also one that grows or has no size.
    for (std::size_t size = 0;;)
    {
        constexpr std::size_t piece = 1 << 16;
        content.resize (size + std::min (piece, mostBytes + 1 - size));
        const auto count = ::read (opened.get(), content.data() + size, content.size() - size);

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return failure (file, errno);

        size += static_cast<std::size_t> (count);

        if (size > mostBytes)
            return tooLarge (file, mostBytes);
        if (count == 0)
        {
            content.resize (size);
            return content;
        }
    }
}

enum class Kind
{
    any,
    ownersAlone, ///< and no link
    secret
};

bool isOnReadOnlyMount (const FileHandle& opened)
{
    struct statvfs facts
    {
    };

    return ::fstatvfs (opened.get(), &facts) == 0 && (facts.f_flag & ST_RDONLY) != 0;
}

bool mayRead (const FileHandle& opened, const struct stat& facts, Kind kind)
{
    const auto isOwners = (facts.st_mode & 077) == 0;
    return kind == Kind::any || (S_ISREG (facts.st_mode) && isOwners && facts.st_uid == ::geteuid())
           || (kind == Kind::secret && S_ISREG (facts.st_mode) && (isOwners || isOnReadOnlyMount (opened)));
}

Result<std::string> read (const std::filesystem::path& file, std::size_t mostBytes, Kind kind)
{
    const auto link = kind == Kind::ownersAlone ? O_NOFOLLOW : 0;
    // A pipe without a writer is not waited for.
    const FileHandle opened (::open (file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | link));
    struct stat facts
    {
    };

    if (! opened.isOpen() || ::fstat (opened.get(), &facts) != 0)
        return failure (file, errno);
    if (! mayRead (opened, facts, kind))
        return Error{ "not_private",
                      "The file " + file.string() + " must be yours alone: chmod 600 \"" + file.string() + "\"." };
    if (! S_ISREG (facts.st_mode))
        return Error{ "read_failed", "The file " + file.string() + " could not be read: it is no plain file." };
    if (static_cast<std::uintmax_t> (facts.st_size) > mostBytes)
        return tooLarge (file, mostBytes);

    return readOpened (file, opened, mostBytes);
}
} // namespace

Result<std::string> readFile (const std::filesystem::path& file, std::size_t mostBytes)
{
    return read (file, mostBytes, Kind::any);
}

Result<std::string> readPrivateFile (const std::filesystem::path& file, std::size_t mostBytes)
{
    return read (file, mostBytes, Kind::ownersAlone);
}

Result<std::string> readSecretFile (const std::filesystem::path& file, std::size_t mostBytes)
{
    return read (file, mostBytes, Kind::secret);
}

bool isSameFile (const std::filesystem::path& a, const std::filesystem::path& b)
{
    struct stat first
    {
    }, second{};

    return ::stat (a.c_str(), &first) == 0 && ::stat (b.c_str(), &second) == 0 && first.st_dev == second.st_dev
           && first.st_ino == second.st_ino;
}

} // namespace kikitori::platform
