#include "Standalone/CommandLine/MicrophoneFeed.h"

#include <algorithm>
#include <cmath>

namespace kikitori::commandline
{

void MicrophoneFeed::prepare (AudioTap& tap)
{
    const auto format = input->format();
    tap.prepare (format.sampleRate, format.maxBlock, format.channels);
}

void MicrophoneFeed::start (AudioTap& tap)
{
    input->start (
        [this, &tap] (const float* const* channels, int numChannels, int numSamples)
        {
            tap.process (channels, numChannels, numSamples, {});
            auto loudest = loudestSample.load (std::memory_order_relaxed);
            for (int c = 0; c < numChannels; ++c)
                for (int i = 0; i < numSamples; ++i)
                    loudest = std::max (loudest, std::abs (channels[c][i]));
            loudestSample.store (loudest, std::memory_order_relaxed);
            framesPushed.fetch_add (static_cast<std::uint64_t> (numSamples), std::memory_order_relaxed);
        });
}

double MicrophoneFeed::seconds() const
{
    return static_cast<double> (framesPushed.load (std::memory_order_relaxed)) / input->format().sampleRate;
}

std::optional<Error> MicrophoneFeed::problem() const
{
    const auto text = input->problem();
    if (text.empty())
        return std::nullopt;
    return Error{ "device_failed", "the audio input \"" + input->name() + "\" stopped: " + text };
}

} // namespace kikitori::commandline
