/*  What a stream is started with, and what can be chosen beside the transcript: model, chunk, channel.

    Threads: message thread.
    Failure: what is typed is taken as it is; the backend tells what is wrong with it.
*/
#pragma once

#include "Plugin/Editor/EditorPage.h"

namespace kikitori::plugin
{

class StreamChoices final : public juce::Component
{
public:
    explicit StreamChoices (const PageTools& tools);

    void translate();
    /** Follows changes that came from elsewhere (a project was loaded). */
    void show (const PluginSettings& settings);
    void resized() override;

private:
    const Words& words;
    KikitoriProcessor& processor;
    juce::ComboBox model, chunk, channel;
    juce::ComboBoxParameterAttachment channelAttachment;
};

/** Changes the settings where they do change, and tells the host. */
void changeSettings (KikitoriProcessor& processor, const std::function<void (PluginSettings&)>& edit);

/** Name, help and tooltip of a control. */
template <typename Control>
void describe (Control& control, const juce::String& name, const juce::String& help)
{
    control.setTitle (name);
    control.setHelpText (help);
    control.setTooltip (help);
}

} // namespace kikitori::plugin
