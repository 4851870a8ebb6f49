/*  How much of a disk may be filled: a tenth of it stays free, whatever comes from outside.

    Threads: any but the audio thread.
    Failure: none; a disk that tells nothing has room.
*/
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>

namespace kikitori::platform
{

struct DiskSpace
{
    std::uint64_t capacity = 0, available = 0; ///< bytes; available: for this user

    /** Bytes that may be written until only a tenth is free. */
    std::uint64_t room() const noexcept { return available - std::min (available, capacity / 10); }
};

/** Of the disk that holds the folder. */
DiskSpace diskSpace (const std::filesystem::path& folder);

} // namespace kikitori::platform
