#include "Plugin/Editor/TranscriptSelection.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace kikitori::plugin
{

TranscriptSelection::Place TranscriptSelection::last() const
{
    const auto row = static_cast<int> (rows.rows().size()) - 1;
    return row < 0 ? Place() : Place{ row, lengthOf (row) };
}

TranscriptSelection::Place TranscriptSelection::clipped (Place place) const
{
    if (place.row < 0)
        return {};
    if (place.row >= static_cast<int> (rows.rows().size()))
        return last();
    return { place.row, juce::jlimit (0, lengthOf (place.row), place.character) };
}

void TranscriptSelection::selectAll()
{
    if (! rows.rows().empty())
        ends = Ends{ {}, last() };
}

void TranscriptSelection::selectRow (int row) { begin ({ row, 0 }, Unit::row); }

std::pair<TranscriptSelection::Place, TranscriptSelection::Place> TranscriptSelection::unitAt (Place place) const
{
    if (unit == Unit::character)
        return { place, place };

    const auto range = unit == Unit::word ? wordAround (rows.textOf (place.row), place.character)
                                          : juce::Range<int> (0, lengthOf (place.row));
    return { { place.row, range.getStart() }, { place.row, range.getEnd() } };
}

void TranscriptSelection::begin (Place place, Unit newUnit)
{
    if (rows.rows().empty())
        return clear();

    unit = newUnit;
    column.reset();
    origin = unitAt (clipped (place));
    ends = Ends{ origin.first, origin.second };
}

void TranscriptSelection::extendTo (Place place)
{
    if (! ends)
        return begin (place, Unit::character);

    column.reset();
    const auto reached = unitAt (clipped (place));
    const bool isBackwards = reached.first < origin.first;
    ends = isBackwards ? Ends{ origin.second, reached.first }
                       : Ends{ origin.first, std::max (reached.second, origin.second) };
}

void TranscriptSelection::move (Move what, int direction, bool extends, Place from)
{
    if (rows.rows().empty())
        return;
    if (! ends)
        ends = Ends{ clipped (from), clipped (from) };

    // Without Shift a selection is left at the end that is gone towards.
    if (! extends && ! isEmpty() && what == Move::character)
        ends->head = direction < 0 ? std::min (ends->anchor, ends->head) : std::max (ends->anchor, ends->head);
    else
        ends->head = moved (clipped (ends->head), what, direction);

    if (! extends)
        ends->anchor = ends->head;

    // A drag with Shift goes on from here.
    unit = Unit::character;
    origin = { ends->anchor, ends->anchor };
}

TranscriptSelection::Place TranscriptSelection::moved (Place place, Move what, int direction)
{
    if (what == Move::line)
        return movedByLine (place, direction);

    column.reset();
    const auto lastRow = static_cast<int> (rows.rows().size()) - 1;

    switch (what)
    {
        case Move::word: return movedByWord (place, direction);
        case Move::end: return direction < 0 ? Place{} : last();
        case Move::lineEnd:
        {
            const auto& layout = rows.layoutOf (place.row);
            auto line = layout.line (layout.lineOf (place.character));
            if (direction > 0 && line.getEnd() < lengthOf (place.row)) // before the break, not behind it
                line.setEnd (line.getEnd() - 1);
            return clipped ({ place.row, direction < 0 ? line.getStart() : line.getEnd() });
        }
        case Move::character:
        case Move::line: break;
    }

    if (direction < 0)
        return place.character > 0 ? Place{ place.row, place.character - 1 }
               : place.row > 0     ? Place{ place.row - 1, lengthOf (place.row - 1) }
                                   : place;

    return place.character < lengthOf (place.row) ? Place{ place.row, place.character + 1 }
           : place.row < lastRow                  ? Place{ place.row + 1, 0 }
                                                  : place;
}

TranscriptSelection::Place TranscriptSelection::movedByWord (Place place, int direction) const
{
    const auto text = rows.textOf (place.row);
    const auto isSpace = [&text] (int at) { return juce::CharacterFunctions::isWhitespace (text[at]); };
    auto at = place.character;

    if (direction < 0)
    {
        if (at == 0)
            return place.row > 0 ? Place{ place.row - 1, lengthOf (place.row - 1) } : place;

        while (at > 0 && isSpace (at - 1))
            --at;
        return { place.row, at > 0 ? wordAround (text, at - 1).getStart() : 0 };
    }

    if (at >= text.length())
        return place.row + 1 < static_cast<int> (rows.rows().size()) ? Place{ place.row + 1, 0 } : place;

    if (! isSpace (at))
        at = std::max (at + 1, wordAround (text, at).getEnd());
    while (at < text.length() && isSpace (at))
        ++at;
    return { place.row, at };
}

TranscriptSelection::Place TranscriptSelection::movedByLine (Place place, int direction)
{
    const auto* layout = &rows.layoutOf (place.row);
    auto line = layout->lineOf (place.character);
    if (! column)
        column = layout->xOf (place.character, line);

    line += direction;

    if (line < 0 || line >= layout->lines())
    {
        place.row += direction;
        if (place.row < 0 || place.row >= static_cast<int> (rows.rows().size()))
            return direction < 0 ? Place{} : last();

        layout = &rows.layoutOf (place.row);
        line = direction < 0 ? layout->lines() - 1 : 0;
    }

    const juce::Point<float> point (*column, (static_cast<float> (line) + 0.5f) * rows.lineHeight());
    return clipped ({ place.row, layout->placeAt (point) });
}

juce::Range<int> TranscriptSelection::inRow (int row) const
{
    if (isEmpty())
        return {};

    const auto first = clipped (std::min (ends->anchor, ends->head));
    const auto end = clipped (std::max (ends->anchor, ends->head));

    if (row < first.row || row > end.row)
        return {};

    return { row == first.row ? first.character : 0, row == end.row ? end.character : lengthOf (row) };
}

juce::String TranscriptSelection::text() const
{
    juce::StringArray lines;

    if (isEmpty())
        return {};

    const auto first = clipped (std::min (ends->anchor, ends->head)).row;
    const auto end = clipped (std::max (ends->anchor, ends->head)).row;

    for (int row = first; row <= end; ++row)
    {
        const auto range = inRow (row);
        const auto& shown = rows.rows()[static_cast<std::size_t> (row)];

        if (shown.segment == nullptr || range.isEmpty())
            continue;

        const auto speaker = range.getStart() == 0 ? juce::String::fromUTF8 (shown.speaker.c_str()).trim()
                                                   : juce::String();
        lines.add ((speaker.isEmpty() ? speaker : speaker + ": ")
                   + rows.textOf (row).substring (range.getStart(), range.getEnd()));
    }

    return lines.joinIntoString ("\n");
}

TranscriptSelection::Mark TranscriptSelection::markOf (int row) const
{
    const auto& shown = rows.rows()[static_cast<std::size_t> (row)];
    return { shown.startSeconds, shown.speaker, shown.segment == nullptr, shown.takeNumber, shown.take };
}

void TranscriptSelection::beforeShow()
{
    if (! ends)
        return;

    anchorMark = markOf (clipped (ends->anchor).row);
    headMark = markOf (clipped (ends->head).row);
}

int TranscriptSelection::find (const Mark& mark, int near) const
{
    const auto& list = rows.rows();
    const auto fits = [&] (int row) { return markOf (row) == mark; };

    if (near < static_cast<int> (list.size()) && fits (near))
        return near;

    for (int row = 0; row < static_cast<int> (list.size()); ++row)
        if (fits (row))
            return row;

    return near; // a partial whose start has moved
}

void TranscriptSelection::afterShow()
{
    if (! ends)
        return;
    if (rows.rows().empty())
        return clear();

    const auto shift = find (headMark, ends->head.row) - ends->head.row;
    ends->anchor.row = find (anchorMark, ends->anchor.row);
    ends->head.row += shift;
    ends->anchor = clipped (ends->anchor);
    ends->head = clipped (ends->head);
    origin.first.row += shift;
    origin.second.row += shift;
}

} // namespace kikitori::plugin
