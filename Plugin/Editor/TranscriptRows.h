/*  The transcript as rows with a time, laid out for a width. Only what changed is laid out again.

    Threads: message thread. It keeps the snapshots that it shows, which never change.
    Failure: none.
*/
#pragma once

#include "Transcript/Transcript.h"

#include <juce_gui_basics/juce_gui_basics.h>
#include <memory>
#include <vector>

namespace kikitori::plugin
{

class TranscriptRows
{
public:
    static constexpr int timeWidth = 76;
    static constexpr int padding = 10;

    struct Row
    {
        const Segment* segment = nullptr; ///< lives as long as the snapshots that are kept
        double startSeconds = 0.0;
        bool isFirm = true;
        int top = 0;
        int height = 0;
    };

    /** Takes what is to be shown now; either may be null. False: nothing changed. */
    bool show (std::shared_ptr<const TranscriptSnapshot> earlier, std::shared_ptr<const TranscriptSnapshot> current);

    void setWidth (int width);

    const std::vector<Row>& rows() const noexcept { return list; }
    int height() const noexcept { return list.empty() ? 0 : list.back().top + list.back().height + padding; }

    /** The row at a height; the nearest where there is none; -1 without rows. */
    int rowAt (int y) const;

    juce::TextLayout layoutOf (const Row& row) const;

    /** Rows first..last as lines of text; with their times where withTimes. */
    juce::String text (int first, int last, bool withTimes) const;

private:
    void add (const Segment& segment, double shift);
    void place (std::size_t index);

    std::shared_ptr<const TranscriptSnapshot> shownEarlier, shownCurrent;
    std::vector<Row> list;
    std::size_t settled = 0; ///< rows before this one belong to finals
    int width = 400;
};

} // namespace kikitori::plugin
