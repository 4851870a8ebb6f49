#include "Core/Lifecycle.h"
#include "Support/Catch.h"

#include <array>

using namespace kikitori;
using S = LifecycleState;
using E = LifecycleEvent;

TEST_CASE ("the poll gate follows the five rows of the design", "[lifecycle]")
{
    for (const auto state : { S::idle, S::starting, S::active, S::stopping })
        CHECK_FALSE (mayPollTraining (false, state));

    CHECK (mayPollTraining (true, S::idle));
    CHECK_FALSE (mayPollTraining (true, S::starting));
    CHECK_FALSE (mayPollTraining (true, S::active));
    CHECK (mayPollTraining (true, S::stopping));
}

TEST_CASE ("the status request is held off whenever a stream lives", "[lifecycle]")
{
    CHECK (mayPollStatus (S::idle));
    CHECK_FALSE (mayPollStatus (S::starting));
    CHECK_FALSE (mayPollStatus (S::active));
}

TEST_CASE ("every state and event has exactly the documented successor", "[lifecycle]")
{
    struct Row
    {
        S state;
        E event;
        std::optional<S> next;
    };

    constexpr auto none = std::optional<S>();
    const std::array<Row, 24> table { {
        { S::idle, E::startRequested, S::starting },
        { S::idle, E::backendReady, none },
        { S::idle, E::connectionLost, none },
        { S::idle, E::stopRequested, none },
        { S::idle, E::stopCompleted, none },
        { S::idle, E::failed, none },
        { S::starting, E::startRequested, none },
        { S::starting, E::backendReady, S::active },
        { S::starting, E::connectionLost, S::starting },
        { S::starting, E::stopRequested, S::stopping },
        { S::starting, E::stopCompleted, none },
        { S::starting, E::failed, S::idle },
        { S::active, E::startRequested, none },
        { S::active, E::backendReady, none },
        { S::active, E::connectionLost, S::starting },
        { S::active, E::stopRequested, S::stopping },
        { S::active, E::stopCompleted, none },
        { S::active, E::failed, S::idle },
        { S::stopping, E::startRequested, none },
        { S::stopping, E::backendReady, none },
        { S::stopping, E::connectionLost, none },
        { S::stopping, E::stopRequested, none },
        { S::stopping, E::stopCompleted, S::idle },
        { S::stopping, E::failed, S::idle },
    } };

    for (const auto& row : table)
    {
        INFO (toString (row.state) << " + event " << static_cast<int> (row.event));
        CHECK (nextState (row.state, row.event) == row.next);
    }
}
