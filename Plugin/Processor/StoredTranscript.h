/*  A transcript as JSON for the project file: times in stream samples, and of each segment what is known of wall clock,
    host's timeline and words. An hour of speech is about 0.1 MB once compressed.

    Threads: pure functions.
    Failure: entries that are not ours are left out; numbers out of range are brought into it.
*/
#pragma once

#include "Transcript/Transcript.h"

#include <nlohmann/json_fwd.hpp>

#include <memory>

namespace kikitori::plugin
{

inline constexpr std::size_t mostStoredSegments = 200000; ///< the newest are kept
inline constexpr std::size_t mostStoredTokens = 1000;     ///< of a segment

/** The partial goes along as an unconfirmed segment. Confidences are rounded to thousandths. */
nlohmann::json storeTranscript (const TranscriptSnapshot& transcript);

/** Takes with words: [first sample, start in milliseconds since 1970 or null]. */
nlohmann::json storeTakes (const TranscriptSnapshot& transcript);

/** Null when there is nothing in it. takes: as storeTakes() made them; older projects have none. */
std::shared_ptr<const TranscriptSnapshot> restoreTranscript (const nlohmann::json& stored, const nlohmann::json& takes);

} // namespace kikitori::plugin
