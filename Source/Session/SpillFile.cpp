#include "Session/SpillFile.h"

#include "Session/ReplayBudget.h"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kikitori
{

namespace
{

int openNameless (const std::filesystem::path& folder)
{
#if defined(O_TMPFILE)
    if (const auto handle = ::open (folder.c_str(), O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600); handle >= 0)
        return handle;
#endif
    // File systems without nameless files: a random name that is gone at once. mkostemp makes it 0600.
    auto name = (folder / "kikitori-replay-XXXXXX").string();
    const auto handle = ::mkostemp (name.data(), O_CLOEXEC);

    if (handle >= 0)
        ::unlink (name.c_str());

    return handle;
}

/** Past the file size limit of the process a write ends it by SIGXFSZ, and with it the host. */
bool isWithinProcessLimit (std::size_t size)
{
    rlimit most{};
    return ::getrlimit (RLIMIT_FSIZE, &most) != 0 || most.rlim_cur == RLIM_INFINITY || size <= most.rlim_cur;
}

} // namespace

SpillFile::SpillFile (std::filesystem::path where, std::size_t blockSamples, std::size_t mostBytes)
    : folder (std::move (where)), blockBytes (blockSamples * sizeof (float)), limit (mostBytes)
{
}

SpillFile::~SpillFile() { closeFile(); }

void SpillFile::closeFile()
{
    if (handle >= 0)
        ::close (handle);

    ReplayBudget::disk().release (bytes());
    handle = -1;
    slots = 0;
    freeSlots.clear();
}

Error SpillFile::failure (int reason) const
{
    return { "spill_failed", "audio that waits for the backend cannot be kept in "
                                 + (folder.empty() ? std::string ("the temporary folder") : folder.string()) + ": "
                                 + std::generic_category().message (reason)
                                 + "; the oldest is dropped. Make room there or set TMPDIR to another folder." };
}

Status SpillFile::open()
{
    if (handle >= 0)
        return success();

    std::error_code trouble;
    const auto place = folder.empty() ? std::filesystem::temp_directory_path (trouble) : folder;

    if (trouble)
        return failure (trouble.value());

    handle = openNameless (place);
    return handle >= 0 ? success() : Status (failure (errno));
}

Result<std::size_t> SpillFile::takeSlot()
{
    if (! freeSlots.empty())
    {
        const auto slot = freeSlots.back();
        freeSlots.pop_back();
        return slot;
    }

    if (! isWithinProcessLimit (bytes() + blockBytes))
        return failure (EFBIG);

    if (! ReplayBudget::disk().reserve (blockBytes, limit))
        return failure (EDQUOT);

    return slots++;
}

Result<std::size_t> SpillFile::write (std::span<const float> block)
{
    if (const auto opened = open(); ! opened)
        return opened.error();

    const auto slot = takeSlot();

    if (! slot)
        return slot;

    const auto data = std::as_bytes (block);
    std::size_t done = 0;

    while (done < data.size())
    {
        const auto count = ::pwrite (handle, data.data() + done, data.size() - done,
                                     static_cast<off_t> (slot.value() * blockBytes + done));

        if (count < 0 && errno == EINTR)
            continue;

        if (count <= 0)
        {
            const auto reason = count < 0 ? errno : ENOSPC;
            release (slot.value());
            return failure (reason);
        }

        done += static_cast<std::size_t> (count);
    }

    return slot;
}

bool SpillFile::read (std::size_t slot, std::span<float> block) const
{
    const auto data = std::as_writable_bytes (block);
    std::size_t done = 0;

    while (done < data.size())
    {
        const auto count =
            ::pread (handle, data.data() + done, data.size() - done, static_cast<off_t> (slot * blockBytes + done));

        if (count < 0 && errno == EINTR)
            continue;

        if (count <= 0)
            return false;

        done += static_cast<std::size_t> (count);
    }

    return true;
}

void SpillFile::release (std::size_t slot)
{
    freeSlots.push_back (slot);

    if (freeSlots.size() == slots)
        closeFile(); // gives the disk its space back
}

} // namespace kikitori
