/*  The button that saves the transcript: pressed, it asks for a place; dragged, it drops the transcript as a file on
    another window (a track, a folder, an editor).

    Threads: message thread.
    Failure: where no file can be written, nothing is dragged and onFailure tells why.
*/
#pragma once

#include "Plugin/Editor/TranscriptFile.h"

#include <functional>
#include <juce_gui_basics/juce_gui_basics.h>
#include <memory>

namespace kikitori::plugin
{

class SaveButton final : public juce::TextButton
{
public:
    void mouseDown (const juce::MouseEvent& event) override;
    void mouseDrag (const juce::MouseEvent& event) override;
    void mouseUp (const juce::MouseEvent& event) override;

    /** The transcript as it is now, null if there is none; the ending of the file that is dragged. */
    std::function<std::shared_ptr<const TranscriptSnapshot>()> transcript;
    juce::String extension = "txt";
    TakeTitle takeTitle; ///< of text with several takes
    std::function<void (const Error&)> onFailure;

    /** Writes the file that a drag carries. It stays until the next one, or until the button goes. */
    Result<juce::File> writeForDrag();

private:
    PrivateFolder folder;
    bool isDragged = false;
};

} // namespace kikitori::plugin
