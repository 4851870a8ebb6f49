/*  Ends a process whose I/O thread does not come round any more: its clients then replay to a fresh one.

    Threads: beat() from the watched thread; the constructor's thread watches and is joined by the destructor. The end is
    called on it, once.
    Failure: none. Time in which the process did not run (asleep, stopped, swapped out) does not count: no look counts for
    more than `mostPerLook`, however late it comes.
*/
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace kikitori::backend
{

class Watchdog
{
public:
    using Duration = std::chrono::steady_clock::duration;
    static constexpr std::chrono::milliseconds interval{ 200 }, mostPerLook{ 400 };

    /** What is counted, without threads and clocks. */
    class Count
    {
    public:
        explicit Count (Duration limitToKeep) : limit (limitToKeep) {}

        /** So much time has passed since the look before. True: the limit is exceeded. */
        bool look (std::uint64_t beats, Duration passed);

    private:
        const Duration limit;
        std::uint64_t last = 0;
        Duration silent{ 0 };
    };

    /** onStuck: must end the process, or it goes on unwatched. */
    Watchdog (Duration limit, std::function<void()> onStuck);
    ~Watchdog();

    Watchdog (const Watchdog&) = delete;
    Watchdog& operator= (const Watchdog&) = delete;

    void beat() noexcept { ++beats; }

private:
    void run();

    Count count;
    const std::function<void()> onStuck;
    std::atomic<std::uint64_t> beats{ 0 };
    std::mutex mutex;
    std::condition_variable wake;
    bool shouldEnd = false;
    std::thread thread;
};

} // namespace kikitori::backend
