#include "Plugin/Editor/ClickedField.h"

namespace kikitori::plugin
{

ClickedField::ClickedField (juce::Component& windowToWatch) : window (windowToWatch)
{
    window.addMouseListener (this, true);
    juce::Desktop::getInstance().addFocusChangeListener (this);
}

ClickedField::~ClickedField()
{
    juce::Desktop::getInstance().removeFocusChangeListener (this);
    window.removeMouseListener (this);
}

void ClickedField::mouseDown (const juce::MouseEvent& event)
{
    auto* component = event.originalComponent; // a text field's contents are a component of their own
    field = dynamic_cast<juce::TextEditor*> (component);

    if (field == nullptr)
        field = component->findParentComponentOfClass<juce::TextEditor>();

    clicked = juce::Time::getMillisecondCounter();
}

void ClickedField::globalFocusChanged (juce::Component* focused)
{
    constexpr juce::uint32 asTheClickItself = 250; // milliseconds: nobody presses Tab so soon

    if (focused == nullptr || field == nullptr || field.getComponent() == focused || ! window.isParentOf (focused)
        || juce::Time::getMillisecondCounter() - clicked > asTheClickItself)
        return;

    juce::MessageManager::callAsync (
        [kept = field]
        {
            if (kept != nullptr)
                kept->grabKeyboardFocus();
        });
}

} // namespace kikitori::plugin
