// What a SessionEngine shows of itself.
#include "Core/PlainText.h"
#include "Platform/LocalTime.h"
#include "Session/SessionEngine.h"

#include <algorithm>
#include <utility>

namespace kikitori
{

namespace
{

/** Later than this, words count as behind. */
constexpr double behindMs = 2500.0;

Milliseconds until (std::chrono::steady_clock::time_point now, std::chrono::steady_clock::time_point then)
{
    return std::max (Milliseconds (0), std::chrono::duration_cast<Milliseconds> (then - now));
}

std::string inSeconds (Milliseconds time)
{
    return decimalText (static_cast<double> (time.count()) / 1000.0, 1) + " s";
}

} // namespace

SessionStatus SessionEngine::currentStatus() const
{
    const auto state = cell->state();

    if (state == LifecycleState::idle)
        return SessionStatus::idle;

    if (state == LifecycleState::stopping)
        return SessionStatus::stopping;

    if (lostBecause)
        return SessionStatus::reconnecting;

    switch (link.stage())
    {
        case BackendLink::Stage::closed:
        case BackendLink::Stage::locating: return SessionStatus::locating;
        case BackendLink::Stage::opening: return SessionStatus::connecting;
        case BackendLink::Stage::waitingForReady:
            // Between two utterances of a version 1 stream the words go on.
            return state == LifecycleState::active ? SessionStatus::listening : SessionStatus::loadingModel;
        case BackendLink::Stage::ready: break;
    }

    return SessionStatus::listening;
}

SessionCounters SessionEngine::currentCounters() const
{
    SessionCounters counters;

    if (uplink == nullptr)
        return counters;

    const auto& totals = uplink->totals();
    counters.streamed = totals.streamed;
    counters.sent = totals.sent;
    counters.replayed = totals.replayed;
    counters.lost = totals.lost;
    counters.acknowledged = static_cast<std::uint64_t> (std::max<std::int64_t> (0, uplink->resumePosition()));
    counters.processed = static_cast<std::uint64_t> (std::max<std::int64_t> (0, uplink->processedPosition()));
    counters.connectionsOpened = link.openedConnections() - connectionsBefore;
    counters.malformedMessages = link.malformedMessages() - malformedBefore;
    counters.misplacedFinals = feed.misplaced();
    return counters;
}

void SessionEngine::publish()
{
    const auto now = transport.now();
    auto next = currentStatus();
    auto lagMs = 0.0;

    if (isStreaming && uplink != nullptr)
    {
        const auto understood = uplink->version() == 2 ? uplink->processedPosition() : uplink->sentPosition();
        lagMs = static_cast<double> (std::max<std::int64_t> (0, uplink->heardPosition() - understood)) / 48.0;
    }

    if (next == SessionStatus::listening && lagMs > behindMs)
        next = SessionStatus::behind;

    if (next != status)
        statusSince = now;

    status = next;
    auto words = feed.snapshot();

    const std::lock_guard lock (mutex);
    shown.status = status;
    shown.elapsed = until (statusSince, now);
    shown.loadProgress = link.loadProgress();
    shown.lostSince = lostBecause ? std::optional (lostSince) : std::nullopt;
    shown.attempt = lostBecause ? attempt : 0;
    shown.nextAttemptIn = retryTimer != nullptr ? until (now, retryAt) : Milliseconds (0);
    shown.lagMs = lagMs;
    shown.lastError = lastError;
    shown.protocol = uplink != nullptr ? uplink->version() : 0;
    shown.model = backend.model.empty() ? config.model : backend.model;
    shown.nextModel = nextModel;
    shown.backend = link.peer();
    shown.chunkMs = backend.chunkMs > 0 ? backend.chunkMs : config.chunkMs;
    shown.hotwordsLeftOut = hotwordsLeftOut();
    shown.counters = currentCounters();
    shown.replay = uplink != nullptr ? uplink->replayState() : ReplayState{};

    if (loading > 0)
        return;

    shown.transcriptVersion = words->version;
    shownTranscript = std::move (words);
}

std::size_t SessionEngine::hotwordsLeftOut() const
{
    return config.hotwords.size() - std::min (config.hotwords.size(), mostHotwords)
           + static_cast<std::size_t> (std::max (std::int64_t{ 0 }, backend.hotwordsLeftOut));
}

SessionSnapshot SessionEngine::snapshot() const
{
    const std::lock_guard lock (mutex);
    auto copy = shown;
    const auto now = cell->load();
    copy.state = now.state;
    copy.generation = now.generation;
    if (const auto rate = tap->sampleRate.load (std::memory_order_relaxed); rate > 0.0)
        copy.counters.hostRate = rate;
    copy.counters.captured = tap->captured.load (std::memory_order_relaxed);
    copy.counters.ringed = tap->ringed.load (std::memory_order_relaxed);
    copy.counters.dropped = tap->dropped.load (std::memory_order_relaxed);
    copy.counters.notFinite = tap->notFinite.load (std::memory_order_relaxed);
    return copy;
}

std::shared_ptr<const TranscriptSnapshot> SessionEngine::transcript() const
{
    const std::lock_guard lock (mutex);
    return shownTranscript;
}

const char* toString (SessionStatus status) noexcept
{
    switch (status)
    {
        case SessionStatus::idle: return "idle";
        case SessionStatus::locating: return "locating";
        case SessionStatus::connecting: return "connecting";
        case SessionStatus::loadingModel: return "loading model";
        case SessionStatus::listening: return "listening";
        case SessionStatus::behind: return "behind";
        case SessionStatus::reconnecting: return "reconnecting";
        case SessionStatus::stopping: return "stopping";
    }

    return "unknown";
}

namespace
{

/** The status alone. */
std::string describeStatus (const SessionSnapshot& snapshot)
{
    switch (snapshot.status)
    {
        case SessionStatus::idle:
            return snapshot.lastError ? "Idle: " + snapshot.lastError->message : std::string ("Idle");
        case SessionStatus::locating: return "Looking for the backend";
        case SessionStatus::connecting: return "Connecting to " + snapshot.backend;
        case SessionStatus::loadingModel:
        {
            auto text = "Loading the model " + snapshot.model + ", " + inSeconds (snapshot.elapsed);

            if (snapshot.loadProgress)
                text += ", " + std::to_string (static_cast<int> (*snapshot.loadProgress * 100.0)) + " %";

            return text;
        }
        case SessionStatus::listening: return "Listening";
        case SessionStatus::behind:
            return "Listening, " + inSeconds (Milliseconds (static_cast<long long> (snapshot.lagMs))) + " behind";
        case SessionStatus::reconnecting:
        {
            const auto text = snapshot.lostSince
                            ? "Connection lost at " + platform::localTime (*snapshot.lostSince, "%H:%M") + ", reconnecting"
                            : std::string ("Reconnecting");
            const auto next =
                snapshot.nextAttemptIn.count() > 0 ? ", next in " + inSeconds (snapshot.nextAttemptIn) : std::string();
            return text + " (attempt " + std::to_string (snapshot.attempt) + next + ")";
        }
        case SessionStatus::stopping: return "Waiting for the last words, " + inSeconds (snapshot.elapsed);
    }

    return {};
}

} // namespace

std::string describe (const SessionSnapshot& snapshot)
{
    auto text = describeStatus (snapshot);

    if (snapshot.hotwordsLeftOut > 0 && snapshot.state != LifecycleState::idle)
        text += "; " + std::to_string (snapshot.hotwordsLeftOut) + " names and terms are over the limit and left out";

    if (snapshot.replay.isDropping)
        text += "; " + inSeconds (Milliseconds (static_cast<long long> (snapshot.counters.lost / 48)))
                + " of audio were lost";

    return text;
}

} // namespace kikitori
