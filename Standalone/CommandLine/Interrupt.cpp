#include "Standalone/CommandLine/Interrupt.h"

#include <atomic>
#include <csignal>

namespace kikitori::commandline
{

namespace
{

std::atomic<int> signalCount{ 0 };
static_assert (std::atomic<int>::is_always_lock_free, "a signal handler may touch lock-free atomics only");

void onSignal (int signal)
{
    // Who reads our output may have been told to end as well; what is written to a file is written all the same.
    std::signal (SIGPIPE, SIG_IGN);
    if (signalCount.fetch_add (1) >= 2)
    {
        std::signal (signal, SIG_DFL);
        std::raise (signal);
    }
}

} // namespace

Interrupt::Interrupt()
{
    signalCount = 0;
    std::signal (SIGINT, onSignal);
    std::signal (SIGTERM, onSignal);
    if (std::signal (SIGHUP, onSignal) == SIG_IGN) // nohup
        std::signal (SIGHUP, SIG_IGN);
}

Interrupt::~Interrupt()
{
    std::signal (SIGINT, SIG_DFL);
    std::signal (SIGTERM, SIG_DFL);
    if (std::signal (SIGHUP, SIG_DFL) == SIG_IGN)
        std::signal (SIGHUP, SIG_IGN);
}

bool Interrupt::requested() noexcept { return signalCount.load() >= 1; }

bool Interrupt::insisted() noexcept { return signalCount.load() >= 2; }

} // namespace kikitori::commandline
