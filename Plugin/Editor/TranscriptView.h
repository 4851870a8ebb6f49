/*  The transcript: finals firm, the partial light, a column of times. It follows the newest words until the user
    scrolls up. Words are selected by dragging, by double clicks and with the keys, rows by a click on their time.

    Threads: message thread.
    Failure: none.
*/
#pragma once

#include "Plugin/Editor/TranscriptSelection.h"

#include <functional>
#include <juce_gui_basics/juce_gui_basics.h>

namespace kikitori::plugin
{

class TranscriptView final : public juce::Component
{
public:
    explicit TranscriptView (const Words& words);

    void translate();
    void show (std::shared_ptr<const TranscriptSnapshot> transcript);

    /** What stands there before the first words: a literal in English, see Words. */
    void setEmptyText (const char* text);

    /** In pixels of the unscaled window. */
    void setTextSize (int size);

    /** Colours what is searched; empty: nothing. */
    void search (const juce::String& text);
    /** Selects and shows the next row (step 1) or the one before (-1) that holds what is searched, round and round. */
    void goToMatch (int step);
    int matches() const noexcept { return static_cast<int> (found.size()); }
    /** Which of the matches was gone to last, from 1; 0 = none. */
    int match() const noexcept { return currentMatch + 1; }

    /** The row in which the selection ends; null without one. */
    const TranscriptRows::Row* chosen() const;

    bool isFollowing() const noexcept { return follows; }
    void follow();

    /** What is selected, or everything. */
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
        void mouseMove (const juce::MouseEvent& event) override;
        void mouseDown (const juce::MouseEvent& event) override { owner.press (event); }
        void mouseDrag (const juce::MouseEvent& event) override { owner.drag (event); }
        void mouseUp (const juce::MouseEvent&) override { owner.isDragging = false; }

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
    void paintRow (juce::Graphics& g, int index);
    void paintSelection (juce::Graphics& g, int index);
    void press (const juce::MouseEvent& event);
    void drag (const juce::MouseEvent& event);
    void showMenu();
    TranscriptSelection::Place placeAt (juce::Point<int> point, bool ofCharacter);
    bool moveBy (const juce::KeyPress& key);
    void scrollTo (TranscriptSelection::Place place);
    void selectionChanged();
    void scrolled();
    void updatePage();
    void findAgain();

    const Words& words;
    TranscriptRows rows{ words };
    TranscriptSelection selection{ rows };
    Page page{ *this };
    Scroller scroller{ *this };
    int textSize = 17;
    juce::String searched;
    std::vector<int> found;
    int currentMatch = -1;
    const char* emptyText = "";
    bool follows = true;
    bool isUpdating = false;
    bool isDragging = false; ///< what is under the mouse stays there
};

} // namespace kikitori::plugin
