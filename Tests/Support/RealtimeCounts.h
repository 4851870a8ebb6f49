/*  The counts of the calling thread, for RealtimeGuard and the functions that it replaces.

    Threads: thread-local; reading them never allocates (initial-exec storage).
    Failure: none.
*/
#pragma once

#include "Support/RealtimeGuard.h"

namespace kikitori::test
{

struct RealtimeCounts
{
    bool isCounting = false;
    RealtimeViolations violations;
};

extern thread_local RealtimeCounts realtimeCounts __attribute__ ((tls_model ("initial-exec")));

inline void countAllocation() noexcept
{
    if (realtimeCounts.isCounting)
        ++realtimeCounts.violations.allocations;
}

inline void countLock() noexcept
{
    if (realtimeCounts.isCounting)
        ++realtimeCounts.violations.locks;
}

} // namespace kikitori::test
