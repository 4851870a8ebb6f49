#include "Platform/FileReader.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kikitori::platform
{

namespace
{
Error failure (const std::string& file, int reason)
{
    return { reason == ENOENT || reason == ENOTDIR ? "file_missing" : "read_failed",
             "The file " + file + " could not be read: " + std::generic_category().message (reason) + "." };
}

std::int64_t modificationTime (const struct stat& facts) noexcept
{
    constexpr std::int64_t second = 1'000'000'000;
#if defined(__APPLE__)
    return facts.st_mtimespec.tv_sec * second + facts.st_mtimespec.tv_nsec;
#else
    return facts.st_mtim.tv_sec * second + facts.st_mtim.tv_nsec;
#endif
}
} // namespace

FileReader::FileReader (FileHandle opened, std::string fileName)
    : handle (std::move (opened)), name (std::move (fileName))
{
}

Result<FileReader> FileReader::open (const std::filesystem::path& file)
{
    FileHandle opened (::open (file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat facts
    {
    };

    if (! opened.isOpen() || ::fstat (opened.get(), &facts) != 0)
        return failure (file.string(), errno);
    if (S_ISDIR (facts.st_mode))
        return failure (file.string(), EISDIR);

    FileReader reader (std::move (opened), file.string());
    reader.plain = S_ISREG (facts.st_mode);
    reader.bytes = reader.plain ? static_cast<std::uint64_t> (facts.st_size) : 0;
    reader.modified = modificationTime (facts);
    return reader;
}

bool FileReader::hasChanged() const noexcept
{
    struct stat facts
    {
    };
    return ::fstat (handle.get(), &facts) != 0 || modificationTime (facts) != modified
           || (plain && static_cast<std::uint64_t> (facts.st_size) != bytes);
}

Result<std::size_t> FileReader::readAt (std::uint64_t offset, std::span<char> target) const
{
    std::size_t filled = 0;

    while (filled < target.size())
    {
        const auto count = ::pread (handle.get(), target.data() + filled, target.size() - filled,
                                    static_cast<off_t> (offset + filled));

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return failure (name, errno);
        if (count == 0)
            break;

        filled += static_cast<std::size_t> (count);
    }

    return filled;
}

std::size_t FileReader::readNext (std::span<char> target, const std::function<bool()>& isCancelled) const
{
    constexpr int lookEveryMs = 50;

    while (! isCancelled())
    {
        pollfd input{ handle.get(), POLLIN, 0 };
        const auto ready = ::poll (&input, 1, lookEveryMs);

        if (ready == 0 || (ready < 0 && errno == EINTR))
            continue;

        const auto count = ::read (handle.get(), target.data(), target.size());

        if (count >= 0 || (errno != EINTR && errno != EAGAIN))
            return count > 0 ? static_cast<std::size_t> (count) : 0;
    }

    return 0;
}

} // namespace kikitori::platform
