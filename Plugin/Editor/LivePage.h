/*  The live page: the transcript as it comes, with what a stream is started with above it and what can be done with the
    words below it.

    Threads: message thread.
    Failure: a file that cannot be saved is told as a notice.
*/
#pragma once

#include "Plugin/Editor/EditorPage.h"
#include "Plugin/Editor/SaveButton.h"
#include "Plugin/Editor/StreamChoices.h"
#include "Plugin/Editor/TranscriptView.h"

namespace kikitori::plugin
{

class LivePage final : public EditorPage
{
public:
    explicit LivePage (const PageTools& tools);

    void translate() override;
    void refresh (const PluginSnapshot& snapshot) override;
    void resized() override;
    bool keyPressed (const juce::KeyPress& key) override;

private:
    /** Of several takes one is chosen first, or all. */
    void save();
    void save (std::optional<TranscriptTake> take);
    void changeTextSize (int step);
    void showChosen();
    void showMatches();
    void showHistory (const PluginSnapshot& shown);
    void layOutFooter();

    const Words& words;
    KikitoriProcessor& processor;
    PageHost& window;
    StreamChoices choices;
    juce::TextEditor search;
    juce::Label matches;
    TranscriptView transcript;
    juce::Label chosen; ///< about the row that was clicked
    juce::Rectangle<int> footer;
    juce::TextButton copy, clear, undoLast, redoLast, smaller, larger, captions, captionWindow, follow;
    SaveButton saveAs;
    bool isUndoCut = false; ///< nothing can be undone that once could
    std::unique_ptr<juce::FileChooser> chooser; ///< while it is open
};

/** Where a segment lies: its times, the host's bar and beat, the wall clock, and how sure the model was. */
juce::String placeText (const Segment& segment, double startSeconds, const Words& words);
/** Where audio was lost; lostSeconds 0 = nobody knows how much. */
juce::String lossText (double startSeconds, double lostSeconds, const Words& words);

} // namespace kikitori::plugin
