/*  Processes by their number, and the end of this one.

    Threads: any.
    Failure: none.
*/
#pragma once

#include <chrono>

namespace kikitori::platform
{

/** Is there such a process? Its number may be another's by now. */
bool isProcessThere (int id) noexcept;

/** The system ends this process after so long, whatever it is doing then. */
void endProcessWithin (std::chrono::seconds time) noexcept;

} // namespace kikitori::platform
