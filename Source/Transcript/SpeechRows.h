/*  Segments as people read them: rows that follow pauses and sentences. What a backend sends as one segment ends where
    its decoder had to stop, which says little about the speech.

    Threads: the functions are pure; a RowedTranscript belongs to one thread at a time.
    Failure: a segment whose tokens have no times, or do not make up its text, stays one row.
*/
#pragma once

#include "Transcript/Transcript.h"

#include <memory>
#include <optional>
#include <vector>

namespace kikitori
{

inline constexpr double rowPause = 0.5;    ///< seconds between two words that end a row
inline constexpr double longestRow = 12.0; ///< seconds; a longer row is cut at its longest pause

/** The segment's words from pause to pause and, where a model writes them, from sentence to sentence. Each row lasts from
    its first word to its last; the rows' texts, with what stands between them, are the segment's. */
std::vector<Segment> rowsOf (const Segment& segment);

/** Two rows of neighbouring segments as one, where a decoder cut what was said in one go: no pause, no sentence's end and
    nothing lost between them, one speaker, one take, one run of the host's timeline, and not too long. */
std::optional<Segment> joinedRow (const Segment& before, const Segment& after, const std::vector<TranscriptTake>& takes);

/** Adds the rows of the transcript's next segment; the first may go on with the last row there is. */
void appendRows (SegmentList& rows, const Segment& segment, const std::vector<TranscriptTake>& takes);

/** A transcript whose segments are rows; those of a partial but its last are unconfirmed segments. Rows of segments that
    are what they were are not made again. */
class RowedTranscript
{
public:
    /** Null stays null. */
    std::shared_ptr<const TranscriptSnapshot> apply (std::shared_ptr<const TranscriptSnapshot> transcript);

private:
    std::shared_ptr<const TranscriptSnapshot> source, result;
    struct Made
    {
        std::size_t begin = 0; ///< rows before this segment's first
        bool isJoined = false; ///< its first row is the last one of the segment before, too
    };
    std::vector<Made> made;       ///< of each of the source's segments
    std::size_t rowsOfFinals = 0; ///< rows before those of the partial
};

} // namespace kikitori
