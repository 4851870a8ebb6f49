/*  Reads archives (tar, also compressed, and zip) by libarchive.

    Threads: pure functions.
    Failure: file_missing, model_broken (no archive, damaged, too large), disk_full.
*/
#pragma once

#include "Core/Result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

namespace kikitori::backend
{

/** One regular file of an archive, to be read within the call that gives it. */
class ArchiveEntry
{
public:
    virtual ~ArchiveEntry() = default;
    virtual const std::string& name() const = 0;
    virtual std::uint64_t size() const = 0;
    /** Reads the next bytes; fewer than asked for only at the end; 0 there. Errors: model_broken. */
    virtual Result<std::size_t> read (std::span<std::byte> target) = 0;
};

/** Calls visit for each regular file, in order, until it gives an error. */
Status visitArchive (const std::filesystem::path& archive, const std::function<Status (ArchiveEntry&)>& visit);

/** Writes an entry to a file. Errors: disk_full and those of read(). */
Status extract (ArchiveEntry& entry, const std::filesystem::path& target);

} // namespace kikitori::backend
