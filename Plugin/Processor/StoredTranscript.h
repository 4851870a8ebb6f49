/*  The rows of a transcript as JSON, for projects and journals: times in stream samples, and of each segment what is known
    of wall clock, host's timeline and words. An hour of speech is about 1 MB, and 0.4 MB once compressed.

    Threads: pure functions.
    Failure: rows that are not ours are told; numbers out of range are brought into it.
*/
#pragma once

#include "Transcript/Transcript.h"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <vector>

namespace kikitori::plugin
{

/** A row: [start, end, text, confirmed, details], times in stream samples; details only where there are any. Confidences
    are rounded to thousandths. */
nlohmann::json storeSegment (const Segment& segment);

/** The caller numbers it. Nullopt: the row is not ours. */
std::optional<Segment> restoreSegment (const nlohmann::json& row);

/** Takes with words: [first sample, start in milliseconds since 1970 or null]. */
nlohmann::json storeTakes (const TranscriptSnapshot& transcript);

/** Those that are out of order are left out. Older projects have none. */
std::vector<TranscriptTake> restoreTakes (const nlohmann::json& stored);

} // namespace kikitori::plugin
