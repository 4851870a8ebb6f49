#include "Standalone/CommandLine/AudioInput.h"
#include "Standalone/CommandLine/InputChannels.h"

#include <algorithm>
#include <cmath>
#include <juce_audio_devices/juce_audio_devices.h>
#include <mutex>
#include <optional>

namespace kikitori::commandline
{

namespace
{

using DeviceTypes = std::vector<std::unique_ptr<juce::AudioIODeviceType>>;

/** Device types need JUCE's message queue to exist, though nobody runs its loop here. */
void keepJuceUp() { static const juce::ScopedJuceInitialiser_GUI juceIsUp; }

/** The systems' device types. (No JACK: its library writes to standard error where no server runs, and ALSA reaches
    JACK and PipeWire through their plugins.) Used without juce::AudioDeviceManager, which wants a running message loop.
 */
DeviceTypes createTypes()
{
    DeviceTypes types;
    const auto add = [&types] (juce::AudioIODeviceType* type)
    {
        if (type != nullptr)
        {
            types.emplace_back (type);
            type->scanForDevices();
        }
    };

    add (juce::AudioIODeviceType::createAudioIODeviceType_CoreAudio());
    add (juce::AudioIODeviceType::createAudioIODeviceType_WASAPI (juce::WASAPIDeviceMode::shared));
    add (juce::AudioIODeviceType::createAudioIODeviceType_ALSA());
    return types;
}

Error noInputs()
{
    return { "no_audio",
             "no audio input was found; plug in a microphone (and check that this user may use it: on Linux "
             "the group `audio`), or give `kikitori transcribe` a file" };
}

/** The available value nearest to the wanted one. */
template <typename Values, typename Value>
Value nearest (const Values& values, Value wanted, Value fallback)
{
    Value best = fallback;
    bool first = true;
    for (const auto value : values)
    {
        if (first || std::abs (value - wanted) < std::abs (best - wanted))
            best = value;
        first = false;
    }
    return best;
}

class JuceAudioInput final : public AudioInput, private juce::AudioIODeviceCallback
{
public:
    JuceAudioInput (std::unique_ptr<juce::AudioIODevice> deviceToUse, std::shared_ptr<DeviceTypes> typesToKeep)
        : types (std::move (typesToKeep)), device (std::move (deviceToUse))
    {
    }
    ~JuceAudioInput() override
    {
        JuceAudioInput::stop();
        device->close();
    }

    /** "" or what the system said. */
    juce::String openDevice (const std::vector<int>& channels)
    {
        juce::BigInteger inputs;
        for (const auto channel : channels)
            inputs.setBit (channel);
        const double rate = nearest (device->getAvailableSampleRates(), 48000.0, 48000.0);
        const int block = nearest (device->getAvailableBufferSizes(), 480, device->getDefaultBufferSize());
        return device->open (inputs, {}, rate, block);
    }

    std::string name() const override { return device->getName().toStdString(); }

    AudioInputFormat format() const override
    {
        return { device->getCurrentSampleRate(), device->getCurrentBufferSizeSamples(),
                 device->getActiveInputChannels().countNumberOfSetBits() };
    }

    void start (AudioSink newSink) override
    {
        sink = std::move (newSink);
        device->start (this);
    }

    void stop() override { device->stop(); }

    std::string problem() const override
    {
        const std::lock_guard lock (problemMutex);
        return lastProblem;
    }

private:
    void audioDeviceIOCallbackWithContext (const float* const* inputs,
                                           int numInputs,
                                           float* const* outputs,
                                           int numOutputs,
                                           int numSamples,
                                           const juce::AudioIODeviceCallbackContext&) override
    {
        for (int i = 0; i < numOutputs; ++i)
            if (outputs[i] != nullptr)
                std::fill_n (outputs[i], numSamples, 0.0f);
        if (numInputs > 0)
            sink (inputs, numInputs, numSamples);
    }

    void audioDeviceAboutToStart (juce::AudioIODevice*) override {}
    void audioDeviceStopped() override {}

    // JUCE calls this when the device has failed, after the last block.
    void audioDeviceError (const juce::String& message) override
    {
        const std::lock_guard lock (problemMutex);
        lastProblem = message.toStdString();
    }

