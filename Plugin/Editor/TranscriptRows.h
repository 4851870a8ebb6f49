/*  The transcript as rows with a time and a speaker. A row is laid out when it is looked at; until then its height is
    estimated from the length of its text, so that ten hours cost no more than a screen.

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
    static constexpr int padding = 10;

    struct Row
    {
        const Segment* segment = nullptr; ///< lives as long as the snapshots that are kept
        double startSeconds = 0.0;
        bool isFirm = true;
        int top = 0;
        int height = 0;
        bool isMeasured = false; ///< else the height is an estimate
        std::shared_ptr<const juce::TextLayout> layout{}; ///< of rows that were looked at lately
    };

    /** Takes what is to be shown now; either may be null. False: nothing changed. */
    bool show (std::shared_ptr<const TranscriptSnapshot> earlier, std::shared_ptr<const TranscriptSnapshot> current);

    /** False: nothing changed. */
    bool setLook (int width, int textSize, const juce::String& searched);

    const std::vector<Row>& rows() const noexcept { return list; }
    int height() const noexcept { return list.empty() ? 0 : list.back().top + list.back().height + padding; }

    /** The row at a height; the nearest where there is none; -1 without rows. */
    int rowAt (int y) const;

    /** Lays out the rows between two heights, and forgets the layouts of others. True: heights have changed. */
    bool measure (int top, int bottom);

    /** Of a row that measure() has laid out. */
    const juce::TextLayout& layoutOf (const Row& row) const { return *row.layout; }

    int timeWidth() const noexcept { return juce::roundToInt (static_cast<float> (textSize) * 3.6f) + padding; }
    int speakerWidth() const noexcept;
    int textLeft() const noexcept { return timeWidth() + speakerWidth(); }

    /** Rows that hold the searched text, in order; empty without one. */
    std::vector<int> found() const;

    /** Rows first..last as lines of text; with their times where withTimes. */
    juce::String text (int first, int last, bool withTimes) const;

private:
    void add (const Segment& segment, double shift);
    void place (std::size_t from);
    int estimate (const Segment& segment) const;
    juce::TextLayout layOut (const Row& row) const;
    void colourSearched (juce::AttributedString& content, const juce::String& text, int offset) const;

    std::shared_ptr<const TranscriptSnapshot> shownEarlier, shownCurrent;
    std::vector<Row> list;
    std::vector<std::size_t> laidOut; ///< rows that hold a layout
    std::size_t settled = 0;          ///< rows before this one belong to finals
    bool hasSpeakers = false;
    int width = 400;
    int textSize = 17;
    juce::String searched;
};

juce::String speakerOf (const Segment& segment);

} // namespace kikitori::plugin
