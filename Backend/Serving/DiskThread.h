/*  What reads, writes and deletes files for the server: lists, deletions, archives, uploads. One thing after the other, so
    that a request sees what the one before it has done, and never on the I/O thread, beside live streams.

    Threads: every public function from any thread; tasks run on the thread of this object. The destructor carries out
    what waits and joins.
    Failure: submit() says when too much waits; a task that throws is logged.
*/
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace kikitori::backend
{

class DiskThread
{
public:
    static constexpr std::size_t mostRequests = 64; ///< that wait

    DiskThread();
    ~DiskThread();

    DiskThread (const DiskThread&) = delete;
    DiskThread& operator= (const DiskThread&) = delete;

    /** A request of its own. False: too many wait already. */
    bool submit (std::function<void()> task);

    /** The next step of a request that was taken, such as a piece of its file. Callers have one of them waiting for each
        connection at most: the number of connections is the bound. */
    void goOn (std::function<void()> task);

    bool isFull() const;

private:
    void run();

    mutable std::mutex mutex;
    std::condition_variable wake;
    std::deque<std::function<void()>> tasks;
    std::size_t requests = 0; ///< among them, of submit()
    bool shouldEnd = false;
    std::thread thread;
};

} // namespace kikitori::backend
