/*  Models and checkpoints of the backend: a table with filters, the details of what is chosen, and what can be done
   with it. Nothing is deleted without a question.

    Threads: message thread.
    Failure: of the lists as a line until they come; of deletions and downloads in their rows until they are taken off.
*/
#pragma once

#include "Plugin/Editor/ErrorView.h"
#include "Plugin/Editor/ModelTable.h"
#include "Plugin/Editor/PageParts.h"
#include "Plugin/Editor/TaskList.h"

namespace kikitori::plugin
{

class ModelsPage final : public EditorPage
{
public:
    explicit ModelsPage (const PageTools& tools);

    void translate() override;
    void refresh (const PluginSnapshot& snapshot) override;
    void resized() override;

private:
    void connect();
    void update();
    void showSelection();
    void showState (const CatalogView& view);
    void useNow();
    void takeIntoUse (const std::string& model);
    void noteServices();
    void resumeFrom();
    void download();
    void askToDelete();
    ModelQuery query() const;

    const Words& words;
    KikitoriProcessor& processor;
    PageHost& window;
    ErrorView error;
    LabelledBox modelFilter, datasetFilter, sort;
    ModelTable table;
    juce::TextEditor details;
    juce::Label state;
    juce::TextButton use, resume, save, remove, reload;
    ConfirmBar confirm;
    TaskList tasks;
    CatalogView view;
    std::optional<Error> dismissed;
    ModelQuery order;
    juce::String note;
    int lastService = 0; ///< the newest of such tasks whose end has been noted
    std::unique_ptr<juce::FileChooser> chooser; ///< while it is open
};

} // namespace kikitori::plugin
