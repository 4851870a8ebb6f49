#include "Backend/Decoding/SoundLevels.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace kikitori::backend
{

namespace
{
constexpr int stepsPerDecibel = 2;
constexpr int belowLoudest = 35 * stepsPerDecibel;
constexpr int aboveNoise = 8 * stepsPerDecibel;
constexpr std::int64_t around = 50;   ///< hops on both sides whose levels count
constexpr std::int64_t smoothed = 5;  ///< hops of a noise level
constexpr std::int64_t shortest = 3;  ///< hops of a sound

/** Without its mean, which is no sound. */
std::uint8_t levelOfSamples (std::span<const float> samples)
{
    if (samples.empty())
        return 0;

    const auto count = static_cast<double> (samples.size());
    const auto mean = std::accumulate (samples.begin(), samples.end(), 0.0) / count;
    const auto power = std::accumulate (samples.begin(), samples.end(), 0.0,
                                        [mean] (double sum, float x) { return sum + (x - mean) * (x - mean); })
                       / count;
    const auto decibels = 10.0 * std::log10 (power + 1.0e-10);
    return static_cast<std::uint8_t> (std::clamp (std::lround (stepsPerDecibel * (decibels + 100.0)), 0L, 255L));
}
} // namespace

void SoundLevels::restart()
{
    std::fill (levels.begin(), levels.end(), std::uint8_t{ 0 });
    next = 0;
}

void SoundLevels::put (std::int64_t hop, std::span<const float> samples)
{
    for (next = std::max (next, hop - keptHops); next < hop; ++next)
        levels[static_cast<std::size_t> (next % keptHops)] = 0;

    levels[static_cast<std::size_t> (hop % keptHops)] = levelOfSamples (samples);
    next = hop + 1;
}

int SoundLevels::levelOf (std::int64_t hop) const noexcept
{
    return hop < 0 || hop >= next || hop < next - keptHops ? 0 : levels[static_cast<std::size_t> (hop % keptHops)];
}

bool SoundLevels::isSound (std::int64_t hop, int threshold) const noexcept
{
    for (auto i = hop; i < hop + shortest; ++i)
        if (levelOf (i) <= threshold)
            return false;

    return true;
}

int SoundLevels::thresholdFor (HopRange range) const
{
    auto loudest = 0, sum = 0, quietest = 255 * static_cast<int> (smoothed);

    for (auto hop = range.begin; hop < range.end; ++hop)
    {
        loudest = std::max (loudest, levelOf (hop));
        sum += levelOf (hop) - (hop - smoothed >= range.begin ? levelOf (hop - smoothed) : 0);

        if (hop - range.begin + 1 >= smoothed)
            quietest = std::min (quietest, sum);
    }

    return std::max (loudest - belowLoudest, quietest / static_cast<int> (smoothed) + aboveNoise);
}

HopRange SoundLevels::longestQuiet (HopRange within, std::int64_t earliest) const
{
    within.begin = std::max (within.begin, earliest);
    const auto threshold =
        thresholdFor ({ std::max (within.begin - around, earliest), std::min (within.end + around, next) });
    HopRange longest;

    for (auto begin = within.begin; begin < within.end;)
    {
        auto end = begin;
        while (end < within.end && ! isSound (end, threshold))
            ++end;

        while (begin < end && levelOf (begin) > threshold) // the end of a sound
            ++begin;
        if (end - begin > longest.length())
            longest = { begin, end };

        begin = end;
        while (begin < within.end && isSound (begin, threshold))
            ++begin;
    }

    return longest;
}

} // namespace kikitori::backend
