/*  Keeps the keys with a text field that was clicked. When the host had them before, JUCE 7 hands them on Linux first to the
    field and then, as the window system tells that they came, to whatever had them last in the window: what was typed next
    went past the field, to the host.

    Threads: message thread.
    Failure: none.
*/
#pragma once

#include <juce_gui_basics/juce_gui_basics.h>

namespace kikitori::plugin
{

class ClickedField final : private juce::MouseListener, private juce::FocusChangeListener
{
public:
    explicit ClickedField (juce::Component& window);
    ~ClickedField() override;

    ClickedField (const ClickedField&) = delete;
    ClickedField& operator= (const ClickedField&) = delete;

private:
    void mouseDown (const juce::MouseEvent& event) override;
    void globalFocusChanged (juce::Component* focused) override;

    juce::Component& window;
    juce::Component::SafePointer<juce::TextEditor> field; ///< the last click was in
    juce::uint32 clicked = 0;                             ///< milliseconds
};

} // namespace kikitori::plugin
