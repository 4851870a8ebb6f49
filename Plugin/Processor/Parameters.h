/*  What a host sees of the plugin: Transcribe, Bypass, Channel.

    Threads: isTranscribing(), isBypassed() and channel() from any thread, also the audio thread: each is one atomic
    read. The rest as JUCE says of parameters.
    Failure: none; values outside a parameter's range are brought into it by JUCE.
*/
#pragma once

#include "Audio/ChannelChoice.h"
#include "Realtime/Annotations.h"

#include <juce_audio_processors/juce_audio_processors.h>

namespace kikitori::plugin
{

class Parameters
{
public:
    /** Channels that can be chosen one by one: as many as 7.1.4 and third-order ambisonics have. */
    static constexpr int numberedChannels = 16;

    /** Adds the parameters to the processor, which owns them from then on. */
    explicit Parameters (juce::AudioProcessor& processor);

    bool isTranscribing() const noexcept KIKITORI_REALTIME { return transcribe.get(); }
    bool isBypassed() const noexcept KIKITORI_REALTIME { return bypass.get(); }
    ChannelChoice channel() const noexcept KIKITORI_REALTIME { return choiceOf (channelParameter.getIndex()); }

    /** Entries of the channel menu: mix, left, right, mid, then the numbers. */
    static ChannelChoice choiceOf (int index) noexcept;
    static int indexOf (ChannelChoice choice) noexcept;
    static juce::StringArray channelNames();

    // owned by the processor
    juce::AudioParameterBool& transcribe;
    juce::AudioParameterBool& bypass;
    juce::AudioParameterChoice& channelParameter;
};

} // namespace kikitori::plugin
