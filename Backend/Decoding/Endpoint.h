/*  When a segment ends: three rules as data, and where it is cut.

    The rules are those of Kaldi's and sherpa-onnx's endpointing: long silence with nothing decoded, shorter silence
    after text, and a cap on the length.

    Threads: pure functions.
    Failure: none.
*/
#pragma once

#include "Backend/Decoding/CtcGreedyDecoder.h"

#include <optional>

namespace kikitori::backend
{

/** Seconds of audio. */
struct EndpointRules
{
    double silenceWithoutText = 2.4;
    double silenceAfterText = 1.0;
    double longestSegment = 20.0;
    double cutSearch = 5.0; ///< at the cap, the longest pause of these last seconds is looked for
};

/** CTC frame after which the segment ends, or nullopt to go on. At the cap it is the middle of the longest recent
    pause; tokens from there on belong to the next segment. */
std::optional<std::int64_t> findEndpoint (const EndpointRules& rules,
                                          const CtcGreedyDecoder& decoder,
                                          double frameSeconds);

} // namespace kikitori::backend
