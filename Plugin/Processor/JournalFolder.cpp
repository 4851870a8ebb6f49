#include "Plugin/Processor/JournalFolder.h"

#include "Platform/FileLock.h"
#include "Platform/FileWriter.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <system_error>

namespace kikitori::plugin
{

namespace fs = std::filesystem;

namespace
{
struct Found
{
    fs::path file;
    fs::file_time_type time;
    std::uintmax_t bytes;
};

bool isJournal (const fs::path& file)
{
    return file.extension() == journalEnding || file.extension() == dismissedEnding;
}

std::vector<Found> journalsIn (const fs::path& instanceFolder)
{
    std::vector<Found> found;
    std::error_code trouble;

    for (fs::directory_iterator entry (instanceFolder, trouble), end; entry != end; entry.increment (trouble))
        if (isJournal (entry->path()))
            found.push_back ({ entry->path(), entry->last_write_time (trouble), entry->file_size (trouble) });

    return found;
}
} // namespace

std::vector<fs::path> journalsOf (const fs::path& instanceFolder)
{
    std::vector<fs::path> files;

    for (const auto& found : journalsIn (instanceFolder))
        if (found.file.extension() == journalEnding)
            files.push_back (found.file);

    std::sort (files.rbegin(), files.rend());
    return files;
}

fs::path nextJournal (const fs::path& instanceFolder)
{
    constexpr std::size_t digits = 15;
    auto number = std::chrono::duration_cast<std::chrono::milliseconds> (
                      std::chrono::system_clock::now().time_since_epoch())
                      .count();

    for (const auto& found : journalsIn (instanceFolder))
        number = std::max<decltype (number)> (number, std::strtoll (found.file.stem().c_str(), nullptr, 10) + 1);

    auto name = std::to_string (number);
    name.insert (0, digits - std::min (digits, name.size()), '0'); // their order is that of the names
    return instanceFolder / (name + journalEnding);
}

void removeIfEmpty (const fs::path& instanceFolder)
{
    std::error_code ignored;

    if (! journalsIn (instanceFolder).empty())
        return;
    if (auto lock = platform::FileLock::tryLock (instanceFolder / "lock"))
        lock.value().unlockAndRemove();

    fs::remove (instanceFolder, ignored); // fails where something else lies in it
}

std::uintmax_t tidyJournals (const fs::path& folder,
                             const JournalLimits& limits,
                             const fs::path& inUse,
                             std::uintmax_t wanted)
{
    std::vector<Found> idle;
    std::uintmax_t others = 0;
    std::error_code trouble;

    for (fs::directory_iterator entry (folder, trouble), end; entry != end; entry.increment (trouble))
    {
        platform::removeLeftovers (entry->path());
        const bool isCallers = entry->path() == inUse.parent_path();
        const bool isAtWork = ! isCallers && ! platform::FileLock::tryLock (entry->path() / "lock").ok();

        if (isAtWork)
            others += journalStep;

        for (const auto& journal : journalsIn (entry->path()))
        {
            if (journal.file == inUse)
                continue;

            others += journal.bytes;
            if (! isAtWork)
                idle.push_back (journal);
        }
    }

    std::sort (idle.begin(), idle.end(), [] (const Found& a, const Found& b) { return a.time < b.time; });
    const auto oldest = fs::file_time_type::clock::now() - limits.oldest;
    const auto own = inUse.empty() ? 0 : wanted;

    for (const auto& journal : idle)
        if (journal.time < oldest || others + own > limits.bytes)
        {
            fs::remove (journal.file, trouble);
            others -= std::min (others, journal.bytes);
            removeIfEmpty (journal.file.parent_path());
        }

    return others;
}

std::uintmax_t roomFor (std::uintmax_t wanted, const fs::path& inUse, const fs::path& folder, const JournalLimits& limits)
{
    constexpr std::uintmax_t least = 2u << 20;
    const auto others = tidyJournals (folder, limits, inUse, wanted);
    return std::max (least, limits.bytes - std::min (limits.bytes, others));
}

} // namespace kikitori::plugin
