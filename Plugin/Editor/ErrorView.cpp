#include "Plugin/Editor/ErrorView.h"

#include "Plugin/Editor/Look.h"

#include <cmath>

namespace kikitori::plugin
{

ErrorView::ErrorView (const Words& wordsToUse) : words (wordsToUse)
{
    addAndMakeVisible (dismiss);
    addChildComponent (allow);
    dismiss.onClick = [this] { juce::NullCheckedInvocation::invoke (onDismiss); };
    allow.onClick = [this] { juce::NullCheckedInvocation::invoke (onAllow); };
    translate();
}

void ErrorView::translate()
{
    dismiss.setButtonText (words ("Dismiss"));
    dismiss.setTitle (words ("Dismiss"));
    dismiss.setTooltip (words ("I have read this message"));
    allow.setButtonText (words ("Allow"));
    allow.setTitle (words ("Allow"));
    allow.setTooltip (words ("Audio may be sent to this address, now and later"));
}

bool ErrorView::show (const std::optional<Error>& error, bool mayAllow)
{
    const auto next = error ? words (*error) : juce::String();

    if (next == text && allow.isVisible() == mayAllow)
        return false;

    text = next;
    setTitle (text);
    allow.setVisible (mayAllow);
    setVisible (text.isNotEmpty());
    repaint();
    return true;
}

int ErrorView::textWidth (int width) const
{
    return width - 4 * margin - buttonWidth - (allow.isVisible() ? buttonWidth + margin : 0);
}

juce::TextLayout ErrorView::layoutFor (int width) const
{
    juce::AttributedString content;
    content.append (text, Look::font (14.0f), colours::text);
    content.setWordWrap (juce::AttributedString::byWord);
    juce::TextLayout layout;
    layout.createLayout (content, static_cast<float> (std::max (80, textWidth (width))));
    return layout;
}

int ErrorView::heightFor (int width) const
{
    if (text.isEmpty())
        return 0;
    return std::max (48, static_cast<int> (std::ceil (layoutFor (width).getHeight())) + 2 * margin);
}

void ErrorView::resized()
{
    auto area = getLocalBounds().reduced (margin, 0);
    dismiss.setBounds (area.removeFromRight (buttonWidth).withSizeKeepingCentre (buttonWidth, 28));
    area.removeFromRight (margin);

    if (allow.isVisible())
        allow.setBounds (area.removeFromRight (buttonWidth).withSizeKeepingCentre (buttonWidth, 28));
}

void ErrorView::paint (juce::Graphics& g)
{
    g.setColour (colours::badBackground);
    g.fillRoundedRectangle (getLocalBounds().toFloat(), 5.0f);
    g.setColour (colours::bad);
    g.fillRect (0, 4, 3, getHeight() - 8);
    const auto layout = layoutFor (getWidth());
    const auto top = (static_cast<float> (getHeight()) - layout.getHeight()) / 2.0f;
    layout.draw (g, { 1.5f * margin, top, static_cast<float> (textWidth (getWidth())), layout.getHeight() });
}

} // namespace kikitori::plugin
