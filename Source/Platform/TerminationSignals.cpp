#include "Platform/TerminationSignals.h"

#include "Core/Guarded.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace kikitori::platform
{

namespace
{
constexpr std::array<int, 3> signals{ SIGTERM, SIGHUP, SIGINT };
constexpr char signalled = 's', leave = 'l';

std::atomic<int> writeEnd{ -1 };
static_assert (std::atomic<int>::is_always_lock_free);

std::array<struct sigaction, signals.size()> before;

void tell (char what)
{
    const auto saved = errno;
    // A full pipe holds enough to be woken by.
    static_cast<void> (::write (writeEnd.load(), &what, 1) == 1);
    errno = saved;
}

extern "C" void onTermination (int) { tell (signalled); }

void restoreActions()
{
    for (std::size_t i = 0; i < signals.size(); ++i)
        ::sigaction (signals[i], &before[i], nullptr);
}
} // namespace

TerminationSignals::TerminationSignals (std::function<void()> ended)
{
    std::array<int, 2> pipe{};

    if (::pipe2 (pipe.data(), O_CLOEXEC) != 0)
        return;

    readEnd = pipe[0];
    writeEnd = pipe[1];

    try
    {
        thread = guardedThread (
            "signals",
            [from = readEnd, tellEnded = std::move (ended)]
            {
                char what = 0;
                auto count = ::read (from, &what, 1);

                while (count < 0 && errno == EINTR)
                    count = ::read (from, &what, 1);

                if (count == 1 && what == signalled)
                {
                    restoreActions();
                    tellEnded();
                }
            });
    }
    catch (const std::system_error&)
    {
        return;
    }

    struct sigaction action
    {
    };
    action.sa_handler = &onTermination;
    action.sa_flags = SA_RESTART;
    ::sigemptyset (&action.sa_mask);

    for (std::size_t i = 0; i < signals.size(); ++i)
        ::sigaction (signals[i], &action, &before[i]);
}

TerminationSignals::~TerminationSignals()
{
    if (thread.joinable())
    {
        restoreActions();
        tell (leave);
        thread.join();
    }

    ::close (readEnd);
    ::close (writeEnd.exchange (-1));
}

} // namespace kikitori::platform
