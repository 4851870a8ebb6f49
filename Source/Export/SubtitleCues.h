/*  Cuts a transcript into subtitles: readable lines, long enough to be read, never overlapping.

    Threads: pure functions.
    Failure: none; a segment without text gives no cue.
*/
#pragma once

#include "Export/TimedLine.h"

#include <cstdint>
#include <string>
#include <vector>

namespace kikitori
{

/** The defaults are common practice for adult English subtitles (42 columns, two lines, 1 to 7 seconds, about
    20 columns a second). */
struct SubtitleStyle
{
    int lineWidth = 42; ///< columns; East Asian wide characters take 2
    int linesPerCue = 2;
    std::int64_t shortestMs = 1000;
    std::int64_t longestMs = 7000;
    std::int64_t gapMs = 40; ///< left between two cues when the first is lengthened
    double columnsPerSecond = 20.0;
};

struct SubtitleCue
{
    std::int64_t startMs = 0; ///< since the stream's first sample
    std::int64_t endMs = 0;   ///< > startMs, and <= the next cue's startMs
    std::vector<std::string> lines;
};

/** Cues in order of time. Where a segment needs several, the cuts go to pauses and even lengths (least cost over all
    cuts, by dynamic programming). Cues shorter than reading takes are lengthened into the free time after them. */
std::vector<SubtitleCue> makeSubtitleCues (const std::vector<TimedLine>& transcript, const SubtitleStyle& style = {});

} // namespace kikitori
