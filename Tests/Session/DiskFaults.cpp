#include "DiskFaults.h"

#include <algorithm>
#include <cerrno>
#include <limits>

#include <sys/syscall.h>
#include <unistd.h>

namespace
{

constexpr auto boundless = std::numeric_limits<std::int64_t>::max();
std::int64_t bytesLeft = boundless;
int writeError = 0;
int readError = 0;

} // namespace

// These take the place of the C library's for the whole test program.
extern "C" ssize_t pwrite (int handle, const void* data, size_t size, off_t offset)
{
    if (writeError != 0 && bytesLeft <= 0)
    {
        errno = writeError;
        return -1;
    }

    const auto count = std::min (size, static_cast<size_t> (bytesLeft));
    const auto written = ::syscall (SYS_pwrite64, handle, data, count, offset);

    if (writeError != 0 && written > 0)
        bytesLeft -= written;

    return written;
}

extern "C" ssize_t pread (int handle, void* data, size_t size, off_t offset)
{
    if (readError != 0)
    {
        errno = readError;
        return -1;
    }

    return ::syscall (SYS_pread64, handle, data, size, offset);
}

namespace kikitori::test
{

DiskFaults::~DiskFaults()
{
    bytesLeft = boundless;
    writeError = readError = 0;
}

void DiskFaults::failWritesAfter (std::int64_t bytes, int error)
{
    bytesLeft = bytes;
    writeError = error;
}

void DiskFaults::failReads (int error) { readError = error; }

} // namespace kikitori::test
