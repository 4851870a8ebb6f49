/*  What pages share: figures in words, a button row that wraps, a bar that asks before something is lost.

    Threads: message thread.
    Failure: none.
*/
#pragma once

#include "Plugin/Editor/Words.h"
#include "Plugin/Editor/WrappedText.h"

#include <functional>
#include <juce_gui_basics/juce_gui_basics.h>
#include <vector>

namespace kikitori::plugin
{

juce::String utf8 (const std::string& text);

/** "3.2 MB", "1.4 GB". */
juce::String sizeText (double megabytes);

/** "45 s", "3 min 20 s", "2 h 5 min". */
juce::String durationText (double seconds, const Words& words);

/** Local date and time, "2026-11-25 13:20". */
juce::String dateText (double secondsSince1970);

/** The same of an ISO 8601 time; other text stays as it is. */
juce::String dateText (const std::string& iso);

/** Text, name and tooltip. */
void name (juce::TextButton& button, const juce::String& text, const juce::String& help);
void name (juce::ComboBox& box, const juce::String& text, const juce::String& help);

/** Lays buttons out from the left, as wide as their texts, in as many rows as it takes, at the bottom of the area,
   which shrinks by them. Invisible ones are left out. */
void placeAtBottom (juce::Rectangle<int>& area, const std::vector<juce::TextButton*>& buttons);

/** Labels over boxes, side by side, in as many rows as it takes, at the top of the area, which shrinks by them. */
struct LabelledBox
{
    juce::Label label;
    juce::ComboBox box;
};
void placeAtTop (juce::Rectangle<int>& area, const std::vector<LabelledBox*>& boxes);
void addTo (juce::Component& page, LabelledBox& field, bool isEditable = false);
void name (LabelledBox& field, const juce::String& text, const juce::String& help);

/** What the label's text needs at this width; 0 without text. */
int heightOf (const juce::Label& label, int width);

/** Replaces the items where they differ, and keeps what is chosen or typed. */
void setItems (juce::ComboBox& box, const juce::StringArray& items);

/** A question with two buttons; hidden until it is asked. */
class ConfirmBar final : public juce::Component
{
public:
    explicit ConfirmBar (const Words& words);

    void ask (const juce::String& question, const juce::String& yes, std::function<void()> onYes);
    void close();
    void translate();
    int heightFor (int width) const;

    /** The bar has come or gone. */
    std::function<void()> onChange;

    void resized() override;
    void paint (juce::Graphics& g) override;
    bool keyPressed (const juce::KeyPress& key) override;

private:
    WrappedText layoutFor (int width) const;

    const Words& words;
    juce::String text;
    juce::TextButton yes, no;
    std::function<void()> action;
};

} // namespace kikitori::plugin
