/*  Turns the backend's words into segments of the transcript, with their places in time.

    The wire counts from the stream's first sample and segment; the transcript may hold earlier streams before it.

    Threads: the transport's thread.
    Failure: words with senseless positions are kept at the nearest sensible ones.
*/
#pragma once

#include "Audio/TapLink.h"
#include "Protocol/Messages.h"
#include "Session/AudioUplink.h"
#include "Transcript/StreamTimeline.h"
#include "Transcript/Transcript.h"

#include <chrono>
#include <cstdint>
#include <memory>

namespace kikitori
{

class TranscriptFeed
{
public:
    /** A new stream, which is a take of its own. keep: behind what is there; else the transcript begins anew. */
    void begin (bool keep, bool keepAllPasses, std::chrono::system_clock::time_point now);

    /** Version 2: positions and numbers are in the message. Gives the acknowledged position of a final, else -1. */
    std::int64_t add (const TranscriptMessage& message);
    /** Version 1: the message holds the whole text of this utterance. */
    void add (const TranscriptMessage& message, const AudioUplink::Utterance& utterance);
    /** Version 1: an utterance ended without a final; what its partial said stays as unconfirmed. */
    void endUtterance();

    void addGap (std::int64_t position, std::int64_t samples);
    void addPlayhead (std::int64_t position, const PlayheadInfo& playhead, double hostRate);
    void addWallClock (std::int64_t position, std::chrono::system_clock::time_point time);

    /** After a reconnect with resume_at. */
    void resumed (std::int64_t resumeAt);
    /** The stream is over: a partial stays as unconfirmed. */
    void end();
    void clear (bool canBeUndone);
    void undoClear() { store.undoClear(); }
    void undoReplacement() { store.undoReplacement(); }

    /** The wire number of the segment that comes next. */
    std::int64_t nextSegment() const noexcept { return nextNumber; }

    std::shared_ptr<const TranscriptSnapshot> snapshot() const { return store.snapshot(); }

private:
    void place (Segment segment, bool isFinal);

    TranscriptStore store;
    StreamTimeline timeline;
    std::int64_t sampleBase = 0;
    std::int64_t segmentBase = 0;
    std::int64_t nextNumber = 0;
    std::int64_t furthest = 0; ///< the end of everything placed, in the transcript's samples
};

} // namespace kikitori
