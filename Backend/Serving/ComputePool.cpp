#include "Backend/Serving/ComputePool.h"

#include <algorithm>

namespace kikitori::backend
{

ComputePool::ComputePool (int count)
{
    if (count <= 0)
        count = std::max (1, static_cast<int> (std::thread::hardware_concurrency()) - 1);

    for (int i = 0; i < count; ++i)
        threads.emplace_back ([this] { run(); });
}

ComputePool::~ComputePool()
{
    {
        const std::lock_guard lock (mutex);
        shouldEnd = true;
        jobs.clear();
    }

    wake.notify_all();

    for (auto& thread : threads)
        thread.join();
}

void ComputePool::submit (std::function<void()> job)
{
    {
        const std::lock_guard lock (mutex);
        jobs.push_back (std::move (job));
    }

    wake.notify_one();
}

void ComputePool::run()
{
    for (;;)
    {
        std::unique_lock lock (mutex);
        wake.wait_for (lock, std::chrono::seconds (1), [this] { return shouldEnd || ! jobs.empty(); });

        if (shouldEnd)
            return;
        if (jobs.empty())
            continue;

        const auto job = std::move (jobs.front());
        jobs.pop_front();
        lock.unlock();
        job();
    }
}

} // namespace kikitori::backend
