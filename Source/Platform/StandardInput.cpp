#include "Platform/StandardInput.h"

#include <cerrno>

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kikitori::platform
{

std::size_t readStandardInput (std::span<char> bytes, const std::function<bool()>& isCancelled)
{
    constexpr int lookEveryMs = 50;

    while (! isCancelled())
    {
        pollfd input{ STDIN_FILENO, POLLIN, 0 };
        const auto ready = ::poll (&input, 1, lookEveryMs);

        if (ready == 0 || (ready < 0 && errno == EINTR))
            continue;

        const auto count = ::read (STDIN_FILENO, bytes.data(), bytes.size());
        if (count >= 0 || errno != EINTR)
            return count > 0 ? static_cast<std::size_t> (count) : 0;
    }

    return 0;
}

bool isStandardInput (const std::filesystem::path& file)
{
    struct stat input
    {
    }, other{};

    return ::fstat (STDIN_FILENO, &input) == 0 && ::stat (file.c_str(), &other) == 0 && input.st_dev == other.st_dev
           && input.st_ino == other.st_ino;
}

} // namespace kikitori::platform
