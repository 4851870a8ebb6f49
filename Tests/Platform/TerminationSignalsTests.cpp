#include "Platform/TerminationSignals.h"

#include "Support/Catch.h"

#include <atomic>
#include <csignal>
#include <future>

#include <sys/wait.h>
#include <unistd.h>

using namespace kikitori::platform;

TEST_CASE ("Each signal that ends programs becomes one call, and afterwards does what it did before")
{
    for (const auto number : { SIGTERM, SIGHUP, SIGINT })
    {
        struct sigaction before
        {
        };
        REQUIRE (::sigaction (number, nullptr, &before) == 0); // Catch has handlers of its own
        std::promise<void> ended;
        {
            const TerminationSignals signals ([&ended] { ended.set_value(); });
            REQUIRE (::raise (number) == 0);
            CHECK (ended.get_future().wait_for (std::chrono::seconds (10)) == std::future_status::ready);
        }
        struct sigaction now
        {
        };
        REQUIRE (::sigaction (number, nullptr, &now) == 0);
        CHECK (now.sa_handler == before.sa_handler);
    }
}

TEST_CASE ("Without a signal nothing is called, and a second signal ends a program that hangs")
{
    std::atomic<bool> isCalled{ false };
    {
        const TerminationSignals signals ([&isCalled] { isCalled = true; });
    }
    CHECK_FALSE (isCalled);

    const auto child = ::fork();

    if (child == 0)
    {
        std::signal (SIGTERM, SIG_DFL); // not Catch's
        std::promise<void> ended;
        const TerminationSignals signals ([&ended] { ended.set_value(); });
        ::raise (SIGTERM);
        ended.get_future().wait();
        ::raise (SIGTERM);
        ::_exit (0);
    }

    int status = 0;
    REQUIRE (::waitpid (child, &status, 0) == child);
    CHECK ((WIFSIGNALED (status) && WTERMSIG (status) == SIGTERM));
}
