// Where everything of a LivePage lies.
#include "Plugin/Editor/LivePage.h"

#include "Plugin/Editor/Look.h"

namespace kikitori::plugin
{

namespace
{
constexpr int rowHeight = 30;
constexpr int gap = 6;

/** As wide as its text needs. */
int widthOf (const juce::TextButton& button)
{
    return std::max (34, Look::font (14.0f).getStringWidth (button.getButtonText()) + 22);
}
} // namespace

void LivePage::resized()
{
    auto area = getLocalBounds();
    auto top = area.removeFromTop (rowHeight);
    search.setBounds (top.removeFromRight (std::max (130, top.getWidth() / 4)));
    matches.setBounds (search.getBounds().removeFromRight (56));
    top.removeFromRight (gap);
    choices.setBounds (top);
    area.removeFromTop (8);
    footer = area.removeFromBottom (rowHeight);
    layOutFooter();
    area.removeFromBottom (8);

    if (chosen.isVisible())
        chosen.setBounds (area.removeFromBottom (22));

    transcript.setBounds (area);
    const auto width = widthOf (follow);
    follow.setBounds (area.getCentreX() - width / 2, area.getBottom() - 40, width, 28);
}

void LivePage::layOutFooter()
{
    auto area = footer;

    for (auto* button : std::initializer_list<juce::TextButton*>{ &copy, &saveAs, &clear, &undoLast, &redoLast })
    {
        if (! button->isVisible())
            continue;
        button->setBounds (area.removeFromLeft (widthOf (*button)));
        area.removeFromLeft (gap);
    }

    for (auto* button : { &captionWindow, &captions, &larger, &smaller })
    {
        button->setBounds (area.removeFromRight (widthOf (*button)));
        area.removeFromRight (gap);
    }
}

} // namespace kikitori::plugin
