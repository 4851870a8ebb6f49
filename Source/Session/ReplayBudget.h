/*  How much memory and disk the replay buffers of all streams in this process hold together.

    Threads: any; atomic counters.
    Failure: reserve() says no at the limit; the caller spills or drops.
*/
#pragma once

#include <atomic>
#include <cstddef>

namespace kikitori
{

class ReplayBudget
{
public:
    /** Counts bytes in, unless that would pass the limit. Streams may have different limits; each keeps its own. */
    [[nodiscard]] bool reserve (std::size_t bytes, std::size_t limit) noexcept
    {
        auto before = used.load (std::memory_order_relaxed);

        while (before + bytes <= limit)
            if (used.compare_exchange_weak (before, before + bytes, std::memory_order_relaxed))
                return true;

        return false;
    }

    /** Counts bytes in whatever the limit: for the little that a stream needs to go on at all. */
    void force (std::size_t bytes) noexcept { used.fetch_add (bytes, std::memory_order_relaxed); }

    void release (std::size_t bytes) noexcept { used.fetch_sub (bytes, std::memory_order_relaxed); }

    std::size_t inUse() const noexcept { return used.load (std::memory_order_relaxed); }

    /** The process's own. */
    static ReplayBudget& memory() noexcept
    {
        static ReplayBudget budget;
        return budget;
    }

    static ReplayBudget& disk() noexcept
    {
        static ReplayBudget budget;
        return budget;
    }

private:
    std::atomic<std::size_t> used{ 0 };
};

} // namespace kikitori
