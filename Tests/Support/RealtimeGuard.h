/*  Proves that code keeps the rules of the audio thread: no allocation, no lock, no system call.

    The program that links kikitori_realtime_guard has malloc, free and the pthread locks replaced by counting ones; a
    seccomp filter traps every system call of the guarded thread. Trapped calls are carried out all the same, so that
    the code under test behaves as always; only the making of threads and processes is refused (EAGAIN).

    Threads: each thread has its own counts. installFilter() holds for the calling thread until it ends.
    Failure: where the kernel or the processor does not allow the filter, isFilterAvailable() is false and system calls
    are not seen; tests say so.
*/
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace kikitori::test
{

struct RealtimeViolations
{
    std::uint64_t allocations = 0; ///< malloc, free, new, delete and their relatives
    std::uint64_t locks = 0;       ///< pthread mutexes, conditions, rwlocks, semaphores: lock, unlock, wait, signal
    std::uint64_t systemCalls = 0;
    std::int64_t firstSystemCall = -1; ///< its number

    std::uint64_t total() const noexcept { return allocations + locks + systemCalls; }
};

/** Counts on this thread between construction and end(). */
class RealtimeSection
{
public:
    RealtimeSection() noexcept;
    ~RealtimeSection();

    RealtimeSection (const RealtimeSection&) = delete;
    RealtimeSection& operator= (const RealtimeSection&) = delete;

    RealtimeViolations end() noexcept;

private:
    bool isRunning = true;
};

/** Traps the system calls of this thread from now on; they are counted within sections only. False: not possible. */
bool installFilter() noexcept;

bool isFilterAvailable();

struct GuardedRun
{
    bool hasFinished = false; ///< the child process ended by itself, in time
    RealtimeViolations violations;
    std::string trouble; ///< why it has not finished
};

/** Runs prepare() and then, guarded, body() on a thread of a child process, so that the filter and a crash stay
    there. Threads that body() needs are made in prepare(). Waits at most `seconds`. */
GuardedRun runGuarded (const std::function<void()>& prepare, const std::function<void()>& body, int seconds = 60);

} // namespace kikitori::test
