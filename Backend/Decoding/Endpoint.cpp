#include "Backend/Decoding/Endpoint.h"

#include <algorithm>

namespace kikitori::backend
{

namespace
{
/** Middle of the longest blank run that begins in the last `frames` frames. */
std::int64_t longestPause (const CtcGreedyDecoder& decoder, std::int64_t frames)
{
    const auto& tokens = decoder.tokens();
    const auto earliest = decoder.frames() - frames;
    auto best = decoder.frames();
    auto longest = decoder.trailingBlanks();

    for (auto i = tokens.size(); i-- > 1 && tokens[i].firstFrame > earliest;)
    {
        const auto pause = tokens[i].firstFrame - 1 - tokens[i - 1].lastFrame;

        if (pause > longest)
        {
            longest = pause;
            best = tokens[i].firstFrame - (pause + 1) / 2;
        }
    }

    return best;
}
} // namespace

std::optional<std::int64_t> findEndpoint (const EndpointRules& rules,
                                          const CtcGreedyDecoder& decoder,
                                          double frameSeconds)
{
    const auto silence = static_cast<double> (decoder.trailingBlanks()) * frameSeconds;
    const auto needed = decoder.tokens().empty() ? rules.silenceWithoutText : rules.silenceAfterText;

    if (silence >= needed)
        return decoder.frames();

    if (static_cast<double> (decoder.frames()) * frameSeconds >= rules.longestSegment)
        return longestPause (decoder, static_cast<std::int64_t> (rules.cutSearch / frameSeconds));

    return std::nullopt;
}

} // namespace kikitori::backend
