/*  An archive from outside (tar, also compressed, or ZIP), unpacked by libarchive so that nothing leaves its folder.

    Threads: pure function; progress is called on the calling thread.
    Failure: bad_archive (damaged, a path that leads out, more than 200,000 entries), disk_full (a tenth of the disk
    stays free), cancelled, also between entries and in what is left out. What was
    unpacked until then stays in the folder, which the caller deletes.
*/
#pragma once

#include "Backend/Download/Download.h"

namespace kikitori::backend
{

/** Unpacks regular files and folders; links and devices are left out. A path that is absolute or has ".." in it makes
    the whole archive a bad one. target: a fresh folder. */
Status extractSafely (const std::filesystem::path& archive,
                      const std::filesystem::path& target,
                      const ByteProgress& progress);

} // namespace kikitori::backend
