#include "Realtime/SpscRing.h"
#include "Support/Catch.h"
#include "Support/RealtimeGuard.h"

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <linux/futex.h>
#include <memory>
#include <mutex>
#include <semaphore.h>
#include <shared_mutex>
#include <sys/syscall.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace kikitori;
using namespace kikitori::test;

namespace
{

GuardedRun runAlone (const std::function<void()>& body)
{
    const auto run = runGuarded ([] {}, body);
    INFO (run.trouble);
    REQUIRE (run.hasFinished);
    return run;
}

/** Keeps the optimiser from dropping an allocation. */
void* volatile escaped = nullptr;

} // namespace

TEST_CASE ("the guard sees nothing where nothing is done", "[guard]")
{
    SpscRing<float> ring (4096);
    float sum = 0.0f;
    const auto run = runAlone (
        [&]
        {
            std::array<float, 64> block{};

            for (int i = 0; i < 1000; ++i)
            {
                ring.push (block);
                sum += ring.peek (64).first[0];
                ring.discard (64);
            }
        });
    CHECK (run.violations.total() == 0);
}

TEST_CASE ("a planted allocation is caught", "[guard]")
{
    CHECK (runAlone ([] { escaped = new int (1); }).violations.allocations == 1);
    CHECK (runAlone ([] { escaped = std::malloc (1); }).violations.allocations == 1);
    CHECK (runAlone ([] { escaped = ::operator new (64, std::align_val_t (64)); }).violations.allocations == 1);
    CHECK (runAlone ([] { escaped = std::vector<int> (100).data(); }).violations.allocations == 2); // and its end
    const auto twice = runAlone (
        []
        {
            escaped = std::calloc (1, 1000000);
            std::free (escaped);
        });
    CHECK (twice.violations.allocations == 2);
}

TEST_CASE ("a planted lock is caught", "[guard]")
{
    std::mutex mutex;
    std::shared_mutex shared;
    std::condition_variable condition;
    sem_t semaphore;
    REQUIRE (sem_init (&semaphore, 0, 0) == 0);

    CHECK (runAlone ([&] { const std::lock_guard lock (mutex); }).violations.locks == 2);
    CHECK (runAlone ([&] { const std::unique_lock lock (mutex, std::try_to_lock); }).violations.locks == 2);
    CHECK (runAlone ([&] { const std::shared_lock lock (shared); }).violations.locks == 2);
    CHECK (runAlone ([&] { const std::unique_lock lock (shared); }).violations.locks == 2);
    CHECK (runAlone ([&] { condition.notify_one(); }).violations.locks == 1);
    CHECK (runAlone ([&] { condition.notify_all(); }).violations.locks == 1);
    CHECK (runAlone ([&] { sem_post (&semaphore); }).violations.locks == 1);
    sem_destroy (&semaphore);
}

TEST_CASE ("a planted system call is caught and still works", "[guard]")
{
    if (! isFilterAvailable())
    {
        WARN ("this kernel allows no seccomp filter: system calls are not checked");
        return;
    }

    int ends[2];
    REQUIRE (pipe (ends) == 0);

    const auto writing = runAlone ([&] { static_cast<void> (! write (ends[1], "x", 1)); });
    CHECK (writing.violations.systemCalls == 1);
    CHECK (writing.violations.firstSystemCall == SYS_write);
    char received = 0;
    CHECK (read (ends[0], &received, 1) == 1);
    CHECK (received == 'x');
    close (ends[0]);
    close (ends[1]);

    std::atomic<int> waitedOn{ 0 };
    const auto waking = runAlone ([&] { syscall (SYS_futex, &waitedOn, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0); });
    CHECK (waking.violations.systemCalls == 1);
    CHECK (waking.violations.firstSystemCall == SYS_futex);

    const auto sleeping = runAlone ([] { std::this_thread::sleep_for (std::chrono::microseconds (1)); });
    CHECK (sleeping.violations.systemCalls == 1);

    CHECK (runAlone ([] { std::this_thread::yield(); }).violations.firstSystemCall == SYS_sched_yield);
}

TEST_CASE ("a thread that is made on the guarded one is caught and refused", "[guard]")
{
    if (! isFilterAvailable())
        return;

    const auto run = runAlone (
        []
        {
            try
            {
                std::thread ([] {}).join();
            }
            catch (const std::system_error&)
            {
                static_cast<void> (getppid()); // one more call, to tell
            }
        });
    CHECK (run.violations.systemCalls >= 2);
}

TEST_CASE ("what is done before the section does not count", "[guard]")
{
    const auto run = runGuarded (
        []
        {
            const std::vector<int> memory (1000);
            std::mutex mutex;
            const std::lock_guard lock (mutex);
            escaped = const_cast<int*> (memory.data());
            static_cast<void> (getppid());
        },
        [] {});
    REQUIRE (run.hasFinished);
    CHECK (run.violations.total() == 0);
}

TEST_CASE ("a guarded crash is told and stays in its process", "[guard]")
{
    const auto run = runGuarded ([] {}, [] { std::raise (SIGKILL); });
    CHECK_FALSE (run.hasFinished);
    CHECK (run.trouble.find ("signal 9") != std::string::npos);
}
