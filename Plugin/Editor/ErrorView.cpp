#include "Plugin/Editor/ErrorView.h"

#include "Plugin/Editor/Look.h"

#include <cmath>

namespace kikitori::plugin
{

ErrorView::ErrorView (const Words& wordsToUse) : words (wordsToUse)
{
    addAndMakeVisible (dismiss);
    addChildComponent (act);
    dismiss.onClick = [this] { juce::NullCheckedInvocation::invoke (onDismiss); };
    act.onClick = [this] { juce::NullCheckedInvocation::invoke (onAction); };
    translate();
}

void ErrorView::translate()
{
    dismiss.setButtonText (words ("Dismiss"));
    dismiss.setTitle (words ("Dismiss"));
    dismiss.setTooltip (words ("I have read this message"));

    const bool isRestore = shownAction == Action::restore;
    act.setButtonText (words (isRestore ? "Restore" : "Allow"));
    act.setTitle (act.getButtonText());
    act.setTooltip (words (isRestore ? "Adds these lines to the transcript"
                                     : "Audio may be sent to this address, now and later"));
}

bool ErrorView::show (const std::optional<Error>& error, Action action)
{
    const auto next = error ? words (*error) : juce::String();

    if (next == text && action == shownAction)
        return false;

    text = next;
    shownAction = action;
    translate();
    setTitle (text);
    act.setVisible (action != Action::none);
    setVisible (text.isNotEmpty());
    repaint();
    return true;
}

int ErrorView::textWidth (int width) const
{
    return width - 4 * margin - buttonWidth - (act.isVisible() ? buttonWidth + margin : 0);
}

WrappedText ErrorView::layoutFor (int width) const
{
    return { { { text, colours::text } }, Look::font (14.0f), 18.0f,
             static_cast<float> (std::max (80, textWidth (width))) };
}

int ErrorView::heightFor (int width) const
{
    if (text.isEmpty())
        return 0;
    return std::max (48, static_cast<int> (std::ceil (layoutFor (width).height())) + 2 * margin);
}

void ErrorView::resized()
{
    auto area = getLocalBounds().reduced (margin, 0);
    dismiss.setBounds (area.removeFromRight (buttonWidth).withSizeKeepingCentre (buttonWidth, 28));
    area.removeFromRight (margin);

    if (act.isVisible())
        act.setBounds (area.removeFromRight (buttonWidth).withSizeKeepingCentre (buttonWidth, 28));
}

void ErrorView::paint (juce::Graphics& g)
{
    g.setColour (colours::badBackground);
    g.fillRoundedRectangle (getLocalBounds().toFloat(), 5.0f);
    g.setColour (colours::bad);
    g.fillRect (0, 4, 3, getHeight() - 8);
    const auto layout = layoutFor (getWidth());
    layout.draw (g, { 1.5f * margin, (static_cast<float> (getHeight()) - layout.height()) / 2.0f });
}

} // namespace kikitori::plugin
