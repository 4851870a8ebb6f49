/*  A disk that is full when a test wants it to be: write() and fsync() of this program on plain files. Programs that link
    FullDisk.cpp get it.

    Threads: any; one FullDisk at a time.
    Failure: none; a destroyed FullDisk means a disk with room again.
*/
#pragma once

#include <cerrno>
#include <cstdint>

namespace kikitori::test
{

class FullDisk
{
public:
    /** Writes end with the error once so many more bytes are written; the last may be short. */
    explicit FullDisk (std::int64_t bytesLeft, int error = ENOSPC);
    ~FullDisk();

    FullDisk (const FullDisk&) = delete;
    FullDisk& operator= (const FullDisk&) = delete;

    /** fsync() fails. */
    static void failSync (int error);
    /** write() and fsync() calls on plain files since the program began. */
    static int writes();
    static int syncs();
};

} // namespace kikitori::test
