/*  The one atomic that holds a stream's lifecycle: its state and the generation of the start that it belongs to.

    Threads: any, also the audio thread (lock-free). Changed only by compare-exchange through the table nextState().
    Failure: an event that means nothing now, or that belongs to another generation, changes nothing.
*/
#pragma once

#include "Core/Lifecycle.h"

#include <atomic>
#include <cstdint>
#include <optional>

namespace kikitori
{

class LifecycleCell
{
public:
    struct Value
    {
        LifecycleState state = LifecycleState::idle;
        std::uint64_t generation = 0; ///< of the last start; 0 = never started

        bool operator== (const Value&) const = default;
    };

    Value load() const noexcept { return unpack (packed.load (std::memory_order_acquire)); }
    LifecycleState state() const noexcept { return load().state; }

    /** Applies the event if the table allows it; startRequested begins a new generation. Gives the new value. */
    std::optional<Value> apply (LifecycleEvent event) noexcept;

    /** The same for a reply or a timer of one generation: another generation's is ignored. */
    std::optional<Value> apply (LifecycleEvent event, std::uint64_t generation) noexcept;

private:
    static constexpr std::uint64_t pack (Value value) noexcept
    {
        return (value.generation << 2) | static_cast<std::uint64_t> (value.state);
    }
    static constexpr Value unpack (std::uint64_t bits) noexcept
    {
        return { static_cast<LifecycleState> (bits & 3), bits >> 2 };
    }

    std::optional<Value> applyIf (LifecycleEvent event, const std::uint64_t* onlyGeneration) noexcept;

    std::atomic<std::uint64_t> packed{ 0 };
    static_assert (std::atomic<std::uint64_t>::is_always_lock_free);
};

} // namespace kikitori
