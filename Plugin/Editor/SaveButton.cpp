#include "Plugin/Editor/SaveButton.h"

#include <utility>

namespace kikitori::plugin
{

void SaveButton::mouseDown (const juce::MouseEvent& event)
{
    isDragged = false; // the end of a drag to another window may never be told
    juce::TextButton::mouseDown (event);
}

void SaveButton::mouseDrag (const juce::MouseEvent& event)
{
    if (isDragged || ! isEnabled())
        return;

    if (event.getDistanceFromDragStart() < 8)
    {
        juce::TextButton::mouseDrag (event);
        return;
    }

    isDragged = true;
    setState (juce::Button::buttonNormal); // letting go elsewhere is no click
    const auto file = writeForDrag();

    if (file.ok())
        juce::DragAndDropContainer::performExternalDragDropOfFiles ({ file.value().getFullPathName() }, false, this);
    else if (file.error().code != "nothing_to_save")
        juce::NullCheckedInvocation::invoke (onFailure, file.error());
}

void SaveButton::mouseUp (const juce::MouseEvent& event)
{
    if (std::exchange (isDragged, false))
        setState (juce::Button::buttonNormal);
    else
        juce::TextButton::mouseUp (event);
}

Result<juce::File> SaveButton::writeForDrag()
{
    const auto now = transcript != nullptr ? transcript() : nullptr;

    if (now == nullptr)
        return Error{ "nothing_to_save", "There is no transcript yet." };

    const auto made = folder.make();
    if (! made.ok())
        return made.error();

    const auto file = made.value().getChildFile ("transcript." + extension);
    const auto saved = saveTranscript (*now, file, takeTitle);
    return saved.ok() ? Result<juce::File> (file) : Result<juce::File> (saved.error());
}

} // namespace kikitori::plugin
