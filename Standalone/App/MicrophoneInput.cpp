#include "Standalone/App/MicrophoneInput.h"

#include <algorithm>

namespace kikitori::app
{

namespace
{

constexpr int mostInputs = 16;
constexpr int lookIntervalMs = 100;
constexpr double wantedRate = 48000.0; ///< the stream's own: nothing has to be resampled

} // namespace

MicrophoneInput::MicrophoneInput (plugin::KikitoriProcessor& processorToUse) : processor (processorToUse) {}

MicrophoneInput::~MicrophoneInput()
{
    stopTimer();
    probe.stop();
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
    startTimer (lookIntervalMs);
    return problem;
}

juce::String MicrophoneInput::chooseDevice (const juce::String& wanted)
{
    const auto all = choices();
    const auto find = [&] (auto matches) { return std::find_if (all.begin(), all.end(), matches); };
    auto found = find ([&] (const Choice& choice) { return choice.name.equalsIgnoreCase (wanted); });

    if (found == all.end()) // JACK's "system" is no part of "Open Sound System"
        found = find ([&] (const Choice& choice) { return choice.name.containsIgnoreCase (wanted); });

    if (found != all.end())
        return choose (*found);

    return "no audio input is named \"" + wanted + "\"";
}

std::vector<MicrophoneInput::Choice> MicrophoneInput::choices()
{
    if (lost)
        refreshTypes();

    std::vector<Choice> all;
    const auto current = hasInput() && ! lost ? manager.getAudioDeviceSetup().inputDeviceName : juce::String();

    for (auto* type : manager.getAvailableDeviceTypes())
    {
        type->scanForDevices();

        for (const auto& name : type->getDeviceNames (true))
            all.push_back (
                { type->getTypeName(), name, name == current && type->getTypeName() == manager.getCurrentAudioDeviceType() });
    }

    return all;
}

juce::String MicrophoneInput::choose (const Choice& choice)
{
    if (choice.type != manager.getCurrentAudioDeviceType())
    {
        manager.closeAudioDevice(); // else the change of the type sleeps
        manager.setCurrentAudioDeviceType (choice.type, true);
    }

    auto setup = manager.getAudioDeviceSetup();
    setup.inputDeviceName = choice.name;
    setup.useDefaultInputChannels = true;
    setup.sampleRate = wantedRate;
    return manager.setAudioDeviceSetup (setup, true);
}

void MicrophoneInput::timerCallback()
{
    const auto now = juce::Time::getMillisecondCounter();
    const auto count = blocks.load (std::memory_order_relaxed);
    const auto isLate = now - lastBlockMs > static_cast<juce::uint32> (silentLimitMs);

    if (count != blocksSeen)
    {
        blocksSeen = count;
        lastBlockMs = now;
        isWatched = true;
        setLost (false);
    }
    else if (lost)
    {
        if (probe.takeFound())
            reopen();
        else if (manager.getCurrentAudioDevice() != nullptr && isLate)
            lookForIt(); // it was opened, and nothing comes
    }
    else if (manager.getCurrentAudioDevice() == nullptr)
        isWatched = false; // somebody has chosen none
    else if (isWatched && (hasFailed || isLate))
        setLost (true);
}

void MicrophoneInput::setLost (bool isLost)
{
    if (isLost == lost)
        return;

    lost = isLost;
    hasFailed = false;
    processor.setInputLost (isLost);

    if (isLost)
    {
        lostType = manager.getCurrentAudioDeviceType();
        lostSetup = manager.getAudioDeviceSetup();
        lookForIt();
    }
    else
        probe.stop();

    if (onLostChange)
        onLostChange();
}

void MicrophoneInput::refreshTypes()
{
    // A type looks for its devices only once, and an open device may refer to its type: new ones, while none is open.
    const std::vector<juce::AudioIODeviceType*> old (manager.getAvailableDeviceTypes().begin(),
                                                     manager.getAvailableDeviceTypes().end());
    juce::OwnedArray<juce::AudioIODeviceType> types;
    manager.createAudioDeviceTypes (types);

    for (auto* type : old)
        manager.removeAudioDeviceType (type);

    while (! types.isEmpty())
    {
        types.getFirst()->scanForDevices();
        manager.addAudioDeviceType (std::unique_ptr<juce::AudioIODeviceType> (types.removeAndReturn (0)));
    }
}

void MicrophoneInput::reopen()
{
    refreshTypes();

    if (manager.setAudioDeviceSetup (lostSetup, true).isNotEmpty() || ! hasInput())
        lookForIt();
}

void MicrophoneInput::lookForIt()
{
    manager.closeAudioDevice(); // else it is busy
    probe.start (lostType, lostSetup.inputDeviceName);
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

juce::StringArray MicrophoneInput::inputNames() const
{
    auto* device = manager.getCurrentAudioDevice();
    if (device == nullptr)
        return {};

    const auto names = device->getInputChannelNames();
    const auto active = device->getActiveInputChannels();
    juce::StringArray found;
    for (int i = 0; i <= active.getHighestBit() && found.size() < plugin::Parameters::numberedChannels; ++i)
        if (active[i])
            found.add (juce::String (found.size() + 1) + " " + names[i]);
    return found;
}

int MicrophoneInput::chosenInput() const
{
    using Kind = ChannelChoice::Kind;
    const auto choice = processor.hostParameters().channel();

    // As the tap: one that is not there means the nearest.
    const auto nearest = [this] (int index) { return std::min (index, inputNames().size() - 1); };
    switch (choice.kind)
    {
        case Kind::left: return nearest (0);
        case Kind::right: return nearest (1);
        case Kind::numbered: return nearest (choice.number);
        case Kind::mid:
        case Kind::mix: break;
    }
    return -1;
}

void MicrophoneInput::chooseInput (int index)
{
    processor.hostParameters().channelParameter = plugin::Parameters::indexOf (
        index < 0 ? ChannelChoice{}
                  : ChannelChoice{ ChannelChoice::Kind::numbered, static_cast<std::uint8_t> (index) });
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

    const auto now = juce::Time::getMillisecondCounter();

    if (lost)
        processor.inputWasAway ((now - lastBlockMs) * 0.001);

    lastBlockMs = now; // it has as long to begin as to go on
    hasFailed = false;
}

void MicrophoneInput::audioDeviceIOCallbackWithContext (const float* const* inputs,
                                                        int numInputs,
                                                        float* const* outputs,
                                                        int numOutputs,
                                                        int numSamples,
                                                        const juce::AudioIODeviceCallbackContext&)
{
    blocks.fetch_add (1, std::memory_order_relaxed);

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

} // namespace kikitori::app
