#include "Standalone/App/MicrophoneInput.h"
#include "Plugin/PluginScene.h"
#include "Support/Catch.h"

#include <utility>

using namespace kikitori;

namespace
{

/** An interface with four inputs, of which one is not used. */
class Interface final : public juce::AudioIODevice
{
public:
    Interface() : AudioIODevice ("Interface", "Test") {}

    juce::StringArray getOutputChannelNames() override { return {}; }
    juce::StringArray getInputChannelNames() override { return { "Mic", "Line", "Loopback", "Phono" }; }
    juce::Array<double> getAvailableSampleRates() override { return { 48000.0 }; }
    juce::Array<int> getAvailableBufferSizes() override { return { 480 }; }
    int getDefaultBufferSize() override { return 480; }
    juce::String open (const juce::BigInteger& inputs, const juce::BigInteger&, double, int) override
    {
        active = inputs;
        active.clearBit (2);
        active.setRange (4, 32, false);
        isOpened = true;
        return {};
    }
    void close() override { isOpened = false; }
    bool isOpen() override { return isOpened; }
    void start (juce::AudioIODeviceCallback* callback) override
    {
        callback->audioDeviceAboutToStart (this);
        current = callback;
    }
    void stop() override
    {
        if (auto* callback = std::exchange (current, nullptr))
            callback->audioDeviceStopped();
    }
    bool isPlaying() override { return current != nullptr; }
    juce::String getLastError() override { return {}; }
    int getCurrentBufferSizeSamples() override { return 480; }
    double getCurrentSampleRate() override { return 48000.0; }
    int getCurrentBitDepth() override { return 24; }
    juce::BigInteger getActiveOutputChannels() const override { return {}; }
    juce::BigInteger getActiveInputChannels() const override { return active; }
    int getOutputLatencyInSamples() override { return 0; }
    int getInputLatencyInSamples() override { return 0; }

private:
    juce::BigInteger active;
    juce::AudioIODeviceCallback* current = nullptr;
    bool isOpened = false;
};

class Interfaces final : public juce::AudioIODeviceType
{
public:
    Interfaces() : AudioIODeviceType ("Test") {}

    void scanForDevices() override {}
    juce::StringArray getDeviceNames (bool wantInputs) const override
    {
        return wantInputs ? juce::StringArray{ "Interface" } : juce::StringArray{};
    }
    int getDefaultDeviceIndex (bool) const override { return 0; }
    int getIndexOfDevice (juce::AudioIODevice* device, bool) const override { return device != nullptr ? 0 : -1; }
    bool hasSeparateInputsAndOutputs() const override { return true; }
    juce::AudioIODevice* createDevice (const juce::String&, const juce::String&) override { return new Interface; }
};

} // namespace

TEST_CASE ("The app's microphone is one input of an interface, chosen by its number and name, or a mix")
{
    const test::PluginScene scene;
    auto& processor = *scene.processor;
    app::MicrophoneInput input (processor);
    input.devices().addAudioDeviceType (std::make_unique<Interfaces>());
    CHECK (input.inputNames().isEmpty());
    REQUIRE (input.open (nullptr, {}).isEmpty());
    REQUIRE (input.hasInput());
    CHECK (input.inputNames() == juce::StringArray{ "1 Mic", "2 Line", "3 Phono" });
    CHECK (input.chosenInput() == -1);

    input.chooseInput (2);
    CHECK (processor.hostParameters().channel() == ChannelChoice{ ChannelChoice::Kind::numbered, 2 });
    CHECK (input.chosenInput() == 2);
    processor.hostParameters().channelParameter = plugin::Parameters::indexOf ({ ChannelChoice::Kind::right, 0 });
    CHECK (input.chosenInput() == 1);
    processor.hostParameters().channelParameter = plugin::Parameters::indexOf ({ ChannelChoice::Kind::numbered, 9 });
    CHECK (input.chosenInput() == 2); // the nearest that is there
    input.chooseInput (-1);
    CHECK (processor.hostParameters().channel() == ChannelChoice{});
}
