#include "Audio/StreamClock.h"
#include "Support/Catch.h"

using namespace kikitori;

TEST_CASE ("what begins later than its container has silence before it, to the sample", "[clock]")
{
    StreamClock clock (0.0, 3600.0);
    CHECK (clock.silenceBefore (0.021, 1.0) == Approx (0.021));
    CHECK (clock.silenceBefore (1.021, 1.0) == 0.0);

    StreamClock broadcast (35000.5, 3600.0);
    CHECK (broadcast.silenceBefore (35002.0, 1.0) == Approx (1.5));

    StreamClock unknown (std::nullopt, 3600.0); // zero is where the first frame is
    CHECK (unknown.silenceBefore (0.025, 1.0) == 0.0);
    CHECK (unknown.silenceBefore (3.025, 1.0) == Approx (2.0));
}

TEST_CASE ("rounded time stamps make no silence, and what they lack in the end does", "[clock]")
{
    StreamClock clock (0.0, 3600.0);
    auto silence = 0.0;
    for (int i = 0; i < 1000; ++i) // each of 20 ms is told to be 21 ms long: the clock of the other end runs faster
        silence += clock.silenceBefore (0.021 * i + (i % 2 == 0 ? 0.0 : 0.0004), 0.02);
    CHECK (silence == Approx (1.0).margin (0.11));

    StreamClock slow (0.0, 3600.0);
    for (int i = 0; i < 30; ++i)
        CHECK (slow.silenceBefore (0.019 * i, 0.02) == 0.0);
    CHECK (slow.silenceBefore (5.0, 0.02) == Approx (5.0 - 30 * 0.02)); // at a hole the times are the container's again
}

TEST_CASE ("a clock that goes back or far ahead goes on from where it was", "[clock]")
{
    StreamClock clock (0.0, 3600.0);
    CHECK (clock.silenceBefore (0.0, 10.0) == 0.0);
    CHECK (clock.silenceBefore (0.0, 10.0) == 0.0); // a second recording behind the first
    CHECK (clock.silenceBefore (12.0, 1.0) == Approx (2.0));
    CHECK (clock.silenceBefore (90000.0, 1.0) == 0.0);
    CHECK (clock.silenceBefore (90001.0, 1.0) == 0.0);
    CHECK (clock.silenceBefore (std::nullopt, 1.0) == 0.0);
    CHECK (clock.silenceBefore (90004.0, 1.0) == Approx (1.0));
}
