/*  A fixed number of threads that decode; each stream has at most one job in work, so its audio stays in order.

    Threads: submit() from any thread; jobs run on the pool's. The destructor finishes the jobs under way, drops the
    waiting ones and joins.
    Failure: a job must not throw.
*/
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace kikitori::backend
{

class ComputePool
{
public:
    explicit ComputePool (int threads);
    ~ComputePool();

    ComputePool (const ComputePool&) = delete;
    ComputePool& operator= (const ComputePool&) = delete;

    /** Callers submit at most one job for each stream at a time: that bounds the queue by the number of streams. */
    void submit (std::function<void()> job);

private:
    void run();

    std::mutex mutex;
    std::condition_variable wake;
    std::deque<std::function<void()>> jobs;
    bool shouldEnd = false;
    std::vector<std::thread> threads;
};

} // namespace kikitori::backend
