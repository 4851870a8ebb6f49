/*  One try to fetch a file with libcurl, going on behind what is in its .part file.

    Threads: one call belongs to one thread.
    Failure: those of download(); cut off or refused for now is network_failed, and another try may help.
*/
#pragma once

#include "Backend/Download/Download.h"

namespace kikitori::backend
{

/** total becomes the number of bytes that the whole file has, where the server says so. */
Status fetchOnce (const WantedFile& file,
                  const std::filesystem::path& part,
                  const ByteProgress& progress,
                  std::uint64_t& total);

/** 0 for a file that is not there. */
std::uint64_t sizeOf (const std::filesystem::path& file);

} // namespace kikitori::backend
