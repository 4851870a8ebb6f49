/*  The transcript: finals firm, the partial light, a column of times. It follows the newest words until the user
    scrolls up. Rows are selected with the mouse or the keys, and copied.

    Threads: message thread.
    Failure: none.
*/
#pragma once

#include "Plugin/Editor/TranscriptRows.h"
#include "Plugin/Editor/Words.h"

#include <functional>
#include <juce_gui_basics/juce_gui_basics.h>

namespace kikitori::plugin
{

class TranscriptView final : public juce::Component
{
public:
    explicit TranscriptView (const Words& words);

    void translate();
    void show (std::shared_ptr<const TranscriptSnapshot> earlier, std::shared_ptr<const TranscriptSnapshot> current);

    /** What stands there before the first words; in English, see Words. */
    void setEmptyText (const char* text) { emptyText = text; }

    /** In pixels of the unscaled window. */
    void setTextSize (int size);

    /** Colours what is searched; empty: nothing. */
    void search (const juce::String& text);
    /** Selects and shows the next row (step 1) or the one before (-1) that holds what is searched, round and round. */
    void goToMatch (int step);
    int matches() const noexcept { return static_cast<int> (found.size()); }
    /** Which of the matches was gone to last, from 1; 0 = none. */
    int match() const noexcept { return currentMatch + 1; }

    /** The row that was clicked last, if it is still there. */
    const TranscriptRows::Row* chosen() const;

    bool isFollowing() const noexcept { return follows; }
    void follow();

    /** Selected rows, or all of them. */
    juce::String textToCopy() const;
    void copy() const { juce::SystemClipboard::copyTextToClipboard (textToCopy()); }
    bool isEmpty() const noexcept { return rows.rows().empty(); }

    std::function<void()> onFollowChanged, onChosen;

    void resized() override;
    void paint (juce::Graphics& g) override;
    bool keyPressed (const juce::KeyPress& key) override;
    void focusGained (FocusChangeType) override { repaint(); }
    void focusLost (FocusChangeType) override { repaint(); }

private:
    class Page final : public juce::Component
    {
    public:
        explicit Page (TranscriptView& view) : owner (view) {}
        void paint (juce::Graphics& g) override { owner.paintPage (g); }
        void mouseDown (const juce::MouseEvent& event) override { owner.select (event, event.mods.isShiftDown()); }
        void mouseDrag (const juce::MouseEvent& event) override { owner.select (event, true); }

    private:
        TranscriptView& owner;
    };

    class Scroller final : public juce::Viewport
    {
    public:
        explicit Scroller (TranscriptView& view) : owner (view) {}
        void visibleAreaChanged (const juce::Rectangle<int>&) override { owner.scrolled(); }

    private:
        TranscriptView& owner;
    };

    void paintPage (juce::Graphics& g);
    void select (const juce::MouseEvent& event, bool extends);
    void scrolled();
    void updatePage();
    void findAgain();

    const Words& words;
    TranscriptRows rows;
    Page page{ *this };
    Scroller scroller{ *this };
    int textSize = 17;
    juce::String searched;
    std::vector<int> found;
    int currentMatch = -1;
    const char* emptyText = "Press Start and speak: the words appear here.";
    bool follows = true;
    bool isUpdating = false;
    int anchor = -1; ///< first selected row, -1 = none
    int head = -1;   ///< the other end
};

} // namespace kikitori::plugin
