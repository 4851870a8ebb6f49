#include "Backend/Serving/WorkTape.h"

#include <utility>

namespace kikitori::backend
{

void WorkTape::begin (std::int64_t position)
{
    work.clear();
    first = position;
    running = true;
}

void WorkTape::add (const std::vector<StreamWork>& more)
{
    if (running)
        work.insert (work.end(), more.begin(), more.end());
}

void WorkTape::stop()
{
    running = false;
    work.clear();
}

void WorkTape::dropBefore (std::int64_t position)
{
    while (! work.empty() && first <= position)
    {
        auto& next = work.front();
        const auto length = static_cast<std::int64_t> (next.samples.size()) + next.gapSamples;

        if (first + length > position)
        {
            // A gap is kept whole: it begins where the segment before it ended.
            const auto surplus = next.gapSamples > 0 ? 0 : position - first;
            next.samples.erase (next.samples.begin(), next.samples.begin() + surplus);
            first += surplus;
            return;
        }

        first += length;
        work.pop_front();
    }
}

std::deque<StreamWork> WorkTape::takeFrom (std::int64_t position)
{
    dropBefore (position);
    running = false;
    return std::exchange (work, {});
}

} // namespace kikitori::backend
