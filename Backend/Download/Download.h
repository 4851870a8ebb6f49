/*  Fetches files by HTTP(S) with libcurl, over at most five redirects, to https alone: with progress, resumed where an earlier try ended, checked for size, hash and
    room on the disk, of which a tenth stays free.

    Threads: one call belongs to one thread; progress is called on it.
    Failure: network_failed, not_found, redirect_refused, wrong_size, too_large, wrong_hash, disk_full, write_failed,
    cancelled, with what to do, and with no user and password of the address.
   What was fetched so far stays in the .part file for the next try, but for a file whose size or hash is wrong.
*/
#pragma once

#include "Core/Result.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace kikitori::backend
{

struct WantedFile
{
    std::string url;
    std::filesystem::path target;
    std::optional<std::uint64_t> size{}; ///< bytes, where they are known beforehand
    std::string sha256{};                ///< hexadecimal, or empty
    std::string gitBlobSha1{}; ///< hexadecimal, of "blob SIZE\0" and the content; used where there is no sha256
    double spaceFactor = 1.0;  ///< the disk must have this many times the file's size free, for what is made of it
    std::uint64_t largest = 20'000'000'000; ///< bytes, where the server does not say how many come
};

/** Bytes there and bytes in all (0: not known yet). False: stop. */
using ByteProgress = std::function<bool (std::uint64_t, std::uint64_t)>;

/** Into target + ".part", then renamed to target. A target that is there already with the right size and hash is kept.
 */
Status download (const WantedFile& file, const ByteProgress& progress);

/** A small text, at most `largest` bytes. */
Result<std::string> downloadText (const std::string& url, std::size_t largest);

} // namespace kikitori::backend
