#include "Audio/MonoMix.h"

#include <algorithm>
#include <cmath>

namespace kikitori
{

namespace
{

constexpr double followSeconds = 0.3;
constexpr double nothing = 1.0e-20; ///< mean square: digital silence
constexpr double audible = 1.0e-6;  ///< mean square: -60 dB
constexpr double cancelsBelow = 0.05, adds = 0.1; ///< the mix's mean square by the loudest channel's
constexpr double clearlyLouder = 2.0;

/** Several sums side by side become one vector. */
double meanSquare (std::span<const float> samples) noexcept
{
    constexpr std::size_t lanes = 8;
    std::array<float, lanes> sums{};
    std::size_t i = 0;

    for (; i + lanes <= samples.size(); i += lanes)
        for (std::size_t lane = 0; lane < lanes; ++lane)
            sums[lane] += samples[i + lane] * samples[i + lane];
    for (; i < samples.size(); ++i)
        sums[0] += samples[i] * samples[i];

    double total = 0.0;
    for (const auto sum : sums)
        total += static_cast<double> (sum);
    return total / static_cast<double> (samples.size());
}

void addScaled (std::span<float> output, const float* input, float from, float to) noexcept
{
    const auto step = (to - from) / static_cast<float> (output.size());
    for (std::size_t i = 0; i < output.size(); ++i)
        output[i] += input[i] * (from + step * static_cast<float> (i + 1));
}

} // namespace

void MonoMix::prepare (double rate, std::span<const float> weights) noexcept
{
    samplesToFollow = std::max (1.0, rate * followSeconds);
    all.fill ({});
    channels = {};
    for (std::size_t c = 0; c < std::min (weights.size(), mostChannels); ++c)
        all[c].weight = weights[c];
}

void MonoMix::mix (const float* const* inputs, int numInputs, int offset, std::span<float> output) noexcept
    KIKITORI_REALTIME
{
    const auto given = static_cast<std::size_t> (inputs != nullptr ? std::max (0, numInputs) : 0);
    const auto count = std::min (given, mostChannels);

    for (; ! output.empty(); output = output.subspan (std::min (pieceSize, output.size())))
    {
        const auto piece = output.first (std::min (pieceSize, output.size()));
        if (count == 1 && inputs[0] != nullptr)
            std::copy_n (inputs[0] + offset, piece.size(), piece.begin());
        else
            mixPiece (inputs, count, offset, piece);
        offset += static_cast<int> (piece.size());
    }
}

void MonoMix::mixPiece (const float* const* inputs, std::size_t numInputs, int offset, std::span<float> output) noexcept
    KIKITORI_REALTIME
{
    if (channels.size() != numInputs)
    {
        channels = std::span (all).first (numInputs);
        mixLevel = 0.0;
        for (auto& channel : channels)
            channel.level = 0.0;
    }

    std::fill (output.begin(), output.end(), 0.0f);
    for (std::size_t c = 0; c < numInputs; ++c)
    {
        auto& channel = channels[c];
        channel.square = inputs[c] != nullptr ? meanSquare ({ inputs[c] + offset, output.size() }) : 0.0;
        if (channel.square != 0.0)
            addScaled (output, inputs[c] + offset, channel.weight, channel.weight);
    }

    follow (meanSquare (output), output.size());

    std::fill (output.begin(), output.end(), 0.0f);
    for (std::size_t c = 0; c < numInputs; ++c)
    {
        auto& channel = channels[c];
        if (channel.square != 0.0)
            addScaled (output, inputs[c] + offset, channel.gain, channel.wanted);
        channel.gain = channel.wanted;
    }
}

/** Chooses the gains at the end of a piece. mixed: the mean square of its weighted sum. */
void MonoMix::follow (double mixed, std::size_t count) noexcept KIKITORI_REALTIME
{
    if (channels.empty() || ! std::isfinite (mixed))
        return;

    const bool begins =
        std::all_of (channels.begin(), channels.end(), [] (const Channel& c) { return c.level == 0.0; });
    const auto share = begins ? 1.0 : std::min (1.0, static_cast<double> (count) / samplesToFollow);
    const auto approach = [share] (double& level, double now)
    {
        level += share * (now - level);
        level = level < nothing ? 0.0 : level;
    };

    approach (mixLevel, mixed);
    for (auto& channel : channels)
        approach (channel.level, channel.square);

    auto& loudest = *std::max_element (channels.begin(), channels.end(), [] (const Channel& a, const Channel& b)
                                       { return a.weighted() < b.weighted(); });
    if (loudest.level == 0.0)
        return;

    choose (loudest);
    const bool isAlone = std::any_of (channels.begin(), channels.end(), [] (const Channel& c) { return c.isAlone; });
    soundingSamples += loudest.level > audible ? count : 0;
    cancelledSamples += loudest.level > audible && isAlone ? count : 0;
    for (auto& channel : channels)
        channel.gain = begins ? channel.wanted : channel.gain;
}

void MonoMix::choose (Channel& loudest) noexcept KIKITORI_REALTIME
{
    const auto found = std::find_if (channels.begin(), channels.end(), [] (const Channel& c) { return c.isAlone; });
    auto* alone = found != channels.end() ? &*found : nullptr;

    if (mixLevel >= (alone == nullptr ? cancelsBelow : adds) * loudest.level)
        alone = nullptr;
    else if (alone == nullptr || loudest.level > clearlyLouder * alone->level)
        alone = &loudest;

    const auto gain = alone == nullptr ? static_cast<float> (std::sqrt (loudest.level / mixLevel)) : 0.0f;
    for (auto& channel : channels)
    {
        channel.isAlone = &channel == alone;
        channel.wanted = alone == nullptr ? channel.weight * gain : channel.isAlone ? 1.0f : 0.0f;
    }
}

} // namespace kikitori
