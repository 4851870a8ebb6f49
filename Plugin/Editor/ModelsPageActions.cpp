// What can be done with the chosen models.
#include "Plugin/Editor/ModelsPage.h"

#include "Plugin/Editor/StreamChoices.h"
#include "Plugin/Editor/TrainingPage.h"

namespace kikitori::plugin
{

void ModelsPage::useNow()
{
    const auto chosen = table.selected();

    if (chosen.size() != 1)
        return;

    const auto model = *chosen[0];
    note.clear();

    if (model.isInstalled && model.replacedBy.empty())
        return takeIntoUse (model.name);

    if (! view.lists->canServeCheckpoints)
        note = words ("This backend cannot put a checkpoint into service while it runs.");
    else if (auto* catalog = processor.stream().catalog())
        catalog->use (model.name); // noteServices() goes on when it serves

    showState (view);
}

void ModelsPage::takeIntoUse (const std::string& model)
{
    // A running stream changes to another model; to the same name with other weights it does so at the next start.
    const auto session = processor.stream().session();
    const bool changes = session.state == LifecycleState::active && session.protocol >= 2
                         && processor.stream().settings().model != model;
    changeSettings (processor, [&model] (PluginSettings& settings) { settings.model = model; });
    note = changes ? words ("The stream changes to %1 at the next pause.", utf8 (model))
                   : words ("Streams use %1 from the next Start on.", utf8 (model));
    showState (view);
}

/** A checkpoint that has come into service is what the next stream is to use. */
void ModelsPage::noteServices()
{
    for (const auto& task : view.tasks)
        if (task.kind == CatalogTask::Kind::service && task.id > lastService && task.state == CatalogTask::State::done)
        {
            lastService = task.id;
            if (! task.target.empty())
                takeIntoUse (task.target);
        }
}

void ModelsPage::resumeFrom()
{
    const auto chosen = table.selected();

    if (chosen.size() != 1)
        return;

    const auto model = *chosen[0];

    if (auto* page = dynamic_cast<TrainingPage*> (window.showPage ("training")))
        page->resumeFrom (model);
}

void ModelsPage::download()
{
    std::vector<std::string> names;
    double megabytes = 0.0;

    for (const auto* model : table.selected())
    {
        names.push_back (model->name);
        megabytes += model->megabytes;
    }

    if (names.empty())
        return;

    chooser = std::make_unique<juce::FileChooser> (
        words ("Save the models"),
        folderForFiles (processor).getChildFile (names.size() == 1 ? utf8 (names[0]) + ".zip"
                                                                   : juce::String ("models.zip")),
        "*.zip");
    chooser->launchAsync (juce::FileBrowserComponent::saveMode | juce::FileBrowserComponent::canSelectFiles
                              | juce::FileBrowserComponent::warnAboutOverwriting,
                          [this, names, megabytes] (const juce::FileChooser& chosen)
                          {
                              auto* catalog = processor.stream().catalog();
                              const auto file = chosen.getResult();

                              if (file != juce::File() && catalog != nullptr)
                                  catalog->download (names, file.getFullPathName().toStdString(),
                                                     megabytes * 1048576.0);
                          });
}

void ModelsPage::askToDelete()
{
    if (! remove.isEnabled())
        return;

    std::vector<std::string> names;
    for (const auto* model : table.selected())
        names.push_back (model->name);

    const auto question =
        names.size() == 1
            ? words ("Delete %1? It is gone for good, also for others who use this backend.", utf8 (names[0]))
            : words ("Delete these %1? They are gone for good, also for others who use this backend.",
                     juce::String (names.size()));
    confirm.ask (question, words ("Delete"),
                 [this, names]
                 {
                     if (auto* catalog = processor.stream().catalog())
                         catalog->remove (names);
                 });
}

} // namespace kikitori::plugin
