#include "Plugin/Editor/TranscriptView.h"

#include "Plugin/Editor/Look.h"
#include "Plugin/Editor/StatusText.h"

#include <algorithm>
#include <utility>

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

    findAgain();
    updatePage();
    repaint();
}

void TranscriptView::setTextSize (int size)
{
    if (std::exchange (textSize, size) != size)
        updatePage();
}

void TranscriptView::search (const juce::String& text)
{
    if (text == searched)
        return;

    searched = text;
    currentMatch = -1;
    updatePage();
    findAgain();
}

void TranscriptView::findAgain()
{
    found = rows.found();
    currentMatch = std::min (currentMatch, matches() - 1);
}

void TranscriptView::goToMatch (int step)
{
    if (found.empty())
        return;

    const auto from = currentMatch < 0 && step < 0 ? 0 : currentMatch;
    currentMatch = (from + step + matches()) % matches();
    anchor = head = found[static_cast<std::size_t> (currentMatch)];
    const bool followed = std::exchange (follows, false);
    const auto& row = rows.rows()[static_cast<std::size_t> (anchor)];
    scroller.setViewPosition (0, std::max (0, row.top - scroller.getMaximumVisibleHeight() / 3));
    updatePage();

    if (followed)
        juce::NullCheckedInvocation::invoke (onFollowChanged);
    juce::NullCheckedInvocation::invoke (onChosen);
}

const TranscriptRows::Row* TranscriptView::chosen() const
{
    return head >= 0 && head < static_cast<int> (rows.rows().size()) ? &rows.rows()[static_cast<std::size_t> (head)]
                                                                     : nullptr;
}

void TranscriptView::updatePage()
{
    const juce::ScopedValueSetter<bool> updating (isUpdating, true);
    const auto width = scroller.getMaximumVisibleWidth();
    const auto visible = scroller.getMaximumVisibleHeight();

    // The row on top stays where it is when heights turn out otherwise than they were estimated.
    const auto topRow = rows.rowAt (scroller.getViewPositionY());
    const auto topOf = [this] (int row) { return rows.rows()[static_cast<std::size_t> (row)].top; };
    const auto offset = topRow >= 0 ? scroller.getViewPositionY() - topOf (topRow) : 0;
    rows.setLook (width, textSize, searched);

    for (int round = 0; round < 6; ++round)
    {
        page.setSize (width, std::max (rows.height(), visible));
        const auto wanted = follows ? page.getHeight() - visible : topRow >= 0 ? topOf (topRow) + offset : 0;
        scroller.setViewPosition (0, std::max (0, wanted));
        const auto top = scroller.getViewPositionY();

        if (! rows.measure (top, top + visible))
            break;
    }

    page.repaint();
}

void TranscriptView::scrolled()
{
    if (isUpdating)
        return;

    const bool isAtEnd = scroller.getViewArea().getBottom() >= page.getHeight() - 4;
    const bool hasChanged = std::exchange (follows, isAtEnd) != isAtEnd;
    updatePage();

    if (hasChanged)
        juce::NullCheckedInvocation::invoke (onFollowChanged);
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
        g.drawFittedText (words (emptyText), getLocalBounds().reduced (30), juce::Justification::centred, 4);
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

        if (row.layout == nullptr)
            continue;

        const auto lineHeight = juce::roundToInt (static_cast<float> (textSize) * 1.4f);
        g.setColour (colours::faint);
        g.setFont (Look::font (static_cast<float> (textSize) * 0.78f));
        g.drawText (clockTime (row.startSeconds), TranscriptRows::padding, row.top,
                    rows.timeWidth() - TranscriptRows::padding, lineHeight, juce::Justification::centredLeft);

        if (rows.speakerWidth() > 0)
        {
            g.setColour (colours::accent);
            g.drawText (speakerOf (*row.segment), rows.timeWidth(), row.top,
                        rows.speakerWidth() - TranscriptRows::padding, lineHeight, juce::Justification::centredLeft);
        }

        rows.layoutOf (row).draw (
            g, juce::Rectangle<int> (rows.textLeft() + TranscriptRows::padding, row.top,
                                     page.getWidth() - rows.textLeft() - 2 * TranscriptRows::padding, row.height)
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
    juce::NullCheckedInvocation::invoke (onChosen);
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
        juce::NullCheckedInvocation::invoke (onChosen);
    }
    else
        return scroller.keyPressed (key);

    return true;
}

} // namespace kikitori::plugin
