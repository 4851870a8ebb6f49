/*  What has been understood so far: confirmed segments, the partial that still changes, and where audio was lost.

    Threads: TranscriptStore belongs to one thread (the network thread); it hands out immutable snapshots that any
    thread may keep and read.
    Failure: nothing is refused, and no final takes away what another one of its pass confirmed.
*/
#pragma once

#include "Transcript/PassReplacement.h"
#include "Transcript/Segment.h"
#include "Transcript/SegmentList.h"
#include "Transcript/TranscriptHistory.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kikitori
{

/** What was said between a Start and the next. A segment belongs to the last take that begins at or before it; where no
    host's timeline tells its time, it counts from its take's first sample. */
struct TranscriptTake
{
    std::int64_t firstSample = 0;
    std::optional<std::chrono::system_clock::time_point> startedAt = {}; ///< empty: nobody knows, as of files

    bool operator== (const TranscriptTake&) const = default;
};

struct TranscriptSnapshot
{
    std::uint64_t version = 0;      ///< grows with every change: equal versions mean equal content
    SegmentList finals;             ///< in order of their start; the last may be unconfirmed after a stop
    std::optional<Segment> partial; ///< the segment that still changes
    std::vector<TranscriptGap> gaps; ///< in order of their start
    std::vector<TranscriptTake> takes; ///< in order; those without words, too. None: all of it is one take
    std::size_t undoable = 0; ///< passes and clearings that undo() can take back
    std::size_t redoable = 0; ///< that redo() can do again
    bool isUndoCut = false;   ///< there were more that can no longer be undone
};

class TranscriptStore
{
public:
    TranscriptStore();

    /** Everything but the takes goes, versions go on. canBeUndone: undo() brings it back; else undo() ends here. */
    void clear (bool canBeUndone = false);

    /** A saved transcript takes the place of everything; later passes replace its words as those of this run. */
    void load (const TranscriptSnapshot& saved);

    /** What comes from here on is another take. One that began here or later goes. */
    void beginTake (TranscriptTake take);

    void setPartial (Segment segment);
    void clearPartial();

    /** Confirms a segment: takes the place of the partial. Without a text it only tells what was heard. heard: on the
        host's timeline; where it is not given, what the segment says of itself. */
    void addFinal (Segment segment, const std::optional<HeardStretch>& heard = std::nullopt);

    /** Later passes over the host's timeline replace what they hear again (the default), or all passes stay. */
    void setKeepAllPasses (bool keep) noexcept { keepAllPasses = keep; }

    /** Takes back the newest pass that replaced something, or the newest clearing, and keeps what was said since. */
    void undo();
    void redo();

    /** After a reconnect: the backend sends everything from this sample on again. What is unconfirmed ends there; the
        partial stays until then. */
    void replaceFrom (std::int64_t resumeAt);

    /** At the end of a stream: the partial stays, marked as unconfirmed. */
    void keepPartial();

    void addGap (TranscriptGap gap);

    std::shared_ptr<const TranscriptSnapshot> snapshot() const { return current; }
    std::uint64_t version() const noexcept { return current->version; }

private:
    static constexpr std::size_t mostGaps = 1000; ///< more are merged into the last

    TranscriptSnapshot change() const;
    void publish (TranscriptSnapshot next);
    void noteGapBefore (Segment& segment) const;
    bool takePlaces (SegmentList& finals, const Segment& arriving, const std::optional<HeardStretch>& heard);

    std::shared_ptr<const TranscriptSnapshot> current;
    PassReplacement passes;
    TranscriptHistory history;
    bool keepAllPasses = false;
};

} // namespace kikitori
