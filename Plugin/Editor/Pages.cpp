#include "Plugin/Editor/Pages.h"

#include "Plugin/Editor/DatasetsPage.h"
#include "Plugin/Editor/DiagnosticsPage.h"
#include "Plugin/Editor/FilePage.h"
#include "Plugin/Editor/LivePage.h"
#include "Plugin/Editor/ModelsPage.h"
#include "Plugin/Editor/SettingsPage.h"
#include "Plugin/Editor/TrainingPage.h"

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
        { "files", "Files", "Audio files to text", "M6 3h8l5 5v13H6z M14 3v5h5 M9 13h7 M9 17h5", &make<FilePage> },
        { "training", "Training", "Train the model and see how far it is", "M3 3v18h18 M6 7c3 8 7 10 14 10.5",
          &make<TrainingPage> },
        { "models", "Models", "Models and checkpoints: use, train on, download, delete",
          "M12 3l9 5l-9 5l-9-5z M3 12l9 5l9-5 M3 16l9 5l9-5", &make<ModelsPage> },
        { "datasets", "Data sets", "What a training can learn from",
          "M4 6a8 3 0 1 0 16 0a8 3 0 1 0-16 0 M4 6v12a8 3 0 0 0 16 0V6 M4 12a8 3 0 0 0 16 0", &make<DatasetsPage> },
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

juce::File folderForFiles (KikitoriProcessor& processor)
{
    const auto given = processor.stream().userSettings().filesFolder;

    if (! given.empty())
        return { juce::String::fromUTF8 (given.c_str()) };

    // Not every desktop has made one.
    const auto documents = juce::File::getSpecialLocation (juce::File::userDocumentsDirectory);
    return documents.isDirectory() ? documents : juce::File::getSpecialLocation (juce::File::userHomeDirectory);
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
