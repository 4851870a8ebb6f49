#include "Session/LifecycleCell.h"

namespace kikitori
{

std::optional<LifecycleCell::Value> LifecycleCell::applyIf (LifecycleEvent event,
                                                            const std::uint64_t* onlyGeneration) noexcept
{
    auto seen = packed.load (std::memory_order_acquire);

    for (;;)
    {
        auto value = unpack (seen);

        if (onlyGeneration != nullptr && value.generation != *onlyGeneration)
            return std::nullopt;

        const auto next = nextState (value.state, event);

        if (! next)
            return std::nullopt;

        value.state = *next;

        if (event == LifecycleEvent::startRequested)
            ++value.generation;

        if (packed.compare_exchange_weak (seen, pack (value), std::memory_order_acq_rel, std::memory_order_acquire))
            return value;
    }
}

std::optional<LifecycleCell::Value> LifecycleCell::apply (LifecycleEvent event) noexcept
{
    return applyIf (event, nullptr);
}

std::optional<LifecycleCell::Value> LifecycleCell::apply (LifecycleEvent event, std::uint64_t generation) noexcept
{
    return applyIf (event, &generation);
}

} // namespace kikitori
