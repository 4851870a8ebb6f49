#include "Backend/Decoding/SilenceGate.h"

#include <algorithm>
#include <cmath>

namespace kikitori::backend
{

namespace
{
constexpr float limit = 64.0f;
} // namespace

SilenceGate::SilenceGate (int sampleRate, float peak)
    : rate (sampleRate), threshold (peak), longestHop (static_cast<std::size_t> (sampleRate / hopsPerSecond + 1)),
      ring (static_cast<std::size_t> (keptHops + 1) * longestHop)
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
    return kept (0);
}

std::span<const float> SilenceGate::underWay() const noexcept { return { placeOf (count), filled }; }

bool SilenceGate::isLoud (std::span<const float> hop) const noexcept
{
    auto peak = 0.0f;

    for (const auto sample : hop)
        peak = std::max (peak, std::abs (sample));

    return peak >= threshold;
}

std::span<const float> SilenceGate::kept (std::int64_t age) const noexcept
{
    const auto hop = count - 1 - age;
    return { placeOf (hop), lengthOf (hop) };
}

} // namespace kikitori::backend
