#include "Support/FullDisk.h"

#include <algorithm>
#include <atomic>
#include <limits>

#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace
{

constexpr auto boundless = std::numeric_limits<std::int64_t>::max();
std::atomic<std::int64_t> left{ boundless };
std::atomic<int> writeError{ 0 }, syncError{ 0 }, written{ 0 }, synced{ 0 };

bool isPlainFile (int handle)
{
    struct stat facts
    {
    };
    return ::fstat (handle, &facts) == 0 && S_ISREG (facts.st_mode);
}

} // namespace

// These take the place of the C library's for the whole test program.
extern "C" ssize_t write (int handle, const void* data, size_t size)
{
    const auto counts = isPlainFile (handle);
    written += counts ? 1 : 0;

    if (! counts || writeError == 0)
        return ::syscall (SYS_write, handle, data, size);

    if (left <= 0)
    {
        errno = writeError;
        return -1;
    }

    const auto count = ::syscall (SYS_write, handle, data, std::min (size, static_cast<size_t> (left.load())));

    if (count > 0)
        left -= count;

    return count;
}

extern "C" int fsync (int handle)
{
    synced += 1;

    if (syncError == 0 || ! isPlainFile (handle))
        return static_cast<int> (::syscall (SYS_fsync, handle));

    errno = syncError;
    return -1;
}

namespace kikitori::test
{

FullDisk::FullDisk (std::int64_t bytesLeft, int error)
{
    left = bytesLeft;
    writeError = error;
}

FullDisk::~FullDisk()
{
    left = boundless;
    writeError = syncError = 0;
}

void FullDisk::failSync (int error) { syncError = error; }
int FullDisk::writes() { return written; }
int FullDisk::syncs() { return synced; }

} // namespace kikitori::test
