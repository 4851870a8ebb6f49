#include "Plugin/Editor/Pages.h"

#include "Plugin/Editor/DiagnosticsPage.h"
#include "Plugin/Editor/LivePage.h"
#include "Plugin/Editor/SettingsPage.h"
#include "Plugin/Editor/TrainingPanel.h"

namespace kikitori::plugin
{

namespace
{

template <typename Page>
std::unique_ptr<EditorPage> make (const PageTools& tools)
{
    return std::make_unique<Page> (tools);
}

} // namespace

const std::vector<PageEntry>& pageTable()
{
    static const std::vector<PageEntry> table{
        { "live", "Live", "What is said, while it is said", "M3 10v4 M7.5 6v12 M12 3v18 M16.5 7v10 M21 10v4",
          &make<LivePage> },
        { "training", "Training", "Train the model and see how far it is", "M3 3v18h18 M6 7c3 8 7 10 14 10.5",
          &make<TrainingPanel> },
        { "settings", "Settings", "Backend, model, channel, language",
          "M3 7h10 M19 7h2 M13 7a3 3 0 1 0 6 0a3 3 0 1 0-6 0 M3 17h2 M11 17h10 M5 17a3 3 0 1 0 6 0a3 3 0 1 0-6 0",
          &make<SettingsPage> },
        { "diagnostics", "Diagnostics", "What goes on inside, and a report to copy", "M2 12h5l3 8l4-16l3 8h5",
          &make<DiagnosticsPage> },
    };
    return table;
}

juce::String remembered (KikitoriProcessor& processor, const juce::String& name)
{
    const auto values = processor.stream().settings().views;
    const auto found = values.find (name.toStdString());
    return found != values.end() ? juce::String::fromUTF8 (found->second.c_str()) : juce::String();
}

void remember (KikitoriProcessor& processor, const juce::String& name, const juce::String& value)
{
    auto settings = processor.stream().settings();
    settings.views[name.toStdString()] = value.toStdString();
    settings = sanitised (settings);

    if (settings != processor.stream().settings())
        processor.stream().setSettings (settings);
}

} // namespace kikitori::plugin
