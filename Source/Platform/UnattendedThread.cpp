#include "Platform/UnattendedThread.h"

#include "Core/Guarded.h"

#include <list>
#include <mutex>

#include <dlfcn.h>

namespace kikitori::platform
{

namespace
{
/** The process's: what runs, and what was left. */
struct Threads
{
    struct Left
    {
        std::thread thread;
        std::shared_ptr<std::atomic<bool>> done;
    };

    void collect()
    {
        left.remove_if (
            [] (Left& one)
            {
                if (! *one.done)
                    return false;

                one.thread.join();
                return true;
            });
    }

    std::mutex mutex;
    std::size_t running = 0; ///< of owners that are there
    std::list<Left> left;
};

/** Never destroyed: a thread that is left may outlive everything else. */
Threads& threads()
{
    static auto* const all = new Threads;
    return *all;
}

/** A host that unloads a plugin must not take the code away that a thread comes back to. */
void pinThisModule()
{
    Dl_info here{};

    if (::dladdr (reinterpret_cast<const void*> (&pinThisModule), &here) != 0)
        static_cast<void> (::dlopen (here.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE));
}
} // namespace

UnattendedThread::UnattendedThread (const char* component, std::function<void()> work)
    : thread (guardedThread (component,
                             [todo = std::move (work), component, flag = done]() mutable
                             {
                                 static_cast<void> (guarded (component, todo));
                                 todo = nullptr; // what it owns goes before anybody may think that it is done
                                 *flag = true;
                             }))
{
}

std::unique_ptr<UnattendedThread> UnattendedThread::start (const char* component, std::function<void()> work)
{
    auto& all = threads();
    const std::lock_guard lock (all.mutex);
    all.collect();

    if (all.running + all.left.size() >= most)
        return nullptr;

    std::unique_ptr<UnattendedThread> started (new UnattendedThread (component, std::move (work)));
    ++all.running;
    return started;
}

UnattendedThread::~UnattendedThread()
{
    auto& all = threads();
    const std::lock_guard lock (all.mutex);
    --all.running;

    if (*done)
    {
        thread.join();
        return;
    }

    pinThisModule();
    all.left.push_back ({ std::move (thread), done });
}

} // namespace kikitori::platform
