/*  The microphone: an audio device whose input goes through the plugin's processor. The output stays silent, so that
    nobody hears himself and nothing feeds back.

    Threads: message thread; the audio callback on the device's thread, where it neither allocates nor locks.
    Failure: a device that cannot be opened or that goes away is told by problem().
*/
#pragma once

#include "Plugin/Processor/KikitoriProcessor.h"

#include <juce_audio_devices/juce_audio_devices.h>
#include <memory>

namespace kikitori::app
{

class MicrophoneInput final : private juce::AudioIODeviceCallback
{
public:
    explicit MicrophoneInput (plugin::KikitoriProcessor& processor);
    ~MicrophoneInput() override;

    /** Opens what was saved (may be null), or the device whose name holds wanted, or the default one.
        Returns what went wrong, empty if nothing did. */
    juce::String open (const juce::XmlElement* saved, const juce::String& wanted);

    bool hasInput() const;
    juce::String deviceName() const;
    juce::AudioDeviceManager& devices() noexcept { return manager; }

private:
    juce::String chooseDevice (const juce::String& wanted);

    void audioDeviceIOCallbackWithContext (const float* const* inputs,
                                           int numInputs,
                                           float* const* outputs,
                                           int numOutputs,
                                           int numSamples,
                                           const juce::AudioIODeviceCallbackContext& context) override;
    void audioDeviceAboutToStart (juce::AudioIODevice* device) override;
    void audioDeviceStopped() override {}
    void audioDeviceError (const juce::String& message) override;

    plugin::KikitoriProcessor& processor;
    juce::AudioBuffer<float> buffer; ///< the processor works on a copy: devices own their inputs
    juce::MidiBuffer noMidi;
    juce::AudioDeviceManager manager;
};

} // namespace kikitori::app
