// Where the parts of a TrainingPage lie.
#include "Plugin/Editor/TrainingPage.h"

namespace kikitori::plugin
{

namespace
{
constexpr int gap = 6;
constexpr int wideFrom = 640;
constexpr int highFrom = 520;
} // namespace

int TrainingPage::placeTexts (juce::Rectangle<int>& area)
{
    for (auto* label : { &state, &figures, &polls })
        label->setBounds (area.removeFromTop (heightOf (*label, area.getWidth())));
    return area.getY();
}

void TrainingPage::resized()
{
    auto area = getLocalBounds();

    if (error.isVisible())
    {
        error.setBounds (area.removeFromTop (error.heightFor (area.getWidth())));
        area.removeFromTop (gap);
    }

    placeTexts (area);
    area.removeFromTop (2);
    bar.setBounds (area.removeFromTop (22));
    area.removeFromTop (gap);
    placeAtBottom (area, { &start, &resume, &stop });

    const bool isWide = area.getWidth() >= wideFrom;
    const bool isHigh = getHeight() >= highFrom;
    orderTab.setVisible (! isWide);
    chartsTab.setVisible (! isWide || ! isHigh);
    logTab.setVisible (! isWide || ! isHigh);

    juce::Rectangle<int> side;
    if (isWide)
    {
        side = area.removeFromLeft (250);
        area.removeFromLeft (2 * gap);
        formScroller.setBounds (side);
    }

    if (chartsTab.isVisible())
    {
        auto tabs = area.removeFromTop (28);
        area.removeFromTop (gap);
        const auto each = (tabs.getWidth() + gap) / (isWide ? 2 : 3);
        for (auto* tab : { &orderTab, &chartsTab, &logTab })
            if (tab->isVisible())
                tab->setBounds (tabs.removeFromLeft (each).withTrimmedRight (gap));
    }

    const bool takesTurns = chartsTab.isVisible();
    const bool hasLog = ! takesTurns || part == Part::log;
    const bool hasChart = ! takesTurns || part == Part::charts || (isWide && part == Part::order);
    formScroller.setVisible (isWide || part == Part::order);
    log.setVisible (hasLog);
    for (auto* child : std::initializer_list<juce::Component*>{ &chart, &kind, &compare })
        child->setVisible (hasChart);

    if (! isWide)
        formScroller.setBounds (area);
    const auto formWidth = formScroller.getWidth() - formScroller.getScrollBarThickness();
    form.setSize (formWidth, form.heightFor (formWidth));

    if (! takesTurns)
    {
        log.setBounds (area.removeFromBottom (area.getHeight() / 3));
        area.removeFromBottom (gap);
    }
    else if (hasLog)
        log.setBounds (area);

    auto head = area.removeFromTop (28);
    area.removeFromTop (gap);
    kind.setBounds (head.removeFromLeft (std::min (180, head.getWidth() / 2)));
    head.removeFromLeft (gap);
    compare.setBounds (head.removeFromLeft (std::min (120, head.getWidth())));
    chart.setBounds (area);
}

} // namespace kikitori::plugin
