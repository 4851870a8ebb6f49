// How a TranscriptView looks.
#include "Plugin/Editor/Look.h"
#include "Plugin/Editor/StatusText.h"
#include "Plugin/Editor/TranscriptView.h"

namespace kikitori::plugin
{

void TranscriptView::Page::mouseMove (const juce::MouseEvent& event)
{
    setMouseCursor (owner.isEmpty()                    ? juce::MouseCursor::NormalCursor
                    : event.x < owner.rows.textLeft() ? juce::MouseCursor::PointingHandCursor
                                                       : juce::MouseCursor::IBeamCursor);
}

void TranscriptView::paint (juce::Graphics& g)
{
    const auto area = getLocalBounds().toFloat().reduced (0.5f);
    g.setColour (colours::panel);
    g.fillRoundedRectangle (area, 5.0f);
    g.setColour (hasKeyboardFocus (true) ? colours::accent : colours::line);
    g.drawRoundedRectangle (area, 5.0f, 1.0f);

    if (rows.rows().empty())
    {
        g.setColour (colours::faint);
        g.setFont (Look::font (16.0f));
        g.drawFittedText (words (emptyText), getLocalBounds().reduced (30), juce::Justification::centred, 4);
    }
}

void TranscriptView::paintPage (juce::Graphics& g)
{
    const auto clip = g.getClipBounds();
    const auto& list = rows.rows();

    for (int i = std::max (0, rows.rowAt (clip.getY())); i < static_cast<int> (list.size()); ++i)
    {
        const auto& row = list[static_cast<std::size_t> (i)];
        if (row.top > clip.getBottom())
            break;
        if (row.layout == nullptr)
            continue;

        paintSelection (g, i);
        paintRow (g, i);
    }
}

/** The selected characters, or where the next selection begins. */
void TranscriptView::paintSelection (juce::Graphics& g, int index)
{
    const auto& row = rows.rows()[static_cast<std::size_t> (index)];
    const auto corner = juce::Point<int> (rows.textLeft() + TranscriptRows::padding, row.top).toFloat();
    const auto range = selection.inRow (index);
    g.setColour (colours::selection);
    for (const auto& area : row.layout->areasOf (range))
        g.fillRect ((area + corner).expanded (1.0f, 0.0f));

    if (! range.isEmpty() && range.getLength() == rows.textOf (index).length()) // with its time
        g.fillRect (juce::Rectangle<float> (4.0f, corner.y, static_cast<float> (rows.textLeft()) - 4.0f,
                                            rows.lineHeight()));

    if (! selection.isSet() || ! selection.isEmpty() || selection.head().row != index || ! hasKeyboardFocus (true))
        return;

    const auto line = row.layout->lineOf (selection.head().character);
    g.setColour (colours::accent);
    g.fillRect (corner.x + row.layout->xOf (selection.head().character, line) - 0.75f,
                corner.y + rows.lineHeight() * static_cast<float> (line) + 2.0f, 1.5f, rows.lineHeight() - 4.0f);
}

void TranscriptView::paintRow (juce::Graphics& g, int index)
{
    const auto& row = rows.rows()[static_cast<std::size_t> (index)];
    const auto lineHeight = static_cast<int> (rows.lineHeight());

    if (row.takeNumber > 0)
    {
        g.setColour (colours::line);
        if (index > 0)
            g.fillRect (TranscriptRows::padding, row.top - TranscriptRows::padding / 2,
                        getWidth() - 3 * TranscriptRows::padding, 1);
        return row.layout->draw (g, juce::Point<int> (rows.textLeft() + TranscriptRows::padding, row.top).toFloat());
    }

    g.setColour (colours::faint);
    g.setFont (Look::font (static_cast<float> (textSize) * 0.78f));
    g.drawText (clockTime (row.startSeconds), TranscriptRows::padding, row.top,
                rows.timeWidth() - TranscriptRows::padding, lineHeight, juce::Justification::centredLeft);

    if (rows.speakerWidth() > 0)
    {
        g.setColour (colours::accent);
        g.drawText (juce::String::fromUTF8 (row.speaker.c_str()).trim(), rows.timeWidth(), row.top,
                    rows.speakerWidth() - TranscriptRows::padding, lineHeight, juce::Justification::centredLeft);
    }

    row.layout->draw (g, juce::Point<int> (rows.textLeft() + TranscriptRows::padding, row.top).toFloat());
}

} // namespace kikitori::plugin
