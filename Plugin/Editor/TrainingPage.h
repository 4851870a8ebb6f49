/*  The training: how far it is, charts of its figures and of earlier runs, its log, and the order for a new one. In a
    small window the order, the charts and the log take turns; in a large one they lie side by side.

    Threads: message thread. All questions go through the poll gate of TrainingMonitor and BackendCatalog.
    Failure: what a command or a poll met stays until it is dismissed.
*/
#pragma once

#include "Plugin/Editor/ErrorView.h"
#include "Plugin/Editor/LineChart.h"
#include "Plugin/Editor/LogView.h"
#include "Plugin/Editor/ShareBar.h"
#include "Plugin/Editor/TrainingForm.h"
#include "Plugin/Editor/TrainingRuns.h"

#include <set>

namespace kikitori::plugin
{

class TrainingPage final : public EditorPage
{
public:
    explicit TrainingPage (const PageTools& tools);

    void translate() override;
    void refresh (const PluginSnapshot& snapshot) override;
    void resized() override;

    /** Fills the order in; starts nothing. */
    void resumeFrom (const CatalogModel& model);
    void useDataset (const std::string& name);

private:
    enum class Part
    {
        order,
        charts,
        log
    };

    void connect();
    void show (const TrainingView& view, LifecycleState stream);
    void showError();
    void showCharts();
    void chooseRuns();
    void choosePart (Part part);
    void order (bool mustResume);
    int placeTexts (juce::Rectangle<int>& area);

    const Words& words;
    KikitoriProcessor& processor;
    ErrorView error;
    juce::Label state, figures, polls;
    juce::TextButton start, resume, stop;
    ShareBar bar;
    juce::TextButton orderTab, chartsTab, logTab;
    TrainingForm form;
    juce::Viewport formScroller;
    juce::ComboBox kind;
    juce::TextButton compare;
    LineChart chart;
    LogView log;
    Part part = Part::order;

    TrainingView shown;
    std::shared_ptr<const CatalogLists> lists = std::make_shared<const CatalogLists>();
    std::optional<Error> dismissed;
    std::vector<TrainingCurve> runs;
    std::set<std::string> compared; ///< names; empty: the newest alone
    bool isTextHigher = false;
};

} // namespace kikitori::plugin
