/*  A fixed number of threads that decode. A thread takes several of the waiting jobs at once and leaves to the others
    their share; each stream has at most one job in work, so its audio stays in order.

    Threads: submit() from any thread; tasks and done functions run on the pool's. The destructor finishes what is
    under way, drops what waits and joins.
    Failure: a task or done function must not throw.
*/
#pragma once

#include "Backend/Decoding/StreamJob.h"

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
    using Done = std::function<void (StreamJob)>;

    explicit ComputePool (int threads);
    ~ComputePool();

    ComputePool (const ComputePool&) = delete;
    ComputePool& operator= (const ComputePool&) = delete;

    /** Callers submit at most one job for each stream at a time: that bounds the queue by the number of streams. */
    void submit (StreamJob job, Done done);
    /** Work of another kind, done by itself. */
    void submit (std::function<void()> task);

private:
    /** More streams than this gain nothing by being together, and each waits for all. */
    static constexpr std::size_t mostTogether = 4;

    struct Waiting
    {
        StreamJob job;
        Done done;
        std::function<void()> task; ///< instead of the job
    };

    void add (Waiting waiting);
    void run();
    std::vector<Waiting> takeWaiting();

    std::mutex mutex;
    std::condition_variable wake;
    std::deque<Waiting> queue;
    bool shouldEnd = false;
    std::vector<std::thread> threads;
};

} // namespace kikitori::backend
