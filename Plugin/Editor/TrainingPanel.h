/*  The training: start and stop, how far it is, and whether it is being asked (the poll is held while a stream lives).

    Threads: message thread. The editor's timer drives it; all questions go through TrainingMonitor's gate.
    Failure: what a command or a poll met is shown as a line until the next command.
*/
#pragma once

#include "Plugin/Editor/EditorPage.h"

#include <juce_gui_basics/juce_gui_basics.h>

namespace kikitori::plugin
{

class TrainingPanel final : public EditorPage
{
public:
    explicit TrainingPanel (const PageTools& tools);

    void translate() override;
    void refresh (const PluginSnapshot& snapshot) override;
    void resized() override;

private:
    void show (const TrainingView& view, LifecycleState stream);
    void startOrStop();
    juce::String stateText (const TrainingView& view) const;
    juce::String figuresText (const TrainingView& view) const;
    juce::String pollText (const TrainingView& view, LifecycleState stream) const;

    const Words& words;
    KikitoriProcessor& processor;
    juce::Label modelLabel, datasetLabel, epochsLabel;
    juce::ComboBox model, dataset, epochs;
    juce::ToggleButton resume;
    juce::TextButton button;
    double progress = 0.0; ///< ProgressBar reads it
    juce::ProgressBar bar{ progress };
    juce::Label state, figures, poll;
    juce::TextEditor log;
    bool isTraining = false;
    std::size_t shownLogLines = 0;
    juce::String shownLastLine;
};

} // namespace kikitori::plugin
