/*  The live page: the transcript as it comes, and what can be done with it.

    Threads: message thread.
    Failure: a file that cannot be saved is told as a notice.
*/
#pragma once

#include "Plugin/Editor/EditorPage.h"
#include "Plugin/Editor/SaveButton.h"
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

private:
    void save();
    void layOutFooter();

    const Words& words;
    KikitoriProcessor& processor;
    TranscriptView transcript;
    juce::Rectangle<int> footer;
    juce::TextButton copy, clear, undoPass, follow;
    SaveButton saveAs;
    std::unique_ptr<juce::FileChooser> chooser; ///< while it is open
};

} // namespace kikitori::plugin
