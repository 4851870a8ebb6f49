/*  A thread whose work the system may hold up for as long as it likes, as a name lookup is. Nobody waits for it: where its
    owner goes first, the process keeps it, and joins it at a later start, when it is done.

    The code of a thread that is left stays loaded, whatever the host unloads: this module is pinned first.

    Threads: start() and the destructor from any thread but the audio thread.
    Failure: null when `most` run in the process already, left ones included. An exception of the work goes to the log.
*/
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>

namespace kikitori::platform
{

class UnattendedThread
{
public:
    static constexpr std::size_t most = 16;

    /** work owns all that it uses: what started it may be gone. component: as in the log. */
    static std::unique_ptr<UnattendedThread> start (const char* component, std::function<void()> work);
    ~UnattendedThread();

    bool isDone() const noexcept { return *done; }

private:
    UnattendedThread (const char* component, std::function<void()> work);

    const std::shared_ptr<std::atomic<bool>> done = std::make_shared<std::atomic<bool>> (false);
    std::thread thread;
};

} // namespace kikitori::platform
