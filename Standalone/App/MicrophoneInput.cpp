#include "Standalone/App/MicrophoneInput.h"

#include <algorithm>

namespace kikitori::app
{

namespace
{

constexpr int mostInputs = 16;
constexpr double wantedRate = 48000.0; ///< the stream's own: nothing has to be resampled

} // namespace

MicrophoneInput::MicrophoneInput (plugin::KikitoriProcessor& processorToUse) : processor (processorToUse) {}

MicrophoneInput::~MicrophoneInput()
{
    manager.removeAudioCallback (this);
    manager.closeAudioDevice();
}

juce::String MicrophoneInput::open (const juce::XmlElement* saved, const juce::String& wanted)
{
    juce::AudioDeviceManager::AudioDeviceSetup setup;
    setup.sampleRate = wantedRate;
    auto problem = manager.initialise (mostInputs, 0, saved, true, {}, &setup);

    if (wanted.isNotEmpty())
        problem = chooseDevice (wanted);

    manager.addAudioCallback (this);
    return problem;
}

juce::String MicrophoneInput::chooseDevice (const juce::String& wanted)
{
    for (auto* type : manager.getAvailableDeviceTypes())
    {
        type->scanForDevices();

        for (const auto& name : type->getDeviceNames (true))
        {
            if (! name.containsIgnoreCase (wanted))
                continue;

            manager.setCurrentAudioDeviceType (type->getTypeName(), true);
            auto setup = manager.getAudioDeviceSetup();
            setup.inputDeviceName = name;
            setup.useDefaultInputChannels = true;
            setup.sampleRate = wantedRate;
            return manager.setAudioDeviceSetup (setup, true);
        }
    }

    return "no audio input is named \"" + wanted + "\"";
}

bool MicrophoneInput::hasInput() const
{
    auto* device = manager.getCurrentAudioDevice();
    return device != nullptr && ! device->getActiveInputChannels().isZero();
}

juce::String MicrophoneInput::deviceName() const
{
    auto* device = manager.getCurrentAudioDevice();
    return device != nullptr ? device->getName() : juce::String();
}

void MicrophoneInput::audioDeviceAboutToStart (juce::AudioIODevice* device)
{
    const auto channels = std::max (1, device->getActiveInputChannels().countNumberOfSetBits());
    const auto block = std::max (1, device->getCurrentBufferSizeSamples());
    const auto set = juce::AudioChannelSet::canonicalChannelSet (channels);

    juce::AudioProcessor::BusesLayout layout;
    layout.inputBuses.add (set);
    layout.outputBuses.add (set);
    processor.setBusesLayout (layout);
    processor.setRateAndBufferSizeDetails (device->getCurrentSampleRate(), block);
    processor.prepareToPlay (device->getCurrentSampleRate(), block);
    buffer.setSize (channels, block);
}

void MicrophoneInput::audioDeviceIOCallbackWithContext (const float* const* inputs,
                                                        int numInputs,
                                                        float* const* outputs,
                                                        int numOutputs,
                                                        int numSamples,
                                                        const juce::AudioIODeviceCallbackContext&)
{
    for (int i = 0; i < numOutputs; ++i)
        if (outputs[i] != nullptr)
            juce::FloatVectorOperations::clear (outputs[i], numSamples);

    // A device may give more than it has announced.
    for (int offset = 0; offset < numSamples;)
    {
        const auto count = std::min (numSamples - offset, buffer.getNumSamples());
        juce::AudioBuffer<float> block (buffer.getArrayOfWritePointers(), buffer.getNumChannels(), count);

        for (int channel = 0; channel < block.getNumChannels(); ++channel)
        {
            if (channel < numInputs && inputs[channel] != nullptr)
                block.copyFrom (channel, 0, inputs[channel] + offset, count);
            else
                block.clear (channel, 0, count);
        }

        processor.processBlock (block, noMidi);
        offset += count;
    }
}

void MicrophoneInput::audioDeviceError (const juce::String& message)
{
    processor.stream().setNotice (Error{ "device_failed", "The audio input has failed: " + message.toStdString()
                                                              + ". Choose another one under Audio input." });
}

} // namespace kikitori::app
