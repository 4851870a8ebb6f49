#include "Audio/StreamClock.h"

#include <utility>

namespace kikitori
{

double StreamClock::silenceBefore (std::optional<double> time, double length) noexcept
{
    const auto tolerance = std::exchange (hasBegun, true) ? jitter : 0.0;
    auto silence = 0.0;

    if (time)
    {
        origin = origin.value_or (*time);
        const auto step = *time - *origin - end;

        if (step > longest || step < -overlap)
            origin = *time - end;
        else if (step > tolerance)
            silence = step;
    }

    end += silence + length;
    return silence;
}

} // namespace kikitori
