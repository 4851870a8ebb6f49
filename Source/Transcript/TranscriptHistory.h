/*  What passes and clearings did to a transcript, to be undone and done again in order.

    Threads: one (the network thread).
    Failure: none. Of more than mostEdits, the oldest can no longer be undone, which isCut() tells.
*/
#pragma once

#include "Transcript/PassReplacement.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace kikitori
{

/** One pass, or one clearing. */
struct TranscriptEdit
{
    std::int64_t pass = 0; ///< 0: cleared
    std::vector<SegmentChange> changes;
    std::vector<TranscriptGap> gaps; ///< that a clearing took
    /** What undoing takes of the pass's own words, because it stands where the words that come back are. */
    std::optional<std::vector<SegmentChange>> own = {};
};

class TranscriptHistory
{
public:
    static constexpr std::size_t mostEdits = 100;

    void clear();

    /** What the newest edit changed if it is this pass's, to grow; else null. */
    std::vector<SegmentChange>* changesOf (std::int64_t pass) noexcept;
    /** A pass has taken words: changesOf() has grown, or these are its first. */
    void took (std::int64_t pass, std::vector<SegmentChange> first);
    void cleared (const SegmentList& finals, std::vector<TranscriptGap> gaps);

    /** A pass that was undone replaces nothing any more. */
    bool isDeclined (std::int64_t pass) const;

    std::size_t undoable() const noexcept { return done.size(); }
    std::size_t redoable() const noexcept { return undone.size(); }
    /** There was more that can no longer be undone. */
    bool isCut() const noexcept { return wasCut; }

    /** There is one to undo, or to do again. */
    void undo (SegmentList& finals, std::vector<TranscriptGap>& gaps);
    void redo (SegmentList& finals, std::vector<TranscriptGap>& gaps);

    /** What comes from this sample on will be said anew, so nothing brings it back. */
    void forgetFrom (std::int64_t sample);

private:
    void push (TranscriptEdit edit);

    std::vector<TranscriptEdit> undone; ///< the newest last, as in done
    std::deque<TranscriptEdit> done;
    bool wasCut = false;
};

} // namespace kikitori
