#include "Plugin/Editor/TranscriptView.h"

#include "Plugin/Editor/Look.h"
#include "Plugin/Editor/StatusText.h"

#include <algorithm>

namespace kikitori::plugin
{

TranscriptView::TranscriptView (const Words& wordsToUse) : words (wordsToUse)
{
    scroller.setViewedComponent (&page, false);
    scroller.setScrollBarsShown (true, false);
    addAndMakeVisible (scroller);
    setWantsKeyboardFocus (true);
    translate();
}

void TranscriptView::translate()
{
    setTitle (words ("Transcript"));
    setHelpText (words ("Arrow keys scroll, Ctrl+A selects everything, Ctrl+C copies"));
    page.setTitle (words ("Transcript"));
    repaint();
}

void TranscriptView::show (std::shared_ptr<const TranscriptSnapshot> earlier,
                           std::shared_ptr<const TranscriptSnapshot> current)
{
    if (! rows.show (std::move (earlier), std::move (current)))
        return;

    const auto count = static_cast<int> (rows.rows().size());
    if (std::max (anchor, head) >= count)
        anchor = head = -1;

    updatePage();
    repaint();
}

void TranscriptView::updatePage()
{
    const juce::ScopedValueSetter<bool> updating (isUpdating, true);
    rows.setWidth (scroller.getMaximumVisibleWidth());
    page.setSize (scroller.getMaximumVisibleWidth(), std::max (rows.height(), scroller.getMaximumVisibleHeight()));

    if (follows)
        scroller.setViewPosition (0, page.getHeight());

    page.repaint();
}

void TranscriptView::scrolled()
{
    if (isUpdating)
        return;

    const bool isAtEnd = scroller.getViewArea().getBottom() >= page.getHeight() - 4;

    if (isAtEnd != follows)
    {
        follows = isAtEnd;
        juce::NullCheckedInvocation::invoke (onFollowChanged);
    }
}

void TranscriptView::follow()
{
    follows = true;
    updatePage();
    juce::NullCheckedInvocation::invoke (onFollowChanged);
}

void TranscriptView::resized()
{
    {
        const juce::ScopedValueSetter<bool> updating (isUpdating, true); // a new size is no scrolling by the user
        scroller.setBounds (getLocalBounds().reduced (2));
    }
    updatePage();
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
        g.drawFittedText (words ("Press Start and speak: the words appear here."), getLocalBounds().reduced (30),
                          juce::Justification::centred, 4);
    }
}

void TranscriptView::paintPage (juce::Graphics& g)
{
    const auto clip = g.getClipBounds();
    const auto& list = rows.rows();
    const auto [first, last] = std::minmax (anchor, head);

    for (int i = std::max (0, rows.rowAt (clip.getY())); i < static_cast<int> (list.size()); ++i)
    {
        const auto& row = list[static_cast<std::size_t> (i)];
        if (row.top > clip.getBottom())
            break;

        if (anchor >= 0 && i >= first && i <= last)
        {
            g.setColour (colours::selection);
            g.fillRect (0, row.top - 3, page.getWidth(), row.height);
        }

        g.setColour (colours::faint);
        g.setFont (Look::font (13.0f));
        g.drawText (clockTime (row.startSeconds), TranscriptRows::padding, row.top + 2,
                    TranscriptRows::timeWidth - TranscriptRows::padding, 20, juce::Justification::centredLeft);
        rows.layoutOf (row).draw (
            g,
            juce::Rectangle<int> (TranscriptRows::timeWidth + TranscriptRows::padding, row.top,
                                  page.getWidth() - TranscriptRows::timeWidth - 2 * TranscriptRows::padding, row.height)
                .toFloat());
    }
}

void TranscriptView::select (const juce::MouseEvent& event, bool extends)
{
    grabKeyboardFocus();
    head = rows.rowAt (event.y);
    if (! extends || anchor < 0)
        anchor = event.y <= rows.height() ? head : -1; // a click below the last row selects nothing
    page.repaint();
}

juce::String TranscriptView::textToCopy() const
{
    if (anchor < 0)
        return rows.text (0, static_cast<int> (rows.rows().size()) - 1, false);

    return rows.text (std::min (anchor, head), std::max (anchor, head), false);
}

bool TranscriptView::keyPressed (const juce::KeyPress& key)
{
    const auto command = juce::ModifierKeys::commandModifier;

    if (key == juce::KeyPress ('c', command, 0))
        copy();
    else if (key == juce::KeyPress ('a', command, 0))
    {
        anchor = rows.rows().empty() ? -1 : 0;
        head = static_cast<int> (rows.rows().size()) - 1;
        page.repaint();
    }
    else if (key == juce::KeyPress::escapeKey && anchor >= 0)
    {
        anchor = head = -1;
        page.repaint();
    }
    else
        return scroller.keyPressed (key);

    return true;
}

} // namespace kikitori::plugin
