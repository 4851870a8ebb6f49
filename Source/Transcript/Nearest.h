/*  Which words tell where audio that was lost belongs on another time: those that were said nearest to it.

    Threads: pure function.
    Failure: none.
*/
#pragma once

#include "Transcript/Segment.h"

namespace kikitori
{

/** Of the segments before and behind a moment of the stream, the one that is nearer; null only where both are. */
inline const Segment* nearerTo (std::int64_t sample, const Segment* previous, const Segment* next) noexcept
{
    const auto isNextNearer = previous == nullptr
                              || (next != nullptr && next->startSample - sample < sample - previous->endSample);
    return isNextNearer ? next : previous;
}

} // namespace kikitori
