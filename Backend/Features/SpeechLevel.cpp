#include "Backend/Features/SpeechLevel.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace kikitori::backend
{

namespace
{
constexpr std::size_t blockHops = 8;   // 80 ms
constexpr float trainedLevel = -26.0f; // dB: nine in ten recordings of the training data are louder
constexpr float trainedNoise = -65.0f; // dB: most of them have noisier pauses
constexpr float mostGain = 45.0f;      // dB
constexpr float aboveQuietest = 20.0f; // dB
constexpr float fallOfBlock = 0.25f;   // dB
} // namespace

float hopLevel (std::span<const float> hop, int sampleRate)
{
    constexpr std::size_t lanes = 8;
    const auto lag = static_cast<std::size_t> (std::lround (sampleRate / 2000.0));

    if (hop.size() <= lag)
        return quietestLevel;

    const auto count = hop.size() - lag;
    std::array<float, lanes> sums{}; // at once, which compilers make vector instructions of
    std::size_t i = 0;

    for (; i + lanes <= count; i += lanes)
        for (std::size_t lane = 0; lane < lanes; ++lane)
        {
            const auto difference = hop[i + lane + lag] - hop[i + lane];
            sums[lane] += difference * difference;
        }

    for (; i < count; ++i)
        sums[0] += (hop[i + lag] - hop[i]) * (hop[i + lag] - hop[i]);

    const auto power = std::accumulate (sums.begin(), sums.end(), 0.0f) / static_cast<float> (count);
    return std::max (quietestLevel, 10.0f * std::log10 (power + 1e-13f));
}

void SpeechLevel::hear (std::span<const float> hops)
{
    const auto blocks = hops.size() / blockHops;
    const auto levelOf = [hops] (std::size_t block)
    {
        const auto first = hops.begin() + static_cast<std::ptrdiff_t> (block * blockHops);
        return std::accumulate (first, first + blockHops, 0.0f) / blockHops;
    };

    for (std::size_t i = 0; i < blocks; ++i)
        quietest = std::min (quietest, levelOf (i));

    for (std::size_t i = 0; i < blocks; ++i)
    {
        const auto block = levelOf (i);
        const auto loud = block >= quietest + aboveQuietest;

        if (loud && before)
            level = std::max ({ block, *before, level ? *level - fallOfBlock : block });

        before = loud ? std::optional (block) : std::nullopt;
    }
}

float SpeechLevel::gain() const noexcept
{
    const auto missing = level ? std::min (trainedLevel - *level, trainedNoise - quietest) : 0.0f;
    return std::pow (10.0f, 0.1f * std::clamp (missing, 0.0f, mostGain));
}

} // namespace kikitori::backend
