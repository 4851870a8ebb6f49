/*  The microphone: an audio device whose input goes through the plugin's processor. The output stays silent, so that
    nobody hears himself and nothing feeds back.

    Systems do not tell when a device or its sound server has gone: a timer sees that no block comes. The microphone then
    counts as lost, is looked for until it is back, and what it missed is a gap in the transcript.

    Threads: message thread; the audio callback on the device's thread, where it neither allocates nor locks.
    Failure: a device that cannot be opened is told by open(), one that goes away by isLost() and in the window.
*/
#pragma once

#include "Plugin/Processor/KikitoriProcessor.h"
#include "Standalone/App/InputProbe.h"

#include <atomic>
#include <functional>
#include <juce_audio_devices/juce_audio_devices.h>
#include <juce_events/juce_events.h>
#include <memory>
#include <vector>

namespace kikitori::app
{

class MicrophoneInput final : private juce::AudioIODeviceCallback, private juce::Timer
{
public:
    /** No block for so long: the microphone is lost. Together with the timer's interval it is told within 2 s. */
    static constexpr int silentLimitMs = 1500;

    struct Choice
    {
        juce::String type; ///< ALSA, JACK, CoreAudio, ...
        juce::String name;
        bool isCurrent = false;
    };

    explicit MicrophoneInput (plugin::KikitoriProcessor& processor);
    ~MicrophoneInput() override;

    /** Opens what was saved (may be null), or the device whose name holds wanted, or the default one.
        Returns what went wrong, empty if nothing did. */
    juce::String open (const juce::XmlElement* saved, const juce::String& wanted);

    bool hasInput() const;
    juce::String deviceName() const;

    /** It was there and has gone. */
    bool isLost() const noexcept { return lost; }
    /** Called when that changes. */
    std::function<void()> onLostChange;

    /** The inputs that are there now. */
    std::vector<Choice> choices();
    /** Returns what went wrong, empty if nothing did. */
    juce::String choose (const Choice& choice);

    /** The open device's inputs, "1 Mic", in the order in which they reach the processor; as many as can be chosen. */
    juce::StringArray inputNames() const;
    /** The place of the one that is listened to; -1 where it is a mix. */
    int chosenInput() const;
    /** Listens to one of them, or with -1 to the mix. */
    void chooseInput (int index);

    juce::AudioDeviceManager& devices() noexcept { return manager; }

private:
    void timerCallback() override;
    void setLost (bool isLost);
    void reopen();
    void lookForIt();
    void refreshTypes();
    juce::String chooseDevice (const juce::String& wanted);

    void audioDeviceIOCallbackWithContext (const float* const* inputs,
                                           int numInputs,
                                           float* const* outputs,
                                           int numOutputs,
                                           int numSamples,
                                           const juce::AudioIODeviceCallbackContext& context) override;
    void audioDeviceAboutToStart (juce::AudioIODevice* device) override;
    void audioDeviceStopped() override {}
    void audioDeviceError (const juce::String&) override { hasFailed = true; }

    plugin::KikitoriProcessor& processor;
    std::atomic<std::uint32_t> blocks{ 0 };
    std::atomic<bool> hasFailed{ false }; ///< the system does tell

    // Message thread:
    bool lost = false;
    bool isWatched = false; ///< a device with an input has been started
    std::uint32_t blocksSeen = 0;
    juce::uint32 lastBlockMs = 0;
    juce::String lostType;
    juce::AudioDeviceManager::AudioDeviceSetup lostSetup;
    InputProbe probe;
    juce::AudioBuffer<float> buffer; ///< the processor works on a copy: devices own their inputs
    juce::MidiBuffer noMidi;
    juce::AudioDeviceManager manager;
};

} // namespace kikitori::app
