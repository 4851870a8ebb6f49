#include "Backend/Serving/Watchdog.h"
#include "Support/Catch.h"

#include <future>

using namespace kikitori::backend;
using namespace std::chrono_literals;

TEST_CASE ("a thread that does not come round for the limit is stuck; one that does, however slowly, is not", "[serving]")
{
    Watchdog::Count stuck (10s);
    auto looks = 0;

    while (! stuck.look (7, 200ms))
        ++looks;
    CHECK (looks == 51); // the first look sees the seventh beat

    Watchdog::Count slow (10s);
    std::uint64_t beats = 0;
    for (int i = 0; i < 1000; ++i)
        CHECK_FALSE (slow.look (i % 49 == 0 ? ++beats : beats, 200ms));
}

TEST_CASE ("time in which the process did not run does not count", "[serving]")
{
    Watchdog::Count asleep (10s);
    for (int i = 0; i < 20; ++i)
        CHECK_FALSE (asleep.look (0, 8h));
}

TEST_CASE ("the watchdog barks once, and its end is not kept up by it", "[serving]")
{
    std::promise<void> barked;
    Watchdog dog (0s, [&barked] { barked.set_value(); });
    dog.beat();
    barked.get_future().wait();
    const Watchdog quiet (1h, [] { FAIL ("nothing was stuck"); });
}
