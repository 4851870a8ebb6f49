/*  What goes on inside: counters of every stage, connection, lifecycle, polls, latency, log; and a report to copy.

    Threads: message thread.
    Failure: none.
*/
#pragma once

#include "Plugin/Editor/DiagnosticsReport.h"
#include "Plugin/Editor/EditorPage.h"

namespace kikitori::plugin
{

class DiagnosticsPage final : public EditorPage
{
public:
    explicit DiagnosticsPage (const PageTools& tools);

    void translate() override;
    void refresh (const PluginSnapshot& snapshot) override;
    void resized() override;
    void paint (juce::Graphics& g) override;

private:
    static constexpr int figuresHeight = 96;

    juce::String makeReport() const;
    void paintStages (juce::Graphics& g, juce::Rectangle<int> area) const;
    void paintLatency (juce::Graphics& g, juce::Rectangle<int> area) const;

    const Words& words;
    KikitoriProcessor& processor;
    PluginSnapshot shown;
    juce::TextEditor report;
    juce::TextButton copy, pause;
    juce::Time reported;
    bool isPaused = false;
};

} // namespace kikitori::plugin
