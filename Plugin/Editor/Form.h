/*  Rows of a label and a control below headings, for pages of settings. It is as high as its rows and scrolls.

    Threads: message thread. The controls belong to the page and outlive the form.
    Failure: none.
*/
#pragma once

#include "Plugin/Editor/Words.h"

#include <juce_gui_basics/juce_gui_basics.h>
#include <memory>
#include <vector>

namespace kikitori::plugin
{

class Form final : public juce::Component
{
public:
    explicit Form (const Words& words);

    /** All texts in English; see Words. */
    void heading (const char* text);
    void row (const char* label, juce::Component& control);
    /** Small text over the whole width, told in words by setNote(). Gives its number. */
    std::size_t note();
    void setNote (std::size_t note, const juce::String& text);

    void translate();
    void resized() override;

private:
    static constexpr int rowHeight = 28;

    struct Row
    {
        juce::String key;
        std::unique_ptr<juce::Label> label;
        juce::Component* control = nullptr; ///< null: heading or note
        bool isHeading = false;
    };

    juce::Label& addLabel (const char* key, juce::Component* control, bool isHeading);
    void layOut();
    int noteHeight (const juce::Label& label, int width) const;

    /** The rows, which the form scrolls. */
    class Page final : public juce::Component
    {
    };

    const Words& words;
    std::vector<Row> rows;
    Page page;
    juce::Viewport scroller;
};

} // namespace kikitori::plugin
