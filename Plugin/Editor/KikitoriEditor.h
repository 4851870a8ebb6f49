/*  The window. A timer takes a snapshot of the processor and gives the views their parts; nothing in here is written to
    by the engine.

    Threads: message thread.
    Failure: errors stay visible until they are dismissed.
*/
#pragma once

#include "Plugin/Editor/ErrorView.h"
#include "Plugin/Editor/LevelView.h"
#include "Plugin/Editor/Look.h"
#include "Plugin/Editor/SaveButton.h"
#include "Plugin/Editor/SettingsView.h"
#include "Plugin/Editor/StatusText.h"
#include "Plugin/Editor/TrainingPanel.h"
#include "Plugin/Editor/TranscriptView.h"

namespace kikitori::plugin
{

class KikitoriEditor final : public juce::AudioProcessorEditor, private juce::Timer
{
public:
    explicit KikitoriEditor (KikitoriProcessor& processor);
    ~KikitoriEditor() override;

    /** For KikitoriProcessor's EditorFactory. */
    static juce::AudioProcessorEditor* create (KikitoriProcessor& processor) { return new KikitoriEditor (processor); }

    /** Takes the present state into the views; the timer does it framesPerSecond times a second. */
    void refresh();

    /** 0 = settings, 1 = training. */
    void showPage (int page);

    void paint (juce::Graphics& g) override;
    void resized() override;
    bool keyPressed (const juce::KeyPress& key) override;

private:
    static constexpr int framesPerSecond = 20;
    static constexpr int margin = 12;
    static constexpr int headerHeight = 60;

    void timerCallback() override { refresh(); }
    void translate();
    void showStatus();
    void showErrors();
    void startOrStop();
    void dismissError();
    void save();
    void layOutFooter();

    KikitoriProcessor& kikitori;
    const juce::SharedResourcePointer<Look> look;
    Words words;
    PluginSnapshot shown;
    StatusText status;
    std::optional<Error> dismissed; ///< of the session with this generation
    std::uint64_t dismissedGeneration = 0;

    juce::TextButton start;
    LevelView level{ words };
    ErrorView error{ words };
    TranscriptView transcript{ words };
    juce::TextButton settingsTab, trainingTab;
    SettingsView settings{ words, kikitori };
    TrainingPanel training{ words, kikitori };
    juce::Rectangle<int> footer;
    juce::TextButton copy, clear, undoPass, follow;
    SaveButton saveAs;
    std::unique_ptr<juce::FileChooser> chooser; ///< while it is open
    juce::TooltipWindow tooltips{ this };
};

} // namespace kikitori::plugin
