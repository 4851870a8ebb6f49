#include "Backend/Serving/ComputePool.h"

#include "Core/Guarded.h"

#include <algorithm>

namespace kikitori::backend
{

ComputePool::ComputePool (int count)
{
    if (count <= 0)
        count = std::max (1, static_cast<int> (std::thread::hardware_concurrency()) - 1);

    for (int i = 0; i < count; ++i)
        threads.push_back (guardedThread ("compute", [this] { run(); }));
}

ComputePool::~ComputePool()
{
    {
        const std::lock_guard lock (mutex);
        shouldEnd = true;
        queue.clear();
    }

    wake.notify_all();

    for (auto& thread : threads)
        thread.join();
}

void ComputePool::submit (StreamJob job, Done done) { add ({ std::move (job), std::move (done), {} }); }

void ComputePool::submit (std::function<void()> task) { add ({ {}, {}, std::move (task) }); }

void ComputePool::add (Waiting waiting)
{
    {
        const std::lock_guard lock (mutex);
        queue.push_back (std::move (waiting));
    }

    wake.notify_one();
}

std::vector<ComputePool::Waiting> ComputePool::takeWaiting()
{
    const auto share = std::min ((queue.size() + threads.size() - 1) / threads.size(), mostTogether);
    std::vector<Waiting> taken;

    do
    {
        taken.push_back (std::move (queue.front()));
        queue.pop_front();
    } while (! taken.back().task && taken.size() < share && ! queue.empty() && ! queue.front().task);

    return taken;
}

void ComputePool::run()
{
    for (;;)
    {
        std::unique_lock lock (mutex);
        wake.wait_for (lock, std::chrono::seconds (1), [this] { return shouldEnd || ! queue.empty(); });

        if (shouldEnd)
            return;
        if (queue.empty())
            continue;

        auto taken = takeWaiting();
        lock.unlock();

        if (taken.front().task)
        {
            static_cast<void> (guarded ("compute", taken.front().task));
            continue;
        }

        std::vector<StreamJob> jobs;

        for (auto& waiting : taken)
            jobs.push_back (std::move (waiting.job));

        static_cast<void> (guarded ("compute", [&jobs] { advance (jobs); }));

        for (std::size_t i = 0; i < jobs.size(); ++i)
            static_cast<void> (guarded ("compute", [&] { taken[i].done (std::move (jobs[i])); }));
    }
}

} // namespace kikitori::backend
