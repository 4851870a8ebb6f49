#include "Backend/Serving/DiskThread.h"

#include "Core/Guarded.h"

#include <utility>

namespace kikitori::backend
{

DiskThread::DiskThread() : thread (guardedThread ("disk", [this] { run(); })) {}

DiskThread::~DiskThread()
{
    {
        const std::lock_guard lock (mutex);
        shouldEnd = true;
    }

    wake.notify_all();
    thread.join();
}

bool DiskThread::submit (std::function<void()> task)
{
    {
        const std::lock_guard lock (mutex);

        if (requests >= mostRequests)
            return false;

        ++requests;
        tasks.emplace_back (
            [this, todo = std::move (task)]
            {
                {
                    const std::lock_guard begun (mutex);
                    --requests;
                }

                todo();
            });
    }

    wake.notify_one();
    return true;
}

void DiskThread::goOn (std::function<void()> task)
{
    {
        const std::lock_guard lock (mutex);
        tasks.push_back (std::move (task));
    }

    wake.notify_one();
}

bool DiskThread::isFull() const
{
    const std::lock_guard lock (mutex);
    return requests >= mostRequests;
}

void DiskThread::run()
{
    for (;;)
    {
        std::unique_lock lock (mutex);
        wake.wait (lock, [this] { return shouldEnd || ! tasks.empty(); });

        if (tasks.empty())
            return;

        const auto task = std::move (tasks.front());
        tasks.pop_front();
        lock.unlock();
        static_cast<void> (guarded ("disk", task));
    }
}

} // namespace kikitori::backend
