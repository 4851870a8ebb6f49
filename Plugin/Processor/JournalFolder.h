/*  The folder of all plugin instances' journals: a folder for each instance, a file for each stretch of its work.

    Threads: any but the audio and the message thread; it waits for the disk.
    Failure: what cannot be read or removed stays.
*/
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace kikitori::plugin
{

inline constexpr auto journalEnding = ".journal";
inline constexpr auto dismissedEnding = ".dismissed"; ///< a journal that the user does not want to be offered again

struct JournalLimits
{
    std::chrono::hours oldest{ 30 * 24 };
    std::uintmax_t bytes = 100u << 20; ///< all instances together
};

/** Journals of one instance that may be offered, the newest first. */
std::vector<std::filesystem::path> journalsOf (const std::filesystem::path& instanceFolder);

/** A name behind all that are there, whatever the clock says. */
std::filesystem::path nextJournal (const std::filesystem::path& instanceFolder);

/** Removes journals that are too old, and then the oldest until all fit; those of instances at work stay.
    inUse: a journal of the caller's, which is at work, but whose older journals may go. The bytes of all that stay. */
std::uintmax_t tidyJournals (const std::filesystem::path& folder,
                             const JournalLimits& limits = {},
                             const std::filesystem::path& inUse = {});

/** What the others leave to a journal in use, after tidying; never less than it takes to keep the newest words. */
std::uintmax_t roomFor (const std::filesystem::path& inUse,
                        const std::filesystem::path& folder,
                        const JournalLimits& limits = {});

/** Removes an instance's folder when no journal lies in it any more. */
void removeIfEmpty (const std::filesystem::path& instanceFolder);

} // namespace kikitori::plugin
