#include "Audio/MonoMix.h"
#include "Support/Catch.h"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace kikitori;

namespace
{

constexpr double rate = 16000.0;
using Channel = std::vector<float>;

Channel noise (unsigned seed, float level, double seconds = 1.0)
{
    std::mt19937 random (seed);
    std::normal_distribution<float> normal (0.0f, level);
    Channel samples (static_cast<std::size_t> (rate * seconds));
    for (auto& sample : samples)
        sample = normal (random);
    return samples;
}

Channel silence (double seconds = 1.0) { return Channel (static_cast<std::size_t> (rate * seconds)); }

Channel times (Channel channel, float factor)
{
    for (auto& sample : channel)
        sample *= factor;
    return channel;
}

Channel mixed (MonoMix& mix, const std::vector<Channel>& channels)
{
    std::vector<const float*> pointers;
    for (const auto& channel : channels)
        pointers.push_back (channel.data());
    Channel output (channels.front().size());
    mix.mix (pointers.data(), static_cast<int> (pointers.size()), 0, output);
    return output;
}

Channel mixed (const std::vector<Channel>& channels, const std::vector<float>& weights = {})
{
    MonoMix mix;
    mix.prepare (rate, weights);
    return mixed (mix, channels);
}

/** Of what of the wanted is in it, in decibels: 0 is all of it. */
double levelOf (const Channel& wanted, const Channel& in)
{
    double product = 0.0, square = 0.0;
    for (std::size_t i = 0; i < wanted.size(); ++i)
    {
        product += static_cast<double> (wanted[i]) * in[i];
        square += static_cast<double> (wanted[i]) * wanted[i];
    }
    return 20.0 * std::log10 (std::abs (product / square));
}

double loudness (const Channel& channel)
{
    double square = 0.0;
    for (const auto sample : channel)
        square += static_cast<double> (sample) * sample;
    return 10.0 * std::log10 (square / static_cast<double> (channel.size()));
}

} // namespace

TEST_CASE ("a voice keeps its level, however many channels are silent", "[mix]")
{
    const auto voice = noise (1, 0.1f);
    for (const std::size_t voiceAt : { 0u, 7u, 15u })
    {
        std::vector<Channel> channels (16, silence());
        channels[voiceAt] = voice;
        CHECK (levelOf (voice, mixed (channels)) == Approx (0.0).margin (0.01));

        for (std::size_t c = 0; c < channels.size(); ++c) // the noise of open inputs
            channels[c] = c == voiceAt ? voice : noise (static_cast<unsigned> (10 + c), 0.0003f);
        CHECK (levelOf (voice, mixed (channels)) == Approx (0.0).margin (0.1));
    }
}

TEST_CASE ("equal channels mix to one of them, different ones to the loudest one's level", "[mix]")
{
    const auto voice = noise (1, 0.1f);
    const auto twice = mixed ({ voice, voice });
    for (std::size_t i = 0; i < voice.size(); ++i)
        REQUIRE (twice[i] == Approx (voice[i]).margin (1e-7));

    CHECK (loudness (mixed ({ noise (1, 0.1f), noise (2, 0.1f), noise (3, 0.05f) })) == Approx (-20.0).margin (0.5));
}

TEST_CASE ("speakers who take turns on channels of their own all keep their level", "[mix]")
{
    MonoMix mix;
    mix.prepare (rate);
    for (const std::size_t speaker : { 0u, 3u, 1u, 2u })
    {
        const auto voice = noise (static_cast<unsigned> (speaker), 0.1f, 2.0);
        std::vector<Channel> channels (4, silence (2.0));
        channels[speaker] = voice;
        const auto output = mixed (mix, channels);
        const auto half = static_cast<std::ptrdiff_t> (voice.size() / 2);
        CHECK (levelOf (voice, output) > -1.5);
        CHECK (levelOf (Channel (voice.begin() + half, voice.end()), Channel (output.begin() + half, output.end()))
               == Approx (0.0).margin (0.2));
    }
    CHECK_FALSE (mix.cancelled());
}

TEST_CASE ("channels that cancel each other are noticed, and the voice stays", "[mix]")
{
    const auto voice = noise (1, 0.1f);
    MonoMix mix;
    mix.prepare (rate);
    CHECK (levelOf (voice, mixed (mix, { voice, times (voice, -1.0f) })) == Approx (0.0).margin (0.01));
    CHECK (mix.cancelled());

    CHECK (levelOf (voice, mixed ({ voice, times (voice, -0.9f) })) == Approx (0.0).margin (0.01));
    const auto room = noise (2, 0.003f);
    CHECK (levelOf (voice, mixed ({ voice, times (voice, -1.0f), room })) == Approx (0.0).margin (0.1));

    MonoMix stereo;
    stereo.prepare (rate);
    mixed (stereo, { voice, noise (2, 0.1f) });
    CHECK_FALSE (stereo.cancelled());
}

TEST_CASE ("gains change without a step", "[mix]")
{
    MonoMix mix;
    mix.prepare (rate);
    const Channel steady (16000, 0.1f);
    mixed (mix, { steady, silence() });
    const auto output = mixed (mix, { steady, noise (2, 0.1f) });
    const auto second = noise (2, 0.1f);
    for (std::size_t i = 1; i < output.size(); ++i)
    {
        // Of a steady channel and a known one: what is left of a jump would be the gain's.
        const auto expected = 1.0f * (steady[i] + second[i]);
        REQUIRE (std::abs (output[i]) <= std::abs (expected) + 1e-6f);
    }
    CHECK (output.front() == Approx (steady.front() + second.front()).epsilon (0.05));
}

TEST_CASE ("weights say what a channel is for", "[mix]")
{
    const std::vector<float> surround{ 0.7071f, 0.7071f, 1.0f, 0.03f, 0.5f, 0.5f };
    const auto voice = noise (1, 0.1f);
    std::vector<Channel> channels (6, silence());
    for (std::size_t c = 0; c < channels.size(); ++c)
    {
        channels.assign (6, silence());
        channels[c] = voice;
        CHECK (levelOf (voice, mixed (channels, surround)) == Approx (0.0).margin (0.01));
    }

    for (std::size_t c = 0; c < channels.size(); ++c)
        channels[c] = c == 2 ? voice : noise (static_cast<unsigned> (c + 10), 0.1f);
    const auto withRest = mixed (channels, surround);
    const auto effects = levelOf (channels[3], withRest);
    CHECK (levelOf (voice, withRest) - levelOf (channels[0], withRest) == Approx (3.0).margin (0.5));
    CHECK (levelOf (voice, withRest) - levelOf (channels[4], withRest) == Approx (6.0).margin (0.5));
    CHECK (effects < levelOf (voice, withRest) - 20.0);
}

TEST_CASE ("samples that are not finite change no gain", "[mix]")
{
    MonoMix mix;
    mix.prepare (rate);
    const auto voice = noise (1, 0.1f);
    mixed (mix, { voice, silence() });
    const auto nan = std::numeric_limits<float>::quiet_NaN();
    CHECK (std::isnan (mixed (mix, { voice, Channel (16000, nan) }).front()));
    CHECK (levelOf (voice, mixed (mix, { voice, silence() })) == Approx (0.0).margin (0.01));
}
