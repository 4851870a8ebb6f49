/*  The transcript as plain text and as JSON.

    Threads: pure functions.
    Failure: none; text that is not UTF-8 comes out with U+FFFD.
*/
#pragma once

#include "Export/TimedLine.h"
#include "Transcript/Transcript.h"

#include <string>
#include <vector>

namespace kikitori
{

/** The mark behind words that no final confirmed (the stream was cut off). */
inline constexpr const char* unconfirmedMark = " (unconfirmed)";

/** A line each; the speaker's name goes before it, and where wanted the time: "[0:01:02.345] ". */
std::string writeText (const std::vector<TimedLine>& lines, bool withTimes = false);

struct JsonHeader
{
    std::string source;  ///< name of the recording, "" = left out
    std::string model;   ///< "" = left out
    bool places = false; ///< with clock and host, where known
    std::vector<TranscriptTake> takes = {}; ///< told where there are several
};

/** One object: format, version, source, model, text, takes? [{start, clock?}], segments [{id, start, end, speaker?, text, confirmed, gap_before?,
    clock?, host?, tokens [{text, start, end, confidence, clock?, host?}]}]; times in seconds since the first sample, to
    the millisecond. clock is the start in UTC as in RFC 3339, host {seconds, samples, quarter_notes, bar?, beat?} where
    it lies on the host's timeline. */
std::string writeJson (const std::vector<TimedLine>& lines, const JsonHeader& header = {});

} // namespace kikitori
