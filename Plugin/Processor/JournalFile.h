/*  A transcript on the disk that grows with it: JSON lines, each of them a change of the list of rows. A killed process
    loses the last line at most.

    Threads: one at a time, any but the audio and the message thread: it waits for the disk.
    Failure: write_failed; the next write() tries again, and what is on the disk stays readable. When reading, a torn or
    damaged line ends the reading, and everything before it is there.
*/
#pragma once

#include "Core/Result.h"
#include "Platform/AppendFile.h"
#include "Transcript/Transcript.h"

#include <nlohmann/json.hpp>

#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kikitori::plugin
{

using SharedTranscript = std::shared_ptr<const TranscriptSnapshot>;

/** What a file may take of the disk; without it, as much as it needs. */
struct JournalRoom
{
    std::function<std::uint64_t (std::uint64_t wanted)> bytes; ///< asked each time that the file has grown by a step
    std::function<void (std::size_t)> leftOut{}; ///< so many of the oldest rows are not in the file any more
};

class JournalFile
{
public:
    /** base: the rows at the beginning, which lie in other files and are only referred to, see readJournal(). May
        be null. */
    static Result<JournalFile> create (const std::filesystem::path& file,
                                       SharedTranscript base = {},
                                       JournalRoom room = {});

    /** What is new since the last call; on the disk when it returns. Nothing new: nothing is written. A partial is not
        kept. Where there is no room for all rows, the oldest are left out, and never the newest. */
    Status write (const SharedTranscript& transcript);

    /** Remembers that this state was given to a host to save, by a name that tells it from others. */
    Status note (const std::string& savedState);

    /** Marks that the program has ended in order. */
    Status end();

    std::uint64_t size() const noexcept { return output.size(); }
    const std::filesystem::path& path() const noexcept { return output.path(); }

private:
    JournalFile (platform::AppendFile opened, SharedTranscript rowsElsewhere, JournalRoom roomToUse);

    struct List
    {
        SegmentList rows;
        nlohmann::json takes;
    };

    static List listOf (const SharedTranscript& transcript);
    static std::string changeOf (const List& from, const List& to);
    std::string start (bool isShortened) const;
    bool isOverRoom (std::uint64_t size);
    Status compact (List next, SegmentList::Pointer lastGone);

    platform::AppendFile output;
    SharedTranscript base;
    JournalRoom room;
    List written;
    SegmentList::Pointer lastLeftOut; ///< of the rows that did not fit; null: there are none
    std::deque<std::string> notes; ///< the newest
    std::uint64_t compactSize = 0; ///< after the first writing or the last compaction
    std::uint64_t askedSize = 0;   ///< when the room was asked for
    bool isTorn = false;           ///< a change that failed could not be taken back
};

struct JournalContent
{
    SharedTranscript transcript; ///< null: no words
    bool hasBase = false;        ///< it began with the base's rows
    bool hasDroppedBase = false; ///< and none of them is left: they were cleared
    bool isShortened = false;    ///< the oldest rows did not fit
    std::vector<std::string> saved; ///< the notes
    bool hasEnded = false;       ///< in order; else the program was killed, or still runs
    bool isDamaged = false;      ///< a line could not be read; the torn last line of a killed process is none
};

/** Are these the same rows? */
bool hasSameRows (const SharedTranscript& a, const SharedTranscript& b);

/** base: the same rows that the journal was created with. Errors: as platform::readFile(), and bad_journal for a file
    that is none. */
Result<JournalContent> readJournal (const std::filesystem::path& file, const SharedTranscript& base = {});

} // namespace kikitori::plugin
