#include "PluginScene.h"
#include "Support/Catch.h"

#include <cstring>
#include <limits>
#include <random>
#include <vector>

using namespace kikitori;
using namespace kikitori::test;

namespace
{

using Layout = juce::AudioProcessor::BusesLayout;

Layout symmetric (const juce::AudioChannelSet& set)
{
    Layout layout;
    layout.inputBuses.add (set);
    layout.outputBuses.add (set);
    return layout;
}

void fillWithNoise (juce::AudioBuffer<float>& audio, std::minstd_rand& random)
{
    std::uniform_real_distribution<float> value (-2.0f, 2.0f);
    for (int channel = 0; channel < audio.getNumChannels(); ++channel)
        for (int i = 0; i < audio.getNumSamples(); ++i)
            audio.setSample (channel, i, value (random));

    if (audio.getNumSamples() > 2)
    {
        audio.setSample (0, 0, std::numeric_limits<float>::infinity());
        audio.setSample (0, 1, std::numeric_limits<float>::quiet_NaN());
        audio.setSample (0, 2, std::numeric_limits<float>::denorm_min());
    }
}

bool sameBits (const juce::AudioBuffer<float>& a, const juce::AudioBuffer<float>& b, int channels)
{
    for (int channel = 0; channel < channels; ++channel)
        if (std::memcmp (a.getReadPointer (channel), b.getReadPointer (channel),
                         sizeof (float) * static_cast<std::size_t> (a.getNumSamples()))
            != 0)
            return false;

    return true;
}

const std::vector<juce::AudioChannelSet> layouts{ juce::AudioChannelSet::mono(),
                                                  juce::AudioChannelSet::stereo(),
                                                  juce::AudioChannelSet::createLCR(),
                                                  juce::AudioChannelSet::quadraphonic(),
                                                  juce::AudioChannelSet::create5point1(),
                                                  juce::AudioChannelSet::create7point1(),
                                                  juce::AudioChannelSet::create7point1point4(),
                                                  juce::AudioChannelSet::ambisonic (3),
                                                  juce::AudioChannelSet::discreteChannels (24) };

} // namespace

TEST_CASE ("Audio passes bit-exact in every layout, rate and block size, streaming or not")
{
    PluginScene scene;
    auto& processor = *scene.processor;
    std::minstd_rand random (7);
    juce::MidiBuffer midi;
    REQUIRE (processor.getLatencySamples() == 0);

    for (const auto& set : layouts)
    {
        REQUIRE (processor.setBusesLayout (symmetric (set)));

        for (const double rate : { 8000.0, 44100.0, 48000.0, 96000.0, 192000.0 })
        {
            scene.prepare (rate, 256);
            processor.setTranscribing (rate > 45000.0);

            for (const int size : { 0, 1, 64, 256, 333, 8192 }) // the last three exceed what prepare was told
            {
                juce::AudioBuffer<float> audio (set.size(), size);
                fillWithNoise (audio, random);
                const juce::AudioBuffer<float> before (audio);
                processor.processBlock (audio, midi);
                CHECK (sameBits (before, audio, set.size()));
                processor.processBlockBypassed (audio, midi);
                CHECK (sameBits (before, audio, set.size()));
                scene.transport->advance (Milliseconds (10));
            }
        }
    }
}

TEST_CASE ("Only layouts whose output is their input are supported")
{
    PluginScene scene;
    auto unequal = symmetric (juce::AudioChannelSet::stereo());
    unequal.outputBuses.set (0, juce::AudioChannelSet::mono());
    CHECK_FALSE (scene.processor->isBusesLayoutSupported (unequal));
    CHECK_FALSE (scene.processor->isBusesLayoutSupported (symmetric (juce::AudioChannelSet::disabled())));
    CHECK (scene.processor->isBusesLayoutSupported (symmetric (juce::AudioChannelSet::mono())));
}

TEST_CASE ("Channels beyond the input are cleared")
{
    PluginScene scene;
    scene.prepare();
    juce::AudioBuffer<float> audio (5, 128);
    juce::MidiBuffer midi;

    for (int channel = 0; channel < 5; ++channel)
        for (int i = 0; i < 128; ++i)
            audio.setSample (channel, i, 0.5f);

    scene.processor->processBlock (audio, midi);
    CHECK (audio.getMagnitude (0, 0, 128) == 0.5f);
    CHECK (audio.getMagnitude (1, 0, 128) == 0.5f);
    for (int channel = 2; channel < 5; ++channel)
        CHECK (audio.getMagnitude (channel, 0, 128) == 0.0f);
}

TEST_CASE ("A rate of zero passes audio and says that nothing is heard")
{
    PluginScene scene;
    scene.prepare (0.0, 64);
    juce::AudioBuffer<float> audio (2, 64);
    juce::MidiBuffer midi;
    audio.setSample (0, 3, 0.25f);
    scene.processor->processBlock (audio, midi);
    CHECK (audio.getSample (0, 3) == 0.25f);
    CHECK (scene.processor->snapshot().tapError == TapError::badSampleRate);
}

TEST_CASE ("Both bypass routes pass audio and stop tapping")
{
    PluginScene scene;
    scene.prepare();
    scene.processor->setTranscribing (true);
    scene.play (Milliseconds (200));
    juce::AudioBuffer<float> audio (2, 480);
    juce::MidiBuffer midi;
    const auto captured = [&scene] { return scene.processor->snapshot().session.counters.captured; };
    scene.play (Milliseconds (100));
    const auto before = captured();
    REQUIRE (before > 0);

    scene.processor->processBlockBypassed (audio, midi);
    scene.transport->advance (Milliseconds (50));
    CHECK (captured() == before);

    scene.processor->hostParameters().bypass = true;
    scene.play (Milliseconds (100));
    CHECK (captured() == before);
    CHECK (scene.processor->snapshot().isBypassed);

    scene.processor->hostParameters().bypass = false;
    scene.play (Milliseconds (100));
    CHECK (captured() > before);
}
