// What a FilePage looks like.
#include "Plugin/Editor/FilePage.h"

#include "Plugin/Editor/FileTexts.h"
#include "Plugin/Editor/Look.h"

#include <cmath>

namespace kikitori::plugin
{

namespace
{
constexpr int gap = 6;
} // namespace

juce::String FilePage::getTooltipForRow (int row)
{
    return row >= 0 && row < static_cast<int> (jobs.size()) ? utf8 (jobs[static_cast<std::size_t> (row)].path)
                                                            : juce::String();
}

void FilePage::paintListBoxItem (int row, juce::Graphics& g, int width, int height, bool isSelected)
{
    if (row < 0 || row >= static_cast<int> (jobs.size()))
        return;

    const auto& job = jobs[static_cast<std::size_t> (row)];
    if (isSelected)
        g.fillAll (colours::selection);

    if (const auto share = fileProgress (job); share && ! job.hasEnded())
    {
        g.setColour (colours::accent.withAlpha (0.35f));
        g.fillRect (0.0f, 0.0f, static_cast<float> (width * *share), static_cast<float> (height));
    }

    auto area = juce::Rectangle<int> (width, height).reduced (8, 0);
    g.setFont (Look::font (13.0f));
    const auto state = fileState (job, words);
    const auto stateWidth = juce::roundToInt (std::ceil (g.getCurrentFont().getStringWidthFloat (state))) + 4;
    g.setColour (job.error ? colours::bad : colours::faint);
    g.drawText (state, area.removeFromRight (stateWidth), juce::Justification::centredRight, false);
    g.setColour (colours::text);
    g.setFont (Look::font (14.0f));
    // Names can be of any length: two lines at most, the whole path is the tooltip.
    g.drawFittedText (fileName (job), area.withTrimmedRight (8), juce::Justification::centredLeft, 2, 0.75f);
}

void FilePage::paintOverChildren (juce::Graphics& g)
{
    if (isDragged)
    {
        g.setColour (colours::accent);
        g.drawRect (getLocalBounds(), 2);
    }

    if (! jobs.empty())
        return;

    g.setColour (colours::faint);
    g.setFont (Look::font (15.0f));
    g.drawFittedText (words ("Drop audio files here, or add some."), list.getBounds().reduced (12),
                      juce::Justification::centred, 4, 0.9f);
}

void FilePage::resized()
{
    auto area = getLocalBounds();
    auto bottom = area.removeFromBottom (28);
    area.removeFromBottom (gap);
    format.setBounds (bottom.removeFromRight (std::min (120, bottom.getWidth() / 3)));
    bottom.removeFromRight (gap);
    auto row = bottom;
    placeAtBottom (row, { &copy, &saveAs, &saveEach });

    if (error.isVisible())
    {
        error.setBounds (area.removeFromTop (error.heightFor (area.getWidth())));
        area.removeFromTop (gap);
    }

    placeAtBottom (area, { &open, &cancel, &remove });

    if (area.getWidth() >= 560)
    {
        list.setBounds (area.removeFromLeft (area.getWidth() * 2 / 5));
        area.removeFromLeft (gap);
    }
    else
    {
        list.setBounds (area.removeFromTop (area.getHeight() * 2 / 5));
        area.removeFromTop (gap);
    }

    std::vector<LabelledBox*> choices;
    for (auto* box : { &track, &channel })
        if (box->box.isVisible())
            choices.push_back (box);
    if (! choices.empty())
        placeAtTop (area, choices);

    if (times.getText().isNotEmpty())
    {
        juce::AttributedString content (times.getText());
        content.setFont (times.getFont());
        juce::TextLayout layout;
        layout.createLayout (content, static_cast<float> (area.getWidth() - 2));
        times.setBounds (area.removeFromBottom (static_cast<int> (std::ceil (layout.getHeight())) + 4));
    }
    transcript.setBounds (area);
}

} // namespace kikitori::plugin
