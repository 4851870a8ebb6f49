/*  What is selected of a transcript: from a character of one row to a character of another. It is moved with the mouse and
    the keys, and stays on its words while rows come and go.

    Threads: message thread.
    Failure: none. Places that are gone are brought to the nearest that are there.
*/
#pragma once

#include "Plugin/Editor/TranscriptRows.h"

#include <compare>
#include <optional>

namespace kikitori::plugin
{

/** Between two characters of a row. */
struct TranscriptPlace
{
    int row = 0;
    int character = 0;

    auto operator<=> (const TranscriptPlace&) const = default;
};

class TranscriptSelection
{
public:
    using Place = TranscriptPlace;

    enum class Unit
    {
        character,
        word,
        row
    };

    enum class Move
    {
        character,
        word,
        line,
        lineEnd,
        end ///< of the transcript
    };

    /** rows must outlive it. */
    explicit TranscriptSelection (TranscriptRows& rowsToUse) : rows (rowsToUse) {}

    /** Is there a place at all? */
    bool isSet() const noexcept { return ends.has_value(); }
    bool isEmpty() const noexcept { return ! ends || ends->anchor == ends->head; }
    /** The end that moves. Only when isSet(). */
    Place head() const noexcept { return ends->head; }

    void clear() { ends.reset(); }
    void selectAll();
    void selectRow (int row);

    /** With the mouse: a press, and where it is dragged to; whole words or rows after a double or triple click. */
    void begin (Place place, Unit unit);
    void extendTo (Place place);

    /** With the keys: forwards (1) or backwards (-1). Without a selection it begins at `from`. */
    void move (Move what, int direction, bool extends, Place from);

    /** The selected characters of a row; empty where there are none. */
    juce::Range<int> inRow (int row) const;

    /** Rows as lines, with their speakers where they are selected from the start. */
    juce::String text() const;

    /** Around TranscriptRows::show(): the selection stays on the rows it was on. */
    void beforeShow();
    void afterShow();

private:
    struct Ends
    {
        Place anchor, head;
    };

    /** By what a row is found again. */
    struct Mark
    {
        double startSeconds = 0.0;
        std::string speaker;
        bool isLoss = false;
        int takeNumber = 0;
        TranscriptTake take{};

        bool operator== (const Mark&) const = default;
    };

    int lengthOf (int row) const { return rows.textOf (row).length(); }
    Place last() const;
    Place clipped (Place place) const;
    std::pair<Place, Place> unitAt (Place place) const;
    Place moved (Place place, Move what, int direction);
    Place movedByWord (Place place, int direction) const;
    Place movedByLine (Place place, int direction);
    Mark markOf (int row) const;
    int find (const Mark& mark, int near) const;

    TranscriptRows& rows;
    std::optional<Ends> ends;
    std::pair<Place, Place> origin; ///< the unit that a press has chosen
    Unit unit = Unit::character;
    std::optional<float> column; ///< where moves from line to line come from
    Mark anchorMark, headMark;
};

} // namespace kikitori::plugin
