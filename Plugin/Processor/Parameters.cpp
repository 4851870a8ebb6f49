#include "Plugin/Processor/Parameters.h"

#include <array>
#include <memory>

namespace kikitori::plugin
{

namespace
{

using Kind = ChannelChoice::Kind;
constexpr std::array namedChannels{ Kind::mix, Kind::left, Kind::right, Kind::mid };

template <typename Parameter>
Parameter& add (juce::AudioProcessor& processor, std::unique_ptr<Parameter> parameter)
{
    auto& added = *parameter;
    processor.addParameter (parameter.release());
    return added;
}

} // namespace

Parameters::Parameters (juce::AudioProcessor& processor)
    : transcribe (
        add (processor,
             std::make_unique<juce::AudioParameterBool> (juce::ParameterID ("transcribe", 1), "Transcribe", false))),
      bypass (add (processor,
                   std::make_unique<juce::AudioParameterBool> (juce::ParameterID ("bypass", 1), "Bypass", false))),
      channelParameter (add (processor,
                             std::make_unique<juce::AudioParameterChoice> (
                                 juce::ParameterID ("channel", 1),
                                 "Channel",
                                 channelNames(),
                                 0,
                                 juce::AudioParameterChoiceAttributes().withAutomatable (false))))
{
}

ChannelChoice Parameters::choiceOf (int index) noexcept
{
    constexpr auto named = static_cast<int> (namedChannels.size());

    if (index < named)
        return { namedChannels[static_cast<std::size_t> (std::max (0, index))], 0 };

    return { Kind::numbered, static_cast<std::uint8_t> (std::min (index - named, numberedChannels - 1)) };
}

int Parameters::indexOf (ChannelChoice choice) noexcept
{
    for (int i = 0; i < static_cast<int> (namedChannels.size()) + numberedChannels; ++i)
        if (choiceOf (i) == choice)
            return i;

    return 0;
}

juce::StringArray Parameters::channelNames()
{
    juce::StringArray names{ "Mix", "Left", "Right", "Mid" };

    for (int number = 1; number <= numberedChannels; ++number)
        names.add (juce::String (number));

    return names;
}

} // namespace kikitori::plugin
