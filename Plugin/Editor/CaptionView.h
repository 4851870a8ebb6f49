/*  The newest words in large type, to be seen from afar or captured over a picture: over the whole window, or in a window of
    their own (CaptionWindow). Over the window, keys 1 to 3 give the number of lines, Escape and a click leave.

    Threads: message thread.
    Failure: none.
*/
#pragma once

#include "Plugin/Editor/Words.h"
#include "Plugin/Editor/WrappedText.h"
#include "Transcript/Transcript.h"

#include <functional>
#include <juce_gui_basics/juce_gui_basics.h>
#include <memory>

namespace kikitori::plugin
{

class CaptionView final : public juce::Component
{
public:
    explicit CaptionView (const Words& words);

    void translate();
    void show (const std::shared_ptr<const TranscriptSnapshot>& transcript);
    void setLines (int lines);
    int lines() const noexcept { return mostLines; }
    /** Of the background, 0 to 1. Below 1 it has round corners. */
    void setOpacity (float opacity);
    /** What stands there before the first words, and helps; in English, see Words. */
    void setHint (const char* english);

    /** The lines that are seen now, the newest last. */
    juce::StringArray shownLines() const;

    std::function<void()> onLeave, onLinesChanged;

    void paint (juce::Graphics& g) override;
    void mouseUp (const juce::MouseEvent&) override;
    bool keyPressed (const juce::KeyPress& key) override;

private:
    static constexpr std::size_t mostCharacters = 400; ///< of the end of the transcript; more is never seen

    WrappedText layOut() const;
    void paintBackground (juce::Graphics& g) const;

    const Words& words;
    const char* hint = "1, 2 and 3 choose the number of lines, Escape leaves the captions";
    std::uint64_t version = 0;
    juce::String firm, light; ///< the newest finals, and what may still change
    int mostLines = 2;
    float backgroundOpacity = 1.0f;
};

} // namespace kikitori::plugin
