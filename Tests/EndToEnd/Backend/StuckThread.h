/*  The main thread of a child process, held as a debugger holds it while its other threads run: an endless loop without
    the loop.

    Threads: the one that made it.
    Failure: a system that forbids it fails the running test.
*/
#pragma once

#include "Support/Catch.h"

#include <sys/ptrace.h>
#include <sys/types.h>

namespace kikitori::testing
{

class StuckThread
{
public:
    explicit StuckThread (pid_t process)
    {
        REQUIRE (::ptrace (PTRACE_SEIZE, process, nullptr, nullptr) == 0);
        REQUIRE (::ptrace (PTRACE_INTERRUPT, process, nullptr, nullptr) == 0);
    }

    StuckThread (const StuckThread&) = delete;
    StuckThread& operator= (const StuckThread&) = delete;
};

} // namespace kikitori::testing
