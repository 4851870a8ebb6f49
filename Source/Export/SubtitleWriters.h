/*  Subtitle cues as files: SubRip and WebVTT.

    Threads: pure functions.
    Failure: none; characters that the format gives a meaning are escaped.
*/
#pragma once

#include "Export/SubtitleCues.h"

#include <string>
#include <vector>

namespace kikitori
{

/** SubRip: numbered cues, comma before the milliseconds, LF line ends. "" without cues. */
std::string writeSrt (const std::vector<SubtitleCue>& cues);

/** WebVTT (W3C Candidate Recommendation 2019-04-04): the header, then cues; "&", "<" and ">" escaped. */
std::string writeVtt (const std::vector<SubtitleCue>& cues);

} // namespace kikitori
