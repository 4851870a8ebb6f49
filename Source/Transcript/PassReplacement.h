/*  Several passes over the same stretch of the host's timeline: a later one takes the place of what it covers, and can
   be undone.

    Threads: one (the network thread).
    Failure: none. Of more than mostPasses, the oldest can no longer be undone.
*/
#pragma once

#include "Transcript/SegmentList.h"

#include <cstdint>
#include <deque>
#include <vector>

namespace kikitori
{

class PassReplacement
{
public:
    static constexpr std::size_t mostPasses = 100;

    void clear();

    /** Takes what an arriving segment covers out of the list: segments of other passes whose middle lies in it, or in
        which its middle lies. Nothing when the transport stood still. */
    void makeRoom (SegmentList& finals, const Segment& arriving);

    /** How many segments undo() would bring back. */
    std::size_t undoable() const noexcept { return replaced.empty() ? 0 : replaced.back().segments.size(); }

    /** Brings back what the newest replacing pass took out, in the place of what that pass said there; the rest of that
        pass replaces nothing any more. */
    void undo (SegmentList& finals);

private:
    struct Replaced
    {
        std::int64_t pass = 0;
        std::vector<Segment> segments;
    };

    std::deque<Replaced> replaced;     ///< the newest last
    std::deque<std::int64_t> declined; ///< passes that were undone
};

} // namespace kikitori
