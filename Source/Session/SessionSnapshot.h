/*  What a session shows of itself.

    Threads: plain values.
    Failure: lastError holds why the last stream ended or what went wrong in a running one.
*/
#pragma once

#include "Core/Lifecycle.h"
#include "Core/Result.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kikitori
{

/** The state in the user's terms. */
enum class SessionStatus : std::uint8_t
{
    idle,         ///< nothing runs; lastError says whether the last stream failed
    locating,     ///< looking for (or starting) the backend
    connecting,   ///< the socket is being opened
    loadingModel, ///< start was sent, the model loads: `elapsed` counts
    listening,    ///< words come
    behind,       ///< words come late: `lagMs` says by how much
    reconnecting, ///< the connection was lost at `lostSince`, the next `attempt` comes in `nextAttemptIn`
    stopping      ///< the last words are awaited
};

const char* toString (SessionStatus status) noexcept;

struct LifecycleTransition
{
    LifecycleState from = LifecycleState::idle;
    LifecycleState to = LifecycleState::idle;
    LifecycleEvent event = LifecycleEvent::startRequested;
    std::uint64_t generation = 0;
    std::chrono::steady_clock::time_point time; ///< of the transport's clock
    std::string reason;                         ///< for people, may be empty
};

struct SessionCounters
{
    // Host samples, since the program started.
    double hostRate = streamRate; ///< of them, in Hz
    std::uint64_t captured = 0;
    std::uint64_t ringed = 0;
    std::uint64_t dropped = 0;
    std::uint64_t notFinite = 0;
    // Stream samples (48 kHz) of this session.
    std::uint64_t streamed = 0;     ///< came out of the resampler
    std::uint64_t sent = 0;         ///< given to the connection, each counted once
    std::uint64_t replayed = 0;     ///< given to it again after a reconnect
    std::uint64_t acknowledged = 0; ///< before the last final's boundary
    std::uint64_t processed = 0;    ///< reported by the backend
    std::uint64_t lost = 0;         ///< fell out of the replay buffer unsent, or was lost by the host
    std::uint64_t connectionsOpened = 0;
    std::uint64_t malformedMessages = 0;
    std::uint64_t misplacedFinals = 0; ///< had no start, or one before the last acknowledged sample

    /** Of the audio that never reached the backend: what the host's side dropped, or this stream lost, the greater. */
    double lostSeconds() const noexcept
    {
        return std::max (static_cast<double> (dropped) / hostRate, static_cast<double> (lost) / streamRate);
    }

    static constexpr double streamRate = 48000.0;
};

/** The audio that is kept until a final acknowledges it. */
struct ReplayState
{
    std::chrono::milliseconds kept{ 0 };
    std::chrono::milliseconds most{ 0 }; ///< beyond it the oldest is dropped
    std::size_t memoryBytes = 0;
    std::size_t diskBytes = 0;
    bool isDropping = false;      ///< in the present outage some had to be dropped; counters.lost says how much
    std::optional<Error> trouble; ///< why it could not go to disk when memory was used up
};

struct SessionSnapshot
{
    LifecycleState state = LifecycleState::idle;
    std::uint64_t generation = 0; ///< of the last start
    SessionStatus status = SessionStatus::idle;
    std::chrono::milliseconds elapsed{ 0 }; ///< in this status
    std::optional<double> loadProgress;     ///< 0..1, where the backend tells it
    std::optional<std::chrono::system_clock::time_point> lostSince; ///< set while it reconnects
    int attempt = 0;                                                ///< of reconnecting, from 1
    std::chrono::milliseconds nextAttemptIn{ 0 };                   ///< 0: it is under way
    double lagMs = 0.0; ///< audio captured but not yet understood
    std::optional<Error> lastError;
    bool startRemembered = false; ///< Start was asked for during Stopping
    int protocol = 0;             ///< the backend's version, 0 = not known yet
    std::string model;            ///< as the backend names it
    std::string nextModel;        ///< will take over at the end of a segment; empty = none is under way
    std::string backend;          ///< host:port
    int chunkMs = 0;
    std::size_t hotwordsLeftOut = 0; ///< of the names and terms: more than are sent, or than the backend takes
    SessionCounters counters;
    ReplayState replay;
    std::uint64_t transcriptVersion = 0;
    std::shared_ptr<const std::vector<LifecycleTransition>> history; ///< oldest first, never null
};

/** The status in one English sentence, with times and attempts, as the command line prints it. */
std::string describe (const SessionSnapshot& snapshot);

} // namespace kikitori
