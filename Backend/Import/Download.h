/*  Fetches files by HTTP(S) with libcurl: with progress, resumed where an earlier try ended, checked for size and hash.

    Threads: one call at a time belongs to one thread; progress is called on it.
    Failure: network_failed, not_found, wrong_size, wrong_hash, disk_full, cancelled. What was fetched so far stays in
    the .part file for the next try, but for a file whose hash is wrong.
*/
#pragma once

#include "Core/Result.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace kikitori::backend
{

struct WantedFile
{
    std::string url;
    std::filesystem::path target;
    std::uint64_t size = 0;  ///< bytes
    std::string sha256;      ///< hexadecimal, or empty
    std::string gitBlobSha1; ///< hexadecimal, of "blob SIZE\0" and the content; used where there is no sha256
};

/** Bytes of the file so far. False: stop. */
using DownloadProgress = std::function<bool (std::uint64_t)>;

/** Into target + ".part", then renamed to target. A target that is there already with the right hash is kept. */
Status download (const WantedFile& file, const DownloadProgress& progress);

/** A small text, at most `largest` bytes. */
Result<std::string> downloadText (const std::string& url, std::size_t largest);

} // namespace kikitori::backend
