#include "Plugin/Editor/TranscriptView.h"

#include "Plugin/Editor/Look.h"

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
    setHelpText (words ("Dragging or Shift and the arrow keys select words, Ctrl+A selects everything, Ctrl+C copies"));
    page.setTitle (words ("Transcript"));
    rows.translate();
    updatePage();
    repaint();
}

void TranscriptView::show (std::shared_ptr<const TranscriptSnapshot> transcript)
{
    selection.beforeShow();

    if (! rows.show (std::move (transcript)))
        return;

    selection.afterShow();
    findAgain();
    updatePage();
    repaint();
}

void TranscriptView::setEmptyText (const char* text)
{
    if (std::exchange (emptyText, text) != text)
        page.repaint();
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
    const auto index = found[static_cast<std::size_t> (currentMatch)];
    selection.selectRow (index);
    const bool followed = std::exchange (follows, false);
    const auto& row = rows.rows()[static_cast<std::size_t> (index)];
    scroller.setViewPosition (0, std::max (0, row.top - scroller.getMaximumVisibleHeight() / 3));
    updatePage();

    if (followed)
        juce::NullCheckedInvocation::invoke (onFollowChanged);
    selectionChanged();
}

const TranscriptRows::Row* TranscriptView::chosen() const
{
    return selection.isSet() ? &rows.rows()[static_cast<std::size_t> (selection.head().row)] : nullptr;
}

void TranscriptView::updatePage()
{
    const juce::ScopedValueSetter<bool> updating (isUpdating, true);
    const auto width = scroller.getMaximumVisibleWidth();
    const auto visible = scroller.getMaximumVisibleHeight();
    const bool goesToEnd = follows && ! isDragging;

    // The row on top stays where it is when heights turn out otherwise than they were estimated.
    const auto topRow = rows.rowAt (scroller.getViewPositionY());
    const auto topOf = [this] (int row) { return rows.rows()[static_cast<std::size_t> (row)].top; };
    const auto offset = topRow >= 0 ? scroller.getViewPositionY() - topOf (topRow) : 0;
    rows.setLook (width, textSize, searched);

    for (int round = 0; round < 6; ++round)
    {
        page.setSize (width, std::max (rows.height(), visible));
        const auto wanted = goesToEnd ? page.getHeight() - visible : topRow >= 0 ? topOf (topRow) + offset : 0;
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

juce::String TranscriptView::textToCopy() const
{
    if (! selection.isEmpty())
        return selection.text();

    auto all = selection;
    all.selectAll();
    return all.text();
}

void TranscriptView::selectionChanged()
{
    page.repaint();
    juce::NullCheckedInvocation::invoke (onChosen);
}

TranscriptSelection::Place TranscriptView::placeAt (juce::Point<int> point, bool ofCharacter)
{
    const auto row = rows.rowAt (point.y);

    if (row < 0)
        return {};

    const auto& layout = rows.layoutOf (row);
    const juce::Point<int> corner (rows.textLeft() + TranscriptRows::padding,
                                   rows.rows()[static_cast<std::size_t> (row)].top);
    const auto within = (point - corner).toFloat();
    return { row, ofCharacter ? layout.characterAt (within) : layout.placeAt (within) };
}

void TranscriptView::press (const juce::MouseEvent& event)
{
    grabKeyboardFocus();

    if (event.mods.isPopupMenu())
        return showMenu();

    const auto clicks = event.getNumberOfClicks();
    const bool isOnTime = event.x < rows.textLeft();
    isDragging = true;
    page.beginDragAutoRepeat (50); // so that it scrolls while the mouse waits outside

    if (event.mods.isShiftDown() && selection.isSet())
        selection.extendTo (placeAt (event.getPosition(), false));
    else if (event.y > rows.height()) // below the last row
        selection.clear();
    else
        selection.begin (placeAt (event.getPosition(), clicks == 2),
                         isOnTime || clicks > 2 ? TranscriptSelection::Unit::row
                         : clicks == 2          ? TranscriptSelection::Unit::word
                                                : TranscriptSelection::Unit::character);

    selectionChanged();
}

void TranscriptView::drag (const juce::MouseEvent& event)
{
    if (! isDragging)
        return;

    const auto inView = event.getEventRelativeTo (&scroller).getPosition();
    scroller.autoScroll (scroller.getWidth() / 2, inView.y, 4, 12);
    selection.extendTo (placeAt (page.getLocalPoint (&scroller, inView), false));
    selectionChanged();
}

void TranscriptView::showMenu()
{
    juce::PopupMenu menu;
    menu.addItem (words ("Copy"), ! isEmpty(), false, [this] { copy(); });
    menu.addItem (words ("Select all"), ! isEmpty(), false,
                  [this]
                  {
                      selection.selectAll();
                      selectionChanged();
                  });
    menu.showMenuAsync (juce::PopupMenu::Options().withMousePosition().withDeletionCheck (*this));
}

bool TranscriptView::keyPressed (const juce::KeyPress& key)
{
    const auto command = juce::ModifierKeys::commandModifier;

    if (key == juce::KeyPress ('c', command, 0))
        copy();
    else if (key == juce::KeyPress ('a', command, 0))
    {
        selection.selectAll();
        selectionChanged();
    }
    else if (key == juce::KeyPress::escapeKey && selection.isSet())
    {
        selection.clear();
        selectionChanged();
    }
    else
        return moveBy (key) || scroller.keyPressed (key);

    return true;
}

/** Left and right move within the text; with Shift all arrows, Home and End extend the selection. */
bool TranscriptView::moveBy (const juce::KeyPress& key)
{
    using Move = TranscriptSelection::Move;
    const auto code = key.getKeyCode();
    const auto modifiers = key.getModifiers();
    const bool extends = modifiers.isShiftDown();
    const bool isFar = modifiers.isCommandDown() || modifiers.isAltDown();
    const auto isKey = [code] (int backwards, int forwards) { return code == backwards || code == forwards; };
    std::optional<Move> what;

    if (isKey (juce::KeyPress::leftKey, juce::KeyPress::rightKey))
        what = isFar ? Move::word : Move::character;
    else if (extends && isKey (juce::KeyPress::upKey, juce::KeyPress::downKey))
        what = Move::line;
    else if (extends && isKey (juce::KeyPress::homeKey, juce::KeyPress::endKey))
        what = isFar ? Move::end : Move::lineEnd;

    if (! what || isEmpty())
        return false;

    const bool isForwards =
        code == juce::KeyPress::rightKey || code == juce::KeyPress::downKey || code == juce::KeyPress::endKey;

    // Where nothing was clicked yet, it begins with the first row in view.
    const TranscriptSelection::Place from{
        std::max (0, rows.rowAt (scroller.getViewPositionY() + TranscriptRows::padding)), 0
    };
    selection.move (*what, isForwards ? 1 : -1, extends, from);
    scrollTo (selection.head());
    selectionChanged();
    return true;
}

void TranscriptView::scrollTo (TranscriptSelection::Place place)
{
    const auto& layout = rows.layoutOf (place.row);
    const auto line = static_cast<int> (rows.lineHeight());
    const auto top = rows.rows()[static_cast<std::size_t> (place.row)].top + layout.lineOf (place.character) * line;
    const auto view = scroller.getViewArea();

    if (top - line < view.getY())
        scroller.setViewPosition (0, std::max (0, top - line));
    else if (top + 2 * line > view.getBottom())
        scroller.setViewPosition (0, top + 2 * line - view.getHeight());
}

} // namespace kikitori::plugin
