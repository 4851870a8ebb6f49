/*  A segment of the transcript as the writers see it: text with times in seconds.

    Threads: plain values.
    Failure: times that make no sense (negative, end before start, not finite) are mended by normalised().
*/
#pragma once

#include "Transcript/Segment.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kikitori
{

/** Where a start lies on the wall clock and on the host's timeline. */
struct TimedPlace
{
    std::optional<std::chrono::system_clock::time_point> clock = {};
    std::optional<HostPosition> host = {};
};

struct TimedToken
{
    std::string text; ///< one or more characters, spaces included
    double start = 0.0;
    double end = 0.0;
    double confidence = 1.0; ///< 0..1
    TimedPlace place = {};
};

struct TimedLine
{
    std::string text;
    double start = 0.0; ///< seconds since the stream's first sample
    double end = 0.0;
    std::vector<TimedToken> tokens; ///< may be empty; joined (with spaces or without) they are the text, else not used
    bool confirmed = true;
    std::int64_t segment = 0; ///< the session's number of it
    bool gapBefore = false;   ///< audio was lost just before it
    std::string speaker = {}; ///< or the track's name; may be empty
    TimedPlace place = {};
};

/** The smallest piece that a subtitle may be cut behind: a word with the space after it, one character of Chinese or
    Japanese with the marks that stay with it, a word of Thai, Lao or Khmer. */
struct TimedUnit
{
    std::string text;
    double start = 0.0;
    double end = 0.0;
    int width = 0; ///< columns without trailing space
};

/** One line, no control characters, single spaces, none at the ends. */
std::string cleanText (const std::string& text);

/** The line with clean text and sane times. */
TimedLine normalised (const TimedLine& line);

/** Cuts a normalised line into units. Times come from the tokens where they fit the text, else they are shared
    out by width. A word wider than `widest` is
    cut between the characters that a reader sees. */
std::vector<TimedUnit> splitIntoUnits (const TimedLine& line, int widest);

} // namespace kikitori
