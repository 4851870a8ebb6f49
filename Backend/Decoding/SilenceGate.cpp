#include "Backend/Decoding/SilenceGate.h"

#include <algorithm>
#include <cmath>

namespace kikitori::backend
{

namespace
{
constexpr float limit = 64.0f;
constexpr float noiseRise = 0.1f; // dB for each hop
constexpr float noiseFall = 0.2f; // of the way to a quieter hop
} // namespace

SilenceGate::SilenceGate (int sampleRate, float margin, float noise)
    : rate (sampleRate), noiseMargin (margin), longestHop (static_cast<std::size_t> (sampleRate / hopsPerSecond + 1)),
      ring (static_cast<std::size_t> (keptHops + 1) * longestHop), noiseLevel (noise)
{
}

void SilenceGate::restart()
{
    filled = 0;
    count = 0;
}

std::size_t SilenceGate::lengthOf (std::int64_t hop) const noexcept
{
    return static_cast<std::size_t> (startOf (hop + 1) - startOf (hop));
}

const float* SilenceGate::placeOf (std::int64_t hop) const noexcept
{
    return ring.data() + static_cast<std::size_t> (hop % (keptHops + 1)) * longestHop;
}

std::span<const float> SilenceGate::take (std::span<const float>& samples)
{
    const auto length = lengthOf (count);
    const auto size = std::min (samples.size(), length - filled);
    auto* place = ring.data() + (placeOf (count) - ring.data()) + filled;

    for (std::size_t i = 0; i < size; ++i)
    {
        const auto isFinite = std::isfinite (samples[i]);
        repaired += isFinite ? 0 : 1;
        place[i] = isFinite ? std::clamp (samples[i], -limit, limit) : 0.0f;
    }

    samples = samples.subspan (size);
    filled += size;

    if (filled < length)
        return {};

    filled = 0;
    ++count;
    const auto hop = kept (0);
    auto& judgement = found[static_cast<std::size_t> ((count - 1) % (keptHops + 1))];
    judgement = judge (hop);
    noiseLevel = judgement.noise;
    return hop;
}

std::span<const float> SilenceGate::underWay() const noexcept { return { placeOf (count), filled }; }

SilenceGate::Hop SilenceGate::judge (std::span<const float> hop) const noexcept
{
    const auto level = hopLevel (hop, static_cast<int> (rate));
    const auto threshold = noiseMargin > 0.0f ? noiseLevel + noiseMargin : digitalSilence;
    const auto heard = std::max (level, digitalSilence);
    const auto noise = heard < noiseLevel ? noiseLevel + noiseFall * (heard - noiseLevel)
                                          : std::min (heard, noiseLevel + noiseRise);
    return { level, noise, level >= threshold };
}

SilenceGate::Hop SilenceGate::judgedUnderWay() const noexcept { return judge (underWay()); }

const SilenceGate::Hop& SilenceGate::judged (std::int64_t age) const noexcept
{
    return found[static_cast<std::size_t> ((count - 1 - age) % (keptHops + 1))];
}

std::span<const float> SilenceGate::kept (std::int64_t age) const noexcept
{
    const auto hop = count - 1 - age;
    return { placeOf (hop), lengthOf (hop) };
}

} // namespace kikitori::backend
