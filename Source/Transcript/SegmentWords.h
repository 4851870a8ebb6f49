/*  The words of a segment with their places, and segments cut between words.

    Threads: pure functions.
    Failure: tokens that do not fit the text count as missing; then the words are spread evenly over the segment.
*/
#pragma once

#include "Transcript/Segment.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace kikitori
{

/** Seconds of the host's timeline. */
struct HostRange
{
    double begin = 0.0, end = 0.0;

    double middle() const noexcept { return 0.5 * (begin + end); }
    double length() const noexcept { return end - begin; }
    bool contains (double seconds) const noexcept { return seconds >= begin && seconds < end; }
    bool overlaps (const HostRange& other) const noexcept { return begin < other.end && other.begin < end; }
};

/** A word, or a character of a script that is written without spaces. */
struct SegmentWord
{
    std::size_t textBegin = 0, textEnd = 0; ///< bytes of the segment's text
    std::size_t firstToken = 0, tokens = 0; ///< none: its times are spread
    std::int64_t startSample = 0, endSample = 0;
};

/** In order. Tokens that are pieces of one word are one word. */
std::vector<SegmentWord> wordsOf (const Segment& segment);

/** The transport played when it was said. */
bool wasPlayed (const Segment& segment) noexcept;

/** Of a segment that was played, and of one of its words. */
HostRange hostRangeOf (const Segment& segment);
HostRange hostRangeOf (const Segment& segment, const SegmentWord& word);

/** What is left of a segment of whose words only some stay: a segment for each run of them, with its tokens. */
std::vector<Segment> piecesOf (const Segment& segment,
                               const std::vector<SegmentWord>& words,
                               const std::vector<bool>& stays);

} // namespace kikitori
