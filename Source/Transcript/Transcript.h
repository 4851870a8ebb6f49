/*  What has been understood so far: confirmed segments, the partial that still changes, and where audio was lost.

    Threads: TranscriptStore belongs to one thread (the network thread); it hands out immutable snapshots that any
    thread may keep and read.
    Failure: a segment that contradicts what is there (older number, earlier start) replaces it; nothing is refused.
*/
#pragma once

#include "Transcript/PassReplacement.h"
#include "Transcript/Segment.h"
#include "Transcript/SegmentList.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kikitori
{

/** Audio that never reached the backend. */
struct TranscriptGap
{
    std::int64_t startSample = 0;
    std::int64_t samples = 0;
    std::string speaker = {}; ///< as Segment's: whose audio it was, where several tracks are merged

    bool operator== (const TranscriptGap&) const = default;
};

/** What was said between a Start and the next. A segment belongs to the last take that begins at or before it; where no
    host's timeline tells its time, it counts from its take's first sample. */
struct TranscriptTake
{
    std::int64_t firstSample = 0;
    std::optional<std::chrono::system_clock::time_point> startedAt = {}; ///< empty: nobody knows

    bool operator== (const TranscriptTake&) const = default;
};

struct TranscriptSnapshot
{
    std::uint64_t version = 0;      ///< grows with every change: equal versions mean equal content
    SegmentList finals;             ///< in order of their start; the last may be unconfirmed after a stop
    std::optional<Segment> partial; ///< the segment that still changes
    std::vector<TranscriptGap> gaps; ///< in order of their start
    std::vector<TranscriptTake> takes; ///< in order; those without words, too. None: all of it is one take
    std::size_t undoable = 0;   ///< segments that undoReplacement() would bring back
    std::size_t restorable = 0; ///< segments that undoClear() would bring back
};

class TranscriptStore
{
public:
    TranscriptStore();

    /** Everything but the takes goes, versions go on. canBeUndone: undoClear() brings it back. */
    void clear (bool canBeUndone = false);
    /** Puts what the last clear() took in front of what was said since. */
    void undoClear();

    /** What comes from here on is another take. One that began here or later goes. */
    void beginTake (TranscriptTake take);

    void setPartial (Segment segment);
    void clearPartial();

    /** Confirms a segment: takes the place of the partial and of any segment with its number. */
    void addFinal (Segment segment);

    /** Later passes over the host's timeline replace what they cover (the default), or all passes stay. */
    void setKeepAllPasses (bool keep) noexcept { keepAllPasses = keep; }
    /** Brings back what the newest replacing pass took the place of. */
    void undoReplacement();

    /** After a reconnect: the backend sends everything from this sample on again. The partial stays until then. */
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

    std::shared_ptr<const TranscriptSnapshot> current;
    PassReplacement passes;
    SegmentList cleared;
    bool keepAllPasses = false;
};

} // namespace kikitori
