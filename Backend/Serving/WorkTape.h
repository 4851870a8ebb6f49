/*  Remembers the work that a stream was given, so that another stream can take over at an earlier position: that of a
    segment's end, which is only known when the work behind it has been done.

    Threads: one tape belongs to one thread.
    Failure: none. Bounded by whoever calls dropBefore() at each segment's end.
*/
#pragma once

#include "Backend/Decoding/StreamJob.h"

#include <deque>

namespace kikitori::backend
{

class WorkTape
{
public:
    bool isRunning() const noexcept { return running; }

    /** The next work begins at this client sample. */
    void begin (std::int64_t position);
    void add (const std::vector<StreamWork>& work);
    void stop();

    /** Is all that follows this client sample on the tape? */
    bool covers (std::int64_t position) const noexcept { return running && position >= first; }
    /** Forgets what lies before; work without audio at the position itself belongs before it. */
    void dropBefore (std::int64_t position);
    /** What follows the position; the tape ends. */
    std::deque<StreamWork> takeFrom (std::int64_t position);

private:
    bool running = false;
    std::int64_t first = 0; ///< client sample at which `work` begins
    std::deque<StreamWork> work;
};

} // namespace kikitori::backend