    std::shared_ptr<DeviceTypes> types; ///< some devices refer to the type that made them
    std::unique_ptr<juce::AudioIODevice> device;
    AudioSink sink;
    mutable std::mutex problemMutex;
    std::string lastProblem;
};

std::vector<std::string> inputNames (juce::AudioIODevice& device)
{
    std::vector<std::string> names;
    for (const auto& name : device.getInputChannelNames())
        names.push_back (name.toStdString());
    return names;
}

/** Indices to try in this order: the named device (else one whose name contains it), or without a name the default
    one and then the others. */
std::vector<int> candidates (const juce::StringArray& names, int standard, const std::string& name)
{
    std::vector<int> order;
    if (! name.empty())
    {
        const auto wanted = juce::String::fromUTF8 (name.c_str());
        int index = names.indexOf (wanted, true);
        for (int i = 0; index < 0 && i < names.size(); ++i)
            if (names[i].containsIgnoreCase (wanted))
                index = i;
        if (index >= 0)
            order.push_back (index);
        return order;
    }

    if (standard >= 0 && standard < names.size())
        order.push_back (standard);
    for (int i = 0; i < names.size(); ++i)
        if (i != standard)
            order.push_back (i);
    return order;
}

Error failedToOpen (const juce::String& name, const juce::String& why)
{
    return { "device_failed", "the audio input \"" + name.toStdString() + "\" cannot be opened: " + why.toStdString()
                                  + "; see `kikitori devices` for the others" };
}

/** A device that has inputs, not yet open. */
Result<std::unique_ptr<juce::AudioIODevice>> findDevice (juce::AudioIODeviceType& type, const juce::String& name)
{
    std::unique_ptr<juce::AudioIODevice> device (type.createDevice ({}, name));
    if (device == nullptr)
        return failedToOpen (name, "it is gone");
    if (device->getInputChannelNames().isEmpty())
        return failedToOpen (name, "it has no input channel");
    return device;
}

Result<std::unique_ptr<AudioInput>> openInput (std::unique_ptr<juce::AudioIODevice> device,
                                               const std::string& channel,
                                               const std::shared_ptr<DeviceTypes>& types)
{
    const auto name = device->getName();
    const auto channels = chooseInputs (inputNames (*device), channel);
    if (! channels)
        return channels.error();

    auto input = std::make_unique<JuceAudioInput> (std::move (device), types);
    if (const auto error = input->openDevice (channels.value()); error.isNotEmpty())
        return failedToOpen (name, error);
    if (input->format().channels == 0)
        return failedToOpen (name, "it has no input channel");
    return std::unique_ptr<AudioInput> (std::move (input));
}

/** The first thing that `use` makes of a device with this name or, without one, of any: systems also list servers that
    do not run. */
template <typename Made, typename Use>
Result<Made> firstOf (const DeviceTypes& types, const std::string& name, Use use)
{
    std::optional<Error> firstError;
    bool hasInputs = false;

    for (const auto& type : types)
    {
        const auto names = type->getDeviceNames (true);
        hasInputs = hasInputs || ! names.isEmpty();

        for (const int index : candidates (names, type->getDefaultDeviceIndex (true), name))
        {
            auto device = findDevice (*type, names[index]);
            Result<Made> made = device ? use (std::move (device).value()) : Result<Made> (device.error());
            if (made || made.error().code == "unknown_channel") // the device is there: another one was not meant
                return made;
            firstError = firstError.value_or (made.error());
        }
    }

    if (firstError)
        return *firstError;
    if (! hasInputs)
        return noInputs();
    return Error{ "unknown_device", "no audio input is named \"" + name + "\"; `kikitori devices` lists them" };
}

} // namespace

Result<std::vector<AudioInputDevice>> AudioInput::list()
{
    keepJuceUp();
    std::vector<AudioInputDevice> devices;

    for (const auto& type : createTypes())
    {
        const auto names = type->getDeviceNames (true);
        const int standard = type->getDefaultDeviceIndex (true);
        for (int i = 0; i < names.size(); ++i)
            devices.push_back (
                { names[i].toStdString(), type->getTypeName().toStdString(), devices.empty() && i == standard });
    }

    if (devices.empty())
        return noInputs();
    return devices;
}

Result<std::vector<std::string>> AudioInput::inputsOf (const std::string& name)
{
    using Names = std::vector<std::string>;
    keepJuceUp();
    return firstOf<Names> (createTypes(), name, [] (std::unique_ptr<juce::AudioIODevice> device)
                           { return Result<Names> (inputNames (*device)); });
}

Result<std::unique_ptr<AudioInput>> AudioInput::open (const std::string& name, const std::string& channel)
{
    keepJuceUp();
    const auto types = std::make_shared<DeviceTypes> (createTypes());
    return firstOf<std::unique_ptr<AudioInput>> (*types, name, [&] (std::unique_ptr<juce::AudioIODevice> device)
                                                 { return openInput (std::move (device), channel, types); });
}

} // namespace kikitori::commandline
