/*  Segments as people read them: rows that follow pauses and sentences. What a backend sends as one segment ends where
    its decoder had to stop, which says little about the speech.

    Threads: rowsOf() is a pure function; a RowedTranscript belongs to one thread at a time.
    Failure: a segment whose tokens have no times, or do not make up its text, stays one row.
*/
#pragma once

#include "Transcript/Transcript.h"

#include <memory>
#include <vector>

namespace kikitori
{

inline constexpr double rowPause = 0.5;    ///< seconds between two words that end a row
inline constexpr double longestRow = 12.0; ///< seconds; a longer row is cut at its longest pause

/** The segment's words from pause to pause and, where a model writes them, from sentence to sentence. Each row lasts from
    its first word to its last; the rows' texts, with what stands between them, are the segment's. */
std::vector<Segment> rowsOf (const Segment& segment);

/** A transcript whose segments are rows; those of a partial but its last are unconfirmed segments. Rows of segments that
    are what they were are not made again. */
class RowedTranscript
{
public:
    /** Null stays null. */
    std::shared_ptr<const TranscriptSnapshot> apply (std::shared_ptr<const TranscriptSnapshot> transcript);

private:
    std::shared_ptr<const TranscriptSnapshot> source, result;
    std::vector<std::size_t> ends; ///< rows up to and with each of the source's segments
};

} // namespace kikitori
