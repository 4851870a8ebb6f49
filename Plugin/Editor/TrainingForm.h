/*  What a training is ordered with.

    Threads: message thread.
    Failure: figures out of range are brought into it; names are the backend's to refuse.
*/
#pragma once

#include "Catalog/CatalogView.h"
#include "Plugin/Editor/EditorPage.h"
#include "Plugin/Editor/PageParts.h"

namespace kikitori::plugin
{

class TrainingForm final : public juce::Component
{
public:
    explicit TrainingForm (const Words& words);

    void translate();
    /** What the backend offers. */
    void show (const CatalogLists& lists);

    TrainingOrder order() const;
    void resumeFrom (const CatalogModel& model);
    void useDataset (const std::string& name);

    int heightFor (int width);
    void resized() override;

private:
    void showCheckpoints();
    void layOut (juce::Rectangle<int>& area);

    const Words& words;
    LabelledBox model, dataset, epochs, batchSize, samples, checkpoint;
    juce::ToggleButton light;
    std::vector<CatalogModel> checkpoints;
    juce::StringArray installedModels; ///< that a training can begin with
    bool hasDefaults = false;
    bool hasChosen = false; ///< what to go on from
};

} // namespace kikitori::plugin
