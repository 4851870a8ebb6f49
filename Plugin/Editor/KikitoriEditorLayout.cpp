// Where the parts of the window lie.
#include "Plugin/Editor/KikitoriEditor.h"

namespace kikitori::plugin
{

namespace
{
constexpr int footerHeight = 32;
constexpr int sideWidth = 308;
} // namespace

void KikitoriEditor::resized()
{
    // The constructor of the base class may come here before the views have a size.
    auto stored = kikitori.stream().settings();
    if (isShowing() && (stored.editorWidth != getWidth() || stored.editorHeight != getHeight()))
    {
        stored.editorWidth = getWidth();
        stored.editorHeight = getHeight();
        kikitori.stream().setSettings (stored);
    }

    auto area = getLocalBounds().reduced (margin);
    auto header = area.removeFromTop (headerHeight - margin);
    start.setBounds (header.removeFromLeft (120).reduced (0, 3));
    level.setBounds (header.removeFromRight (190));
    area.removeFromTop (margin);

    if (const auto height = error.heightFor (area.getWidth()); height > 0 && error.isVisible())
    {
        error.setBounds (area.removeFromTop (height));
        area.removeFromTop (margin);
    }

    auto side = area.removeFromRight (sideWidth);
    area.removeFromRight (margin);
    auto tabs = side.removeFromTop (30);
    settingsTab.setBounds (tabs.removeFromLeft (tabs.getWidth() / 2).withTrimmedRight (3));
    trainingTab.setBounds (tabs.withTrimmedLeft (3));
    side.removeFromTop (margin);
    settings.setBounds (side);
    training.setBounds (side);

    footer = area.removeFromBottom (footerHeight);
    layOutFooter();
    area.removeFromBottom (8);
    transcript.setBounds (area);
}

void KikitoriEditor::layOutFooter()
{
    auto area = footer;

    if (follow.isVisible())
        follow.setBounds (area.removeFromRight (std::min (110, area.getWidth() / 3)));

    std::vector<juce::Component*> shownButtons{ &copy, &saveAs, &clear };
    if (undoPass.isVisible())
        shownButtons.push_back (&undoPass);

    constexpr int gap = 6;
    const auto each = std::min (84, area.getWidth() / static_cast<int> (shownButtons.size()) - gap);

    for (auto* button : shownButtons)
    {
        button->setBounds (area.removeFromLeft (each));
        area.removeFromLeft (gap);
    }
}

} // namespace kikitori::plugin
