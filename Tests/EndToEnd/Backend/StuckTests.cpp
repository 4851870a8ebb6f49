// A backend whose I/O thread does not come round any more.
#include "RawClient.h"
#include "ServerProcess.h"
#include "StuckThread.h"

#include <csignal>

using namespace kikitori::testing;
using namespace std::chrono_literals;

TEST_CASE ("a backend whose sockets nobody looks at any more says so and ends by itself", "[backend][watchdog]")
{
    ServerProcess backend ({}, { { "KIKITORI_STUCK_SECONDS", "1" } });
    REQUIRE (RawClient::ask (backend.port(), get ("/healthz")).starts_with ("HTTP/1.1 200")); // its loop has begun
    const StuckThread stuck (backend.process().pid());
    CHECK (backend.process().waitForOutput ("have not been looked at", 30s));
    CHECK (backend.process().wait (30s) == 5);
}

TEST_CASE ("a backend that was stopped for longer than that goes on", "[backend][watchdog][load]")
{
    ServerProcess backend ({}, { { "KIKITORI_STUCK_SECONDS", "1" } });
    backend.process().signal (SIGSTOP);
    CHECK_FALSE (backend.process().wait (2500ms));
    backend.process().signal (SIGCONT);
    CHECK (RawClient::ask (backend.port(), get ("/healthz")).starts_with ("HTTP/1.1 200"));
    CHECK_FALSE (backend.process().wait (1500ms));
}
