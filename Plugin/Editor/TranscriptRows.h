/*  The transcript as rows with a time and a speaker, a row where audio was lost, and a title above each take whose
    times are its own. What was heard while a host played stands in the order of its timeline, whichever pass heard it;
    what still changes stands at the end. A row is laid out when it is looked at; until then its height is estimated from
    the length of its text, so that ten hours cost no more than a screen.

    Threads: message thread. It keeps the snapshots that it shows, which never change.
    Failure: none.
*/
#pragma once

#include "Plugin/Editor/Words.h"
#include "Plugin/Editor/WrappedText.h"
#include "Transcript/SpeechRows.h"

#include <cmath>
#include <juce_gui_basics/juce_gui_basics.h>
#include <memory>
#include <string>
#include <vector>

namespace kikitori::plugin
{

class TranscriptRows
{
public:
    static constexpr int padding = 10;

    struct Row
    {
        const Segment* segment = nullptr; ///< lives as long as the snapshots that are kept; null: audio was lost
        int takeNumber = 0;               ///< of a take's title, from 1; 0: it is none
        TranscriptTake take{};            ///< whose title or words these are
        double startSeconds = 0.0;
        double lostSeconds = 0.0; ///< without a segment; 0 = nobody knows how much
        std::string speaker{};    ///< as Segment's
        bool isFirm = true;
        int top = 0;
        int height = 0;
        bool isMeasured = false; ///< else the height is an estimate
        std::shared_ptr<const WrappedText> layout{}; ///< of rows that were looked at lately
    };

    explicit TranscriptRows (const Words& wordsToUse) : words (wordsToUse) {}

    /** Takes what is to be shown now; may be null. False: nothing changed. */
    bool show (std::shared_ptr<const TranscriptSnapshot> transcript);

    /** Texts in the language of the moment. */
    void translate() { forgetLayouts(); }

    /** False: nothing changed. */
    bool setLook (int width, int textSize, const juce::String& searched);

    const std::vector<Row>& rows() const noexcept { return list; }
    int height() const noexcept { return list.empty() ? 0 : list.back().top + list.back().height + padding; }

    /** The row at a height; the nearest where there is none; -1 without rows. */
    int rowAt (int y) const;

    /** Lays out the rows between two heights, and forgets the layouts of others. True: heights have changed. */
    bool measure (int top, int bottom);

    /** Lays the row out where it is not; heights may change. */
    const WrappedText& layoutOf (int row);

    float lineHeight() const noexcept { return std::round (static_cast<float> (textSize) * 1.4f); }

    int timeWidth() const noexcept { return juce::roundToInt (static_cast<float> (textSize) * 3.6f) + padding; }
    int speakerWidth() const noexcept;
    int textLeft() const noexcept { return timeWidth() + speakerWidth(); }

    /** Rows that hold the searched text, in order; empty without one. */
    std::vector<int> found() const;

    /** What can be selected in a row: its words; nothing where audio was lost, and of a title. */
    juce::String textOf (int row) const;

private:
    /** What is to be a row. */
    struct Entry
    {
        const Segment* segment = nullptr;
        int takeNumber = 0;
        TranscriptTake take{};
        double startSeconds = 0.0;
        double lostSeconds = 0.0;
        std::string speaker{};
        bool isPlayed = false; ///< its time is the host's, and it stands where that is
    };

    class Collector;

    static bool isSame (const Row& row, const Entry& entry);
    static void sortPlayed (std::vector<Entry>& entries);
    void add (const Entry& entry);
    void place (std::size_t from);
    int estimate (const Row& row) const;
    bool layOut (std::size_t row);
    std::vector<WrappedText::Piece> piecesOf (const Row& row) const;
    juce::String lossText (const Row& row) const;
    juce::Font fontOf (const Row& row) const;
    void forgetLayouts();

    const Words& words;
    RowedTranscript rowed;
    std::shared_ptr<const TranscriptSnapshot> shown; ///< by rows
    std::vector<Row> list;
    std::vector<std::size_t> laidOut; ///< rows that hold a layout
    bool hasSpeakers = false;
    int width = 400;
    int textSize = 17;
    juce::String searched;
};

} // namespace kikitori::plugin
