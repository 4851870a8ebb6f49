/*  One large file by HTTP(S) with libcurl: resumed where an earlier try ended (Range), its hash checked.

    Threads: one call at a time belongs to one thread; progress is called on it.
    Failure: network_failed, wrong_size, wrong_hash, disk_full, cancelled, with what to do. What was fetched so far
    stays in the .part file for the next try, but for a file whose hash is wrong.
*/
#pragma once

#include "Core/Result.h"

#include <cstdint>
#include <filesystem>
#include <functional>

namespace kikitori::backend
{

/** Bytes there and bytes in all (0: not known yet). False: stop. */
using ByteProgress = std::function<bool (std::uint64_t, std::uint64_t)>;

struct HttpFile
{
    std::string url;
    std::filesystem::path target;
    std::string sha256;       ///< hexadecimal; empty: not checked
    double spaceFactor = 1.0; ///< the disk must have this many times the file's size free, for what is made of it
};

/** Into target + ".part", then renamed to target. */
Status fetch (const HttpFile& file, const ByteProgress& progress);

} // namespace kikitori::backend
