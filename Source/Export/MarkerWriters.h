/*  The transcript as tables and markers for other programs.

    Threads: pure functions.
    Failure: none; text that is not UTF-8 comes out with U+FFFD.
*/
#pragma once

#include "Export/TimedLine.h"

#include <string>
#include <vector>

namespace kikitori
{

/** Comma separated values (RFC 4180): start, end, speaker, text, confirmed, confidence; a header line; seconds. */
std::string writeCsv (const std::vector<TimedLine>& lines);

/** Audacity's label track (its manual, "Importing and Exporting Labels"): start, end, label, separated by tabs. */
std::string writeAudacityLabels (const std::vector<TimedLine>& lines);

/** Regions as REAPER's Region/Marker Manager imports and exports them: #, Name, Start, End, Length in seconds. */
std::string writeReaperRegions (const std::vector<TimedLine>& lines);

/** Standard MIDI File, format 0 (MIDI 1.0 Detailed Specification, RP-001): a marker event for each line and a lyric
    event for each word, at 120 beats a minute, so that a second is 1920 ticks in any host. Binary. */
std::string writeMidi (const std::vector<TimedLine>& lines);

} // namespace kikitori
