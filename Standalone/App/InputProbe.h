/*  Looks whether a microphone that has gone is there again. Opening a device may take seconds, so it is tried on a thread
    of its own, and the message thread opens only what has just been seen to open.

    Threads: start, stop and takeFound on the message thread; the device is tried on the probe's own thread, which stop()
    and the destructor join.
    Failure: none; a device that cannot be opened is tried again after `interval`.
*/
#pragma once

#include <atomic>
#include <condition_variable>
#include <juce_audio_devices/juce_audio_devices.h>
#include <mutex>
#include <thread>

namespace kikitori::app
{

class InputProbe
{
public:
    static constexpr std::chrono::milliseconds interval{ 1000 };

    InputProbe() = default;
    ~InputProbe() { stop(); }

    InputProbe (const InputProbe&) = delete;
    InputProbe& operator= (const InputProbe&) = delete;

    /** Looks for this input (as juce::AudioDeviceManager names it) until it is found or stop() is called. */
    void start (const juce::String& typeName, const juce::String& inputName);
    void stop();

    /** True once after the input was seen to open; the probe has ended then. */
    bool takeFound();

private:
    void look (const juce::String& typeName, const juce::String& inputName);
    bool canOpen (const juce::String& typeName, const juce::String& inputName);

    juce::AudioDeviceManager factory; ///< for its list of types alone
    std::mutex mutex;
    std::condition_variable wake;
    bool shouldEnd = false; ///< under the mutex
    std::atomic<bool> isFound{ false };
    std::thread thread;
};

} // namespace kikitori::app
