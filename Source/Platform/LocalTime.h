/*  A moment as the clock on this user's wall shows it.

    Threads: any.
    Failure: none; a moment that the system's calendar does not know is "".
*/
#pragma once

#include <chrono>
#include <string>

namespace kikitori::platform
{

/** format as strftime() has it; "%H:%M" gives 14:02. */
std::string localTime (std::chrono::system_clock::time_point moment, const char* format);

} // namespace kikitori::platform
