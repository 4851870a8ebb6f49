/*  Microphones and other audio inputs of this machine. Implemented with JUCE's audio devices where the plugin is
    built, otherwise by a version that says that this build has none.

    Threads: everything on the main thread; the sink is called on the device's audio thread and must not block.
    Failure: an error names the device and what the system said about it.
*/
#pragma once

#include "Core/Result.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kikitori::commandline
{

struct AudioInputDevice
{
    std::string name;
    std::string system; ///< ALSA, JACK, CoreAudio, ...
    bool isDefault = false;
};

struct AudioInputFormat
{
    double sampleRate = 0.0;
    int maxBlock = 0; ///< samples
    int channels = 0;
};

/** channels [numChannels][numSamples]; called on the audio thread. */
using AudioSink = std::function<void (const float* const* channels, int numChannels, int numSamples)>;

class AudioInput
{
public:
    virtual ~AudioInput() = default; ///< stops and closes the device

    /** The inputs in the order the systems list them. Error: no_audio. */
    static Result<std::vector<AudioInputDevice>> list();

    /** The names of a device's inputs; name as in open(). It is looked at alone: some of the others' libraries write to
        standard error. Errors: no_audio, unknown_device, device_failed. */
    static Result<std::vector<std::string>> inputsOf (const std::string& name);

    /** Opens a device by its name or a part of it ("" = the default one), at a rate near 48 kHz, with the inputs that
        chooseInputs() gives for `channel`. Errors: no_audio, unknown_device, unknown_channel, device_failed. */
    static Result<std::unique_ptr<AudioInput>> open (const std::string& name, const std::string& channel);

    virtual std::string name() const = 0;
    virtual AudioInputFormat format() const = 0;

    /** From now on the sink gets every block. Once. */
    virtual void start (AudioSink sink) = 0;
    virtual void stop() = 0;

    /** What went wrong since start ("" = nothing): the device was taken away, ... */
    virtual std::string problem() const = 0;
};

} // namespace kikitori::commandline
