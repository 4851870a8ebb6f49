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

/** A journal in use grows by so many bytes before it asks for more room. */
inline constexpr std::uintmax_t journalStep = 1u << 20;

struct JournalLimits
{
    std::chrono::hours oldest{ 30 * 24 };
    std::uintmax_t bytes = 100u << 20; ///< all instances together
};

/** Journals of one instance that may be offered, the newest first. */
std::vector<std::filesystem::path> journalsOf (const std::filesystem::path& instanceFolder);

/** A name behind all that are there, whatever the clock says. */
std::filesystem::path nextJournal (const std::filesystem::path& instanceFolder);

/** Removes journals that are too old, and then the oldest until all fit and each in use has room for its next step; those
    of other instances at work stay. inUse: the caller's journal, whose older ones may go, and that is to have so many
    bytes. Returns the bytes of the others, with their steps. */
std::uintmax_t tidyJournals (const std::filesystem::path& folder,
                             const JournalLimits& limits = {},
                             const std::filesystem::path& inUse = {},
                             std::uintmax_t wanted = journalStep);

/** What the others leave to a journal in use that is to have so many bytes, after tidying; never less than it takes to
    keep the newest words. */
std::uintmax_t roomFor (std::uintmax_t wanted,
                        const std::filesystem::path& inUse,
                        const std::filesystem::path& folder,
                        const JournalLimits& limits = {});

/** Removes an instance's folder when no journal lies in it any more. */
void removeIfEmpty (const std::filesystem::path& instanceFolder);

} // namespace kikitori::plugin
