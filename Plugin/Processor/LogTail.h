/*  The last lines of this process's log, for the diagnostics page and its report. What goes into the log is no transcript
    text, audio or token (Core/Log.h).

    Threads: any but the audio thread; one lock, held for moments.
    Failure: beyond mostLines the oldest line goes.
*/
#pragma once

#include <string>
#include <vector>

namespace kikitori::plugin::logtail
{

inline constexpr std::size_t mostLines = 200;

/** Takes the process's log from now on; once is enough. */
void install();

/** Oldest first. */
std::vector<std::string> lines();

} // namespace kikitori::plugin::logtail
