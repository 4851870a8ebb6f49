/*  Where the backend is, which model, which channel, the window's language, start with the project.

    Threads: message thread.
    Failure: what is typed is taken as it is; the backend or the address check tells what is wrong with it.
*/
#pragma once

#include "Plugin/Editor/EditorPage.h"

#include <functional>
#include <juce_gui_basics/juce_gui_basics.h>
#include <memory>

namespace kikitori::plugin
{

class SettingsView final : public EditorPage
{
public:
    explicit SettingsView (const PageTools& tools);

    void translate() override;
    void refresh (const PluginSnapshot& snapshot) override;
    void resized() override;

private:
    struct Field
    {
        juce::Label label;
        juce::ComboBox box;
    };

    /** Follows changes that came from elsewhere (a project was loaded). */
    void show (const PluginSettings& settings);
    void addField (Field& field);
    void change (const std::function<void (PluginSettings&)>& edit);
    void addressChosen();
    void takeOnLeaving (juce::TextEditor& field, std::string PluginSettings::*setting);
    void place (juce::Rectangle<int>& area, Field& field);

    const Words& words;
    KikitoriProcessor& processor;
    PageHost& window;
    Field address, model, channel, chunk, language;
    juce::Label hotwordsLabel;
    juce::TextEditor hotwords;
    juce::Label sessionLabel;
    juce::TextEditor session, speaker;
    juce::TextButton paste;
    juce::ToggleButton startOnLoad, keepPasses, wholeSession;
    juce::Label hint;
    juce::ComboBoxParameterAttachment channelAttachment;
    PluginSettings shown;
};

} // namespace kikitori::plugin
