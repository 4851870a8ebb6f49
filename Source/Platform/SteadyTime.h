/*  A clock that nobody puts right, and that goes on while the machine sleeps (on some systems
    std::chrono::steady_clock stands still then).

    Threads: any.
    Failure: none.
*/
#pragma once

#include <chrono>

namespace kikitori::platform
{

/** Since some moment that stays the same while the process runs. */
std::chrono::nanoseconds steadyTime() noexcept;

} // namespace kikitori::platform
