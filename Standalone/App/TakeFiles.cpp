#include "Standalone/App/TakeFiles.h"

#include "Platform/FileWriter.h"
#include "Plugin/Processor/JoinedTranscripts.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>

namespace kikitori::app
{

namespace fs = std::filesystem;
using plugin::joinTranscripts;

namespace
{
constexpr int mostPlaces = 32; ///< apps at once
constexpr auto ending = ".journal";

/** The oldest first. */
std::vector<fs::path> journalsIn (const fs::path& place)
{
    std::vector<fs::path> files;
    std::error_code ignored;

    for (fs::directory_iterator entry (place, ignored), end; entry != end; entry.increment (ignored))
        if (entry->path().extension() == ending)
            files.push_back (entry->path());

    std::sort (files.begin(), files.end());
    return files;
}

/** Behind all files that are there, whatever the clock says. */
fs::path nextFile (const fs::path& place)
{
    const auto files = journalsIn (place);
    auto number = std::chrono::duration_cast<std::chrono::milliseconds> (
                      std::chrono::system_clock::now().time_since_epoch())
                      .count();

    if (! files.empty())
        number = std::max (number, static_cast<decltype (number)> (std::strtoll (files.back().stem().c_str(), nullptr, 10)) + 1);

    auto name = std::to_string (number);
    name.insert (0, name.size() < 15 ? 15 - name.size() : 0, '0');
    return place / (name + ending);
}

void removeAll (const std::vector<fs::path>& files)
{
    std::error_code ignored;

    for (const auto& file : files)
        fs::remove (file, ignored);
}
} // namespace

TakeFiles::TakeFiles (fs::path folderToUse) : folder (std::move (folderToUse)) {}

Status TakeFiles::takePlace()
{
    for (int number = 1; number <= mostPlaces; ++number)
    {
        const auto candidate = folder / std::to_string (number);

        if (auto made = platform::makeFolder (candidate); ! made)
            return made;

        auto got = platform::FileLock::tryLock (candidate / "lock");

        if (got)
        {
            lock.emplace (std::move (got).value());
            place = candidate;
            platform::removeLeftovers (place);
            return success();
        }

        if (got.error().code != "locked")
            return got.error();
    }

    return Error{ "write_failed", "More than " + std::to_string (mostPlaces) + " apps run at once." };
}

RestoredTakes TakeFiles::readPlace (const fs::path& from) const
{
    RestoredTakes all;
    std::vector<fs::path> before;

    for (const auto& file : journalsIn (from))
    {
        const auto content = plugin::readJournal (file, all.transcript);

        if (! content || content.value().isDamaged)
            all.damaged = file;

        if (content)
        {
            const auto& journal = content.value();
            all.wasKilled = ! journal.hasEnded;

            // Cleared by the user, so that nothing of it may stay.
            if (journal.hasDroppedBase && ! journal.isDamaged)
                removeAll (std::exchange (before, {}));

            all.transcript = journal.hasBase ? journal.transcript : joinTranscripts (all.transcript, journal.transcript);
        }

        before.push_back (file);
    }

    return all;
}

Status TakeFiles::adopt (RestoredTakes& mine)
{
    for (int number = 1; number <= mostPlaces; ++number)
    {
        const auto other = folder / std::to_string (number);
        const auto files = journalsIn (other);

        if (other == place || files.empty())
            continue;

        auto otherLock = platform::FileLock::tryLock (other / "lock");

        if (! otherLock)
            continue;

        const auto found = readPlace (other);

        if (! found.damaged.empty())
            mine.damaged = found.damaged;

        auto file = plugin::JournalFile::create (nextFile (place), mine.transcript);

        if (! file)
            return file.error();

        const auto both = joinTranscripts (mine.transcript, found.transcript);

        if (auto done = file.value().write (both); ! done)
            return done;
        if (auto done = file.value().end(); ! done)
            return done;

        mine.transcript = both;
        mine.wasKilled = mine.wasKilled || found.wasKilled;

        // A damaged file may hold more than we could read.
        if (found.damaged.empty())
            removeAll (files);
    }

    return success();
}

RestoredTakes TakeFiles::restore()
{
    RestoredTakes all;

    if (const auto taken = takePlace(); ! taken)
    {
        all.trouble = taken.error();
        return all;
    }

    all = readPlace (place);

    if (const auto done = adopt (all); ! done)
        all.trouble = done.error();

    restored = all.transcript;
    return all;
}

Result<plugin::JournalFile> TakeFiles::open()
{
    if (place.empty())
        if (auto taken = takePlace(); ! taken)
            return taken.error();

    return plugin::JournalFile::create (nextFile (place), restored);
}

} // namespace kikitori::app
