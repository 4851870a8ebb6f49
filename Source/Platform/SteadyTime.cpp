#include "Platform/SteadyTime.h"

#include <ctime>

namespace kikitori::platform
{

std::chrono::nanoseconds steadyTime() noexcept
{
#ifdef CLOCK_BOOTTIME
    constexpr auto clock = CLOCK_BOOTTIME;
#else
    constexpr auto clock = CLOCK_MONOTONIC; // counts sleep where there is no CLOCK_BOOTTIME
#endif
    std::timespec time{};
    ::clock_gettime (clock, &time);
    return std::chrono::seconds (time.tv_sec) + std::chrono::nanoseconds (time.tv_nsec);
}

} // namespace kikitori::platform
