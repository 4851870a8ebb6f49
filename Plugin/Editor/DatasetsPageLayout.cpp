// What a DatasetsPage looks like.
#include "Plugin/Editor/DatasetsPage.h"

#include "Plugin/Editor/Look.h"

#include <cmath>

namespace kikitori::plugin
{

namespace
{
constexpr int padding = 8;
} // namespace

void DatasetsPage::fitColumns()
{
    const auto font = Look::font (14.0f);

    for (int column = 1; column <= static_cast<int> (std::size (columns)); ++column)
    {
        auto width = Look::font (15.0f, true).getStringWidthFloat (words (columns[column - 1]));
        for (int row = 0; row < getNumRows(); ++row)
            width = std::max (width, font.getStringWidthFloat (cell (row, column)));
        if (column == 2)
            for (const auto* busy : { "is being downloaded", "is being measured" })
                width = std::max (width, font.getStringWidthFloat (words (busy)));
        table.getHeader().setColumnWidth (column, static_cast<int> (std::ceil (width)) + 2 * padding + 2);
    }
}

void DatasetsPage::paintRowBackground (juce::Graphics& g, int, int width, int height, bool isSelected)
{
    if (isSelected)
        g.fillAll (colours::selection);

    g.setColour (colours::line.withAlpha (0.5f));
    g.fillRect (0, height - 1, width, 1);
}

void DatasetsPage::paintCell (juce::Graphics& g, int row, int column, int width, int height, bool)
{
    g.setColour (colours::text);
    g.setFont (Look::font (14.0f));
    g.drawText (cell (row, column), padding, 0, width - 2 * padding, height,
                column == 3 || column == 4 ? juce::Justification::centredRight : juce::Justification::centredLeft);
}

void DatasetsPage::paintOverChildren (juce::Graphics& g)
{
    if (getNumRows() > 0)
        return;

    const auto text = view.isHeld      ? state.getText()
                      : ! view.isKnown ? words ("The backend does not run, or has not answered yet. \"Ask again\" "
                                                "starts the local one.")
                      : view.lists->hasDatasets
                          ? words ("There are no data sets yet. Add a folder of your own recordings, each with a "
                                   "text file of the same name beside it: take1.wav, take1.txt.")
                          : words ("This backend does not list its data sets.");
    g.setColour (colours::faint);
    g.setFont (Look::font (15.0f));
    g.drawFittedText (text, table.getBounds().withTrimmedTop (30).reduced (16), juce::Justification::centred, 5, 0.9f);
}

void DatasetsPage::resized()
{
    auto area = getLocalBounds();

    if (error.isVisible())
    {
        error.setBounds (area.removeFromTop (error.heightFor (area.getWidth())));
        area.removeFromTop (6);
    }

    tasks.setBounds (area.removeFromBottom (tasks.heightFor (area.getWidth())));
    placeAtBottom (area, { &add, &download, &use, &remove, &reload });
    state.setBounds (area.removeFromBottom (20));
    table.setBounds (area.withTrimmedBottom (4));
}

} // namespace kikitori::plugin
