/*  A wait-free ring for one producer thread and one consumer thread.

    Threads: the functions under "producer" belong to one thread, those under "consumer" to one other; the rest may
    be called from any thread.
    Failure: a full ring takes less than was offered and an empty one gives less than was asked for; both say how
    much. Nothing is ever overwritten. The constructor may throw std::bad_alloc.
*/
#pragma once

#include "Realtime/Annotations.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>

namespace kikitori
{

/** Two cores must not fight over one line: 64 bytes on x86 and most ARM, 128 on Apple's. */
inline constexpr std::size_t cacheLineBytes = 128;

template <typename Element>
class SpscRing
{
    static_assert (std::is_trivially_copyable_v<Element>, "elements are copied as bytes, without constructors");
    static_assert (std::is_trivially_destructible_v<Element>, "elements are forgotten, not destroyed");
    static_assert (std::atomic<std::uint64_t>::is_always_lock_free, "the counters must need no lock");

public:
    /** Part of the ring in at most two pieces, because it may wrap around the end. */
    template <typename T>
    struct Pieces
    {
        std::span<T> first;
        std::span<T> second;

        std::size_t size() const noexcept { return first.size() + second.size(); }
    };

    /** Room for at least minimumCapacity elements, rounded up to a power of two. */
    explicit SpscRing (std::size_t minimumCapacity)
        : elementCount (std::bit_ceil (std::max<std::size_t> (minimumCapacity, 2))),
          elements (new Element[elementCount])
    {
    }

    std::size_t capacity() const noexcept { return elementCount; }

    /** Elements written since the construction; never wraps in practice (64 bit). */
    std::uint64_t writePosition() const noexcept { return written.load (std::memory_order_acquire); }
    std::uint64_t readPosition() const noexcept { return taken.load (std::memory_order_acquire); }

    /** Writes every page once, so that no page fault happens later. Before the first use, any thread. */
    void touchPages() noexcept { std::fill_n (elements.get(), elementCount, Element{}); }

    // producer ------------------------------------------------------------------------------------------------

    std::size_t freeSpace() noexcept KIKITORI_REALTIME
    {
        takenSeen = taken.load (std::memory_order_acquire);
        return elementCount - static_cast<std::size_t> (written.load (std::memory_order_relaxed) - takenSeen);
    }

    /** Copies as many of the offered elements as fit and returns how many. */
    std::size_t push (std::span<const Element> offered) noexcept KIKITORI_REALTIME
    {
        const auto position = written.load (std::memory_order_relaxed);
        auto room = elementCount - static_cast<std::size_t> (position - takenSeen);

        if (room < offered.size())
            room = freeSpace();

        const auto count = std::min (room, offered.size());
        const auto start = static_cast<std::size_t> (position) & (elementCount - 1);
        const auto untilEnd = std::min (count, elementCount - start);
        std::copy_n (offered.data(), untilEnd, elements.get() + start);

        if (untilEnd < count)
            std::copy_n (offered.data() + untilEnd, count - untilEnd, elements.get());

        written.store (position + count, std::memory_order_release);
        return count;
    }

    bool push (const Element& element) noexcept KIKITORI_REALTIME
    {
        const auto position = written.load (std::memory_order_relaxed);

        if (position - takenSeen == elementCount && freeSpace() == 0)
            return false;

        elements[static_cast<std::size_t> (position) & (elementCount - 1)] = element;
        written.store (position + 1, std::memory_order_release);
        return true;
    }

    // consumer ------------------------------------------------------------------------------------------------

    std::size_t available() noexcept
    {
        writtenSeen = writePosition();
        return static_cast<std::size_t> (writtenSeen - taken.load (std::memory_order_relaxed));
    }

    /** Up to count of the oldest elements; they stay until discard(). */
    Pieces<const Element> peek (std::size_t count) noexcept
    {
        const auto position = taken.load (std::memory_order_relaxed);
        auto there = static_cast<std::size_t> (writtenSeen - position);

        if (there < count)
            there = available();

        const auto found = pieces (position, std::min (count, there));
        return { found.first, found.second };
    }

    /** Gives back the oldest elements; count is at most available(). */
    void discard (std::size_t count) noexcept
    {
        taken.store (taken.load (std::memory_order_relaxed) + count, std::memory_order_release);
    }

private:
    Pieces<Element> pieces (std::uint64_t position, std::size_t count) const noexcept
    {
        const auto start = static_cast<std::size_t> (position) & (elementCount - 1);
        const auto untilEnd = std::min (count, elementCount - start);
        return { { elements.get() + start, untilEnd }, { elements.get(), count - untilEnd } };
    }

    const std::size_t elementCount;
    const std::unique_ptr<Element[]> elements;

    // What one side writes at every turn lies apart from what the other one needs only now and then.
    alignas (cacheLineBytes) std::atomic<std::uint64_t> written{ 0 };
    alignas (cacheLineBytes) std::uint64_t takenSeen = 0; ///< the producer's last look at `taken`
    alignas (cacheLineBytes) std::atomic<std::uint64_t> taken{ 0 };
    alignas (cacheLineBytes) std::uint64_t writtenSeen = 0; ///< the consumer's last look at `written`
};

} // namespace kikitori
