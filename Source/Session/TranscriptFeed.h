/*  Turns the backend's words into segments of the transcript, with their places in time.

    The wire counts from the stream's first sample and segment; the transcript may hold earlier streams before it.

    Threads: the transport's thread.
    Failure: words with senseless positions are kept at the nearest sensible ones, and counted.
*/
#pragma once

#include "Audio/TapLink.h"
#include "Protocol/Messages.h"
#include "Session/AudioUplink.h"
#include "Transcript/StreamTimeline.h"
#include "Transcript/Transcript.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

namespace kikitori
{

class TranscriptFeed
{
public:
    /** A new stream, which is a take of its own. keep: behind what is there; else the transcript begins anew. */
    void begin (bool keep, bool keepAllPasses);

    /** A saved transcript takes the place of everything; what is said from now on lies behind it. */
    void load (const TranscriptSnapshot& saved);

    /** Version 2: positions and numbers are in the message; the backend has got everything before sent. Gives the
        acknowledged position of a final, else -1. A final that begins before the last acknowledged sample, or nowhere,
        is put behind what is confirmed; it takes nothing away. */
    std::int64_t add (const TranscriptMessage& message, std::int64_t sent);
    /** Version 1: the message holds the whole text of this utterance. */
    void add (const TranscriptMessage& message, const AudioUplink::Utterance& utterance);
    /** Version 1: an utterance ended without a final; what its partial said stays as unconfirmed. */
    void endUtterance();

    void addGap (std::int64_t position, std::int64_t samples);
    void addPlayhead (std::int64_t position, const PlayheadInfo& playhead, double hostRate);
    /** See StreamTimeline. */
    void addWallClock (std::int64_t position,
                       std::chrono::system_clock::time_point time,
                       std::chrono::nanoseconds steady);

    /** After a reconnect with resume_at. */
    void resumed (std::int64_t resumeAt);
    /** The stream is over: a partial stays as unconfirmed. */
    void end();
    void clear (bool canBeUndone);
    void undo() { store.undo(); }
    void redo() { store.redo(); }

    /** The wire number of the segment that comes next. */
    std::int64_t nextSegment() const noexcept { return nextNumber; }

    /** Finals of this stream that had no place, or a wrong one. */
    std::uint64_t misplaced() const noexcept { return misplacedFinals; }

    std::shared_ptr<const TranscriptSnapshot> snapshot() const { return store.snapshot(); }

private:
    /** Where the transport began to play, or to stand still. */
    struct PassStart
    {
        std::int64_t pass = 0;
        std::int64_t sample = 0;
    };

    static constexpr std::size_t mostPassStarts = 10000; ///< whose words may still come

    std::int64_t startOf (const TranscriptMessage& message);
    bool isThere (const TranscriptMessage& message) const;
    void place (Segment segment, std::optional<std::int64_t> heardFrom, std::int64_t heardTo);
    std::optional<HeardStretch> heardBy (const Segment& segment, std::int64_t from, std::int64_t to) const;
    void toTranscript (Segment& segment) const;

    TranscriptStore store;
    StreamTimeline timeline;
    std::deque<PassStart> passStarts; ///< those before the last acknowledged sample are forgotten
    std::int64_t sampleBase = 0;      ///< of the stream, in the timeline's samples
    std::int64_t segmentBase = 0;
    std::int64_t nextNumber = 0;
    std::int64_t acknowledged = 0; ///< by finals of this stream, in its samples
    std::uint64_t misplacedFinals = 0;
    std::int64_t furthest = 0;   ///< the end of everything placed, in the timeline's samples
    std::int64_t shift = 0;      ///< from the timeline's samples to the transcript's: what was loaded lies before
    std::int64_t passShift = 0;  ///< the same for HostPosition::pass
    std::int64_t nextId = 0;     ///< beyond those of all segments
    bool hasTake = false;        ///< a stream has begun
    std::optional<std::chrono::system_clock::time_point> takeBegun; ///< of its take; none in a bounce or of a file
};

} // namespace kikitori
