/*  Several passes over the same stretch of the host's timeline: a later one takes the place of the words whose time it
    heard again, and of no others.

    Threads: one (the network thread).
    Failure: none.
*/
#pragma once

#include "Transcript/SegmentList.h"
#include "Transcript/SegmentWords.h"

#include <cstdint>
#include <vector>

namespace kikitori
{

/** What the backend heard of a pass, up to a final. */
struct HeardStretch
{
    std::int64_t pass = 0;         ///< HostPosition::pass
    double passBegin = 0.0;        ///< where the pass began
    std::vector<HostRange> ranges; ///< new since the final before, in order
};

/** A segment of which words were taken, and what is left of it. */
struct SegmentChange
{
    SegmentList::Pointer original;
    std::vector<SegmentList::Pointer> pieces = {};
    std::vector<bool> stays = {}; ///< of its words; none: none is judged
};

class PassReplacement
{
public:
    /** A pass takes nothing from words there: they may be cut by its begin or end. */
    static constexpr double edgeSeconds = 0.3;

    void clear();

    /** The newest pass has heard this; nothing where there are no ranges. */
    void hear (const HeardStretch& stretch);

    /** Takes out of the list what the newest pass has heard again with its last final, which is not in the list yet and
        whose stretch hear() knows.
        changes: what it took before, which grows. False: nothing is taken.

        A word of another pass goes when its middle was heard, but for the edges of the pass, and either all of its time
        was heard or a new word overlaps it; at the edges only when a new word says the same in its place. Words without
        times of their own go only where half of their segment was heard. Each final judges the words near to what it
        heard, so that what was undone does not go again. */
    bool take (SegmentList& finals, const Segment& arriving, std::vector<SegmentChange>& changes) const;

private:
    struct NewWord
    {
        HostRange range;
        std::string text;
    };

    class Judge;

    std::int64_t pass = 0;
    double passBegin = 0.0;
    std::vector<HostRange> heard; ///< in order, apart
    HostRange news;               ///< where the last stretch may have changed what goes
};

} // namespace kikitori
