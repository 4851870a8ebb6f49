/*  A disk that fails when a test wants it to: pwrite() and pread() of this program.

    Threads: one. Failure: none; a destroyed DiskFaults means a healthy disk again.
*/
#pragma once

#include <cstdint>

namespace kikitori::test
{

class DiskFaults
{
public:
    DiskFaults() = default;
    ~DiskFaults();

    DiskFaults (const DiskFaults&) = delete;
    DiskFaults& operator= (const DiskFaults&) = delete;

    /** Writes end with this errno once so many more bytes are written; the last may be short. */
    void failWritesAfter (std::int64_t bytes, int error);
    void failReads (int error);
};

} // namespace kikitori::test
