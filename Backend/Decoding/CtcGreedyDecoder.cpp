#include "Backend/Decoding/CtcGreedyDecoder.h"

#include <algorithm>

namespace kikitori::backend
{

void CtcGreedyDecoder::reset()
{
    decoded.clear();
    frameCount = 0;
    previous = 0;
}

void CtcGreedyDecoder::process (std::span<const float> logProbabilities, int vocabularySize)
{
    const auto size = static_cast<std::size_t> (vocabularySize);

    for (; logProbabilities.size() >= size; logProbabilities = logProbabilities.subspan (size), ++frameCount)
    {
        const auto best = std::max_element (logProbabilities.begin(), logProbabilities.begin() + vocabularySize);
        const auto id = static_cast<int> (best - logProbabilities.begin());

        if (id != 0 && id != previous)
            decoded.push_back ({ id, frameCount, frameCount, *best });

        if (id != 0)
        {
            decoded.back().lastFrame = frameCount;
            decoded.back().logProbability = std::max (decoded.back().logProbability, *best);
        }

        previous = id;
    }
}

std::int64_t CtcGreedyDecoder::trailingBlanks() const noexcept
{
    return decoded.empty() ? frameCount : frameCount - 1 - decoded.back().lastFrame;
}

} // namespace kikitori::backend
