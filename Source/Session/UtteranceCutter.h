/*  Where a stream to a version 1 backend is cut into utterances: at pauses, or at the length limit.

    Such a backend decodes its whole buffer again for each partial, so its cost grows with the square of the length;
    utterances of some seconds keep it bounded.

    Threads: one (the network thread).
    Failure: none; without pauses the limit cuts, at a quiet place in the last fifth where there is one.
*/
#pragma once

#include "Session/SessionConfig.h"
#include "Session/WireFormat.h"

#include <cstdint>
#include <optional>
#include <span>

namespace kikitori
{

class UtteranceCutter
{
public:
    UtteranceCutter (const SessionLimits& limits, const WireFormat& format);

    /** A new utterance begins at this wire sample. */
    void begin (std::int64_t position);

    /** Looks at the next samples; where the utterance should end within them: that many of them belong to it. */
    std::optional<std::size_t> add (std::span<const float> samples);

    std::int64_t start() const noexcept { return startPosition; }
    /** Wire samples of the utterance so far. */
    std::int64_t length() const noexcept { return seen; }

private:
    bool endsAfterFrame (double meanSquare);

    const std::int64_t frameSamples; ///< 20 ms
    const std::int64_t shortest;
    const std::int64_t longest;
    const std::int64_t pause;

    std::int64_t startPosition = 0;
    std::int64_t seen = 0;
    std::int64_t inFrame = 0;
    std::int64_t quietFor = 0;
    double frameSquares = 0.0;
    double noiseFloor = 0.0; ///< mean square, follows the quietest frames over the whole stream
    double speechLevel = 0.0;
    bool hasSpeech = false;
};

} // namespace kikitori
