/*  The four states of a stream, and the one rule that holds training polls off while it lives.

    Threads: pure functions; LifecycleCell in Source/Session holds the atomic that uses them.
    Failure: a transition that the table does not allow returns nullopt and changes nothing.
*/
#pragma once

#include <cstdint>
#include <optional>

namespace kikitori
{

enum class LifecycleState : std::uint8_t
{
    idle,
    starting, ///< connecting, sending start, loading the model; also reconnecting
    active,   ///< ready: audio flows
    stopping  ///< the last words are awaited
};

enum class LifecycleEvent : std::uint8_t
{
    startRequested, ///< the user or the host asked for a stream
    backendReady,   ///< the backend answered ready
    connectionLost, ///< the connection ended while the stream lived
    stopRequested,  ///< the user or the host asked for the end
    stopCompleted,  ///< everything that was due has arrived, or the wait is over
    failed          ///< the stream cannot go on; a reason goes with it
};

/** The whole lifecycle as a table (Docs/Architecture.md): the next state, or nullopt if the event means
    nothing in this state (then it is ignored, as a late reply must be). */
constexpr std::optional<LifecycleState> nextState (LifecycleState state, LifecycleEvent event) noexcept
{
    using S = LifecycleState;
    using E = LifecycleEvent;

    switch (state)
    {
        case S::idle: return event == E::startRequested ? std::optional (S::starting) : std::nullopt;

        case S::starting:
            switch (event)
            {
                case E::backendReady: return S::active;
                case E::connectionLost: return S::starting;
                case E::stopRequested: return S::stopping;
                case E::failed: return S::idle;
                case E::startRequested:
                case E::stopCompleted: return std::nullopt;
            }
            break;

        case S::active:
            switch (event)
            {
                case E::connectionLost: return S::starting;
                case E::stopRequested: return S::stopping;
                case E::failed: return S::idle;
                case E::startRequested:
                case E::backendReady:
                case E::stopCompleted: return std::nullopt;
            }
            break;

        case S::stopping:
            switch (event)
            {
                case E::stopCompleted:
                case E::failed: return S::idle;
                case E::startRequested: // remembered by the session, runs after idle
                case E::backendReady:
                case E::connectionLost:
                case E::stopRequested: return std::nullopt;
            }
            break;
    }

    return std::nullopt;
}

/** The poll gate: may the training progress be polled now?

    Polling in the gap between the click on Start and the running stream tore down the connection in an
    earlier system, so Starting holds it off as Active does. */
constexpr bool mayPollTraining (bool isTraining, LifecycleState state) noexcept
{
    return isTraining && (state == LifecycleState::idle || state == LifecycleState::stopping);
}

/** May /api/status be asked (to learn whether a training runs)? Held off with the polls. */
constexpr bool mayPollStatus (LifecycleState state) noexcept { return state == LifecycleState::idle; }

/** Of two streams the one that holds more off: Active, then Starting, Stopping, Idle. */
constexpr LifecycleState busier (LifecycleState a, LifecycleState b) noexcept
{
    constexpr auto rank = [] (LifecycleState state)
    {
        switch (state)
        {
            case LifecycleState::active: return 3;
            case LifecycleState::starting: return 2;
            case LifecycleState::stopping: return 1;
            case LifecycleState::idle: break;
        }
        return 0;
    };
    return rank (a) >= rank (b) ? a : b;
}

const char* toString (LifecycleState state) noexcept;

} // namespace kikitori
