#include "Backend/Serving/Watchdog.h"

#include "Core/Guarded.h"

#include <algorithm>
#include <utility>

namespace kikitori::backend
{

bool Watchdog::Count::look (std::uint64_t beatsNow, Duration passed)
{
    silent = std::exchange (last, beatsNow) == beatsNow ? silent + std::min<Duration> (passed, mostPerLook) : Duration{ 0 };
    return silent > limit;
}

Watchdog::Watchdog (Duration limit, std::function<void()> endProcess)
    : count (limit), onStuck (std::move (endProcess)), thread (guardedThread ("watchdog", [this] { run(); }))
{
}

Watchdog::~Watchdog()
{
    {
        const std::lock_guard lock (mutex);
        shouldEnd = true;
    }

    wake.notify_all();
    thread.join();
}

void Watchdog::run()
{
    auto before = std::chrono::steady_clock::now();
    std::unique_lock lock (mutex);

    while (! wake.wait_for (lock, interval, [this] { return shouldEnd; }))
    {
        const auto now = std::chrono::steady_clock::now();

        if (count.look (beats, now - std::exchange (before, now)))
            return onStuck();
    }
}

} // namespace kikitori::backend
