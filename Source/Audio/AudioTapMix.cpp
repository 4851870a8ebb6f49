// What an AudioTap does to the samples on their way to the ring: choose, mix, clean, measure.
#include "Audio/AudioTap.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace kikitori
{

namespace
{

bool isNotFinite (float value) noexcept
{
    constexpr std::uint32_t exponent = 0x7f800000u;
    return (std::bit_cast<std::uint32_t> (value) & exponent) == exponent;
}

} // namespace

void AudioTap::mixPiece (const float* const* channels,
                         int numChannels,
                         int offset,
                         std::span<float> piece) noexcept KIKITORI_REALTIME
{
    const auto choice = ChannelChoice::fromPacked (packedChannel.load (std::memory_order_relaxed));
    if (choice.kind == ChannelChoice::Kind::mix)
        return mixer.mix (channels, numChannels, offset, piece);

    const auto existing = [numChannels] (int wanted) { return std::min (wanted, numChannels - 1); };
    int first = 0;
    int last = 0; // inclusive

    switch (choice.kind)
    {
        case ChannelChoice::Kind::left:
        case ChannelChoice::Kind::mix: break;
        case ChannelChoice::Kind::right: first = last = existing (1); break;
        case ChannelChoice::Kind::mid: last = existing (1); break;
        case ChannelChoice::Kind::numbered: first = last = existing (choice.number); break;
    }

    std::fill (piece.begin(), piece.end(), 0.0f);

    if (numChannels <= 0 || channels == nullptr)
        return;

    for (int channel = first; channel <= last; ++channel)
        if (const auto* source = channels[channel]; source != nullptr)
            for (std::size_t i = 0; i < piece.size(); ++i)
                piece[i] += source[static_cast<std::size_t> (offset) + i];

    if (last > first)
    {
        const auto scale = 1.0f / static_cast<float> (last - first + 1);

        for (auto& sample : piece)
            sample *= scale;
    }
}

void AudioTap::cleanPiece (std::span<float> piece) noexcept KIKITORI_REALTIME
{
    // Several sums side by side, so that they become one vector and do not wait for each other.
    constexpr std::size_t lanes = 8;
    std::array<float, lanes> sums{};
    std::array<float, lanes> peaks{};
    const auto measure = [&]
    {
        sums.fill (0.0f);
        peaks.fill (0.0f);
        const auto addTo = [&] (std::size_t lane, float sample)
        {
            const auto magnitude = std::abs (sample);
            sums[lane] += sample * sample;
            peaks[lane] = peaks[lane] < magnitude ? magnitude : peaks[lane];
        };
        std::size_t i = 0;

        for (; i + lanes <= piece.size(); i += lanes)
            for (std::size_t lane = 0; lane < lanes; ++lane)
                addTo (lane, piece[i + lane]);

        for (; i < piece.size(); ++i)
            addTo (i % lanes, piece[i]);

        double total = 0.0;

        for (const auto sum : sums)
            total += static_cast<double> (sum);

        return total;
    };

    auto total = measure();

    if (! (total <= 1.0e30)) // also when it is NaN: look at each sample
    {
        std::uint64_t bad = 0;

        for (auto& sample : piece)
        {
            if (isNotFinite (sample))
            {
                sample = 0.0f;
                ++bad;
            }
        }

        link->notFinite.fetch_add (bad, std::memory_order_relaxed);
        total = std::min (measure(), 1.0e30);
    }

    meter.add (*std::max_element (peaks.begin(), peaks.end()), total, static_cast<int> (piece.size()));
}

} // namespace kikitori
