/*  Cuts a transcript into subtitles: readable lines, each long enough to be read, none over another.

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
    int linesAtOnce = 3; ///< of people who speak at once, a line for each
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

/** Cues in order of time, with the speakers' names. Where a segment needs several, the cuts go to pauses and even lengths
    (least cost over all cuts, by dynamic programming). What several say at once is one cue with a line for each, behind a
    dash. None is shorter than the shortest: those that follow one another faster become one where they fit, else they begin
    a little earlier, in the pause before, and where there is none the next one later. Cues shorter than reading takes are
    lengthened into the free time after them. */
std::vector<SubtitleCue> makeSubtitleCues (const std::vector<TimedLine>& transcript, const SubtitleStyle& style = {});

} // namespace kikitori
