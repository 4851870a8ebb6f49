// The running stream of a SessionEngine, on the transport's thread.
#include "Core/Credentials.h"
#include "Core/Log.h"
#include "Session/SessionEngine.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace kikitori
{

namespace
{

/** A random version 4 uuid (RFC 9562). */
std::string makeUuid()
{
    std::random_device device;
    std::array<unsigned, 4> words{ device(), device(), device(), device() };
    words[1] = (words[1] & 0xffff0fffu) | 0x00004000u;
    words[2] = (words[2] & 0x3fffffffu) | 0x80000000u;
    std::array<char, 37> text{};
    std::snprintf (text.data(), text.size(), "%08x-%04x-%04x-%04x-%04x%08x", words[0], words[1] >> 16,
                   words[1] & 0xffffu, words[2] >> 16, words[2] & 0xffffu, words[3]);
    return text.data();
}

} // namespace

void SessionEngine::begin (std::uint64_t newGeneration, const StartOrder& order, std::uint64_t listener)
{
    if (isShutDown || cell->load().generation != newGeneration)
        return;

    {
        const std::lock_guard lock (mutex);
        config = order.config;
    }

    generation = newGeneration;
    isStreaming = true;
    nextModel.clear();
    sessionId = makeUuid();
    attempt = 0;
    lostBecause.reset();
    lostBefore = {};
    wasReady = hasFinal = false;
    progressMark = resumeAt = 0;
    levels.reset();
    connectionsBefore = link.openedConnections();
    malformedBefore = link.malformedMessages();
    backend = {};
    lastError.reset();
    tapTrouble.reset();
    lastSettled = transport.now();
    feed.begin (order.keepTranscript, order.config.keepAllPasses);
    AudioUplink::Listener& reports = *this;
    uplink = std::make_unique<AudioUplink> (tap, config, reports);
    uplink->begin (listener);

    log::write (log::Level::info, "session", "start",
                "stream " + sessionId + " to " + addressWithoutUser (config.address));
    ticking = transport.callEvery (config.limits.tick, [this] { tick(); });
    connect();
    publish();
}

void SessionEngine::connect()
{
    retryTimer.reset();
    resumeAt = wasReady ? uplink->resumePosition() : 0;

    if (wasReady && uplink->hasHole()) // these words will not come again
        feed.endUtterance();

    auto start = startMessage();

    if (wasReady)
    {
        start.resumeAt = uplink->format().fromStream (resumeAt);
        start.nextSegment = feed.nextSegment();
        start.levels = levels;
    }

    link.open (config, std::move (start));
}

StartMessage SessionEngine::startMessage() const
{
    const auto& wire = uplink->format();
    StartMessage start;
    start.modelName = config.model;
    start.sampleRate = wire.rate();
    start.format = wire.name();
    start.protocol = protocolVersion;
    start.session = sessionId;
    start.language = config.language;
    start.hotwords = config.hotwords;
    start.hotwords.resize (std::min (start.hotwords.size(), mostHotwords));
    start.partialIntervalMs = config.partialIntervalMs;
    start.chunkMs = config.chunkMs;
    start.tokenTimes = config.tokenTimes;
    start.channelLabel = config.channelLabel;
    return start;
}

void SessionEngine::tick()
{
    if (! isStreaming || cell->load().generation != generation || cell->state() == LifecycleState::idle)
        return;

    if (! isStopping())
    {
        if (tap->error.load (std::memory_order_acquire) == TapError::badSampleRate)
            return fail ({ "bad_sample_rate",
                           "the host gives a sample rate of "
                               + std::to_string (static_cast<long> (tap->sampleRate.load (std::memory_order_acquire)))
                               + " Hz; choose one of 8000 to 192000 Hz in its audio settings" });

        // A bounce waits for a model that loads. Once words come, only their coming counts: see noteProgress().
        if (! wasReady || link.stage() == BackendLink::Stage::waitingForReady)
            tap->listenerProgress.fetch_add (1, std::memory_order_relaxed);

        uplink->drain (transport.now());

        if (tapTrouble)
            return fail (*tapTrouble);
    }
    uplink->pump (link);

    if (isStalled())
    {
        link.close (1001);
        return retryOrFail (
            { { "backend_silent", link.peer() + " has said nothing although audio was sent" }, true, {} });
    }

    publish();
}

bool SessionEngine::isStalled()
{
    const auto isOutstanding = uplink->isCutting() || uplink->isStopSent()
                               || (uplink->version() == 2 && uplink->sentPosition() > uplink->processedPosition());
    const auto now = transport.now();

    if (link.stage() != BackendLink::Stage::ready || ! isOutstanding)
        lastSettled = now;

    return now - lastSettled > config.limits.stall && link.silence() > config.limits.stall;
}

void SessionEngine::onLinkEnded (const BackendLink::End& end) { retryOrFail (end); }

void SessionEngine::retryOrFail (const BackendLink::End& end)
{
    {
        const std::lock_guard lock (mutex);
        transition (Event::connectionLost, end.error.message, generation);
    }

    if (! lostBecause)
    {
        lostAt = transport.now();
        lostSince = std::chrono::system_clock::now();
    }

    if (! end.mayRetry || ! mayTryAgain (end))
    {
        auto error = end.error;

        if (attempt > 0)
            error.message += " (" + std::to_string (wasReady ? attempt : attempt + 1) + " attempts)";

        return fail (error);
    }

    log::write (log::Level::warning, "session", "connection", end.error.code + ": " + end.error.message);
    ++attempt;
    lastError = lostBecause = end.error;
    uplink->disconnected();

    if (isStoppingComplete())
        stopTimer.reset(); // see beginStop()

    const auto delay = retryDelay (end.retryAfter);
    retryAt = transport.now() + delay;
    retryTimer = transport.callAfter (delay, [this] { connect(); });
    publish();
}

bool SessionEngine::mayTryAgain (const BackendLink::End& end) const
{
    const auto& retry = config.retry;

    if (wasReady)
        return ! retry.giveUpAfter || lostFor() < *retry.giveUpAfter;

    if (end.error.code == "busy")
        return attempt < retry.firstBusyAttempts;

    const auto isLocal = config.address.empty() || config.address == "local";
    return attempt + 1 < (isLocal && end.wasFound ? retry.firstLocalAttempts : retry.firstAttempts);
}

Milliseconds SessionEngine::lostFor() const
{
    return lostBefore + std::chrono::duration_cast<Milliseconds> (transport.now() - lostAt);
}

Milliseconds SessionEngine::retryDelay (Milliseconds atLeast)
{
    const auto& retry = config.retry;
    auto delay = atLeast;

    if (! retry.delays.empty())
    {
        const auto index = std::min (static_cast<std::size_t> (attempt - 1), retry.delays.size() - 1);
        std::uniform_real_distribution<double> spread (1.0 - retry.jitter, 1.0 + retry.jitter);
        const auto usual = static_cast<double> (retry.delays[index].count());
        delay = std::max (delay, Milliseconds (static_cast<long long> (usual * spread (random))));
    }

    delay = std::min (delay, retry.longestDelay);

    // One attempt comes when the time is up.
    return wasReady && retry.giveUpAfter ? std::min (delay, *retry.giveUpAfter - lostFor()) : delay;
}

void SessionEngine::noteProgress (std::int64_t position)
{
    if (position > progressMark)
    {
        progressMark = position;
        tap->listenerProgress.fetch_add (1, std::memory_order_relaxed);
        attempt = 0; // the connection has proved itself
        lostBefore = {};
    }

    if (isStoppingComplete())
        armStop();
}

void SessionEngine::beginStop (std::uint64_t stoppedGeneration)
{
    if (! isStreaming || generation != stoppedGeneration)
        return;

    uplink->finish();

    if (! uplink->hasAudio())
    {
        completeStop ("nothing was heard");
        return;
    }

    // Who asked for all of it waits for a backend that still loads its model or has to come back.
    if (isStoppingComplete() && link.stage() != BackendLink::Stage::ready)
        stopTimer.reset();
    else
        armStop();

    attempt = 0;

    if (retryTimer != nullptr) // no time to wait now
        connect();

    uplink->pump (link);
    publish();
}

void SessionEngine::armStop()
{
    const auto limit = uplink->version() == 1 ? config.limits.stopVersion1 : config.limits.stop;
    stopTimer = transport.callAfter (
        limit,
        [this]
        {
            lastError = Error{ "stop_timeout",
                               "the last words did not come in time; what was understood is kept as unconfirmed" };
            completeStop ("timeout");
        });
}

bool SessionEngine::isStopping() const noexcept { return cell->state() == LifecycleState::stopping; }

bool SessionEngine::isStoppingComplete() const
{
    const std::lock_guard lock (mutex);
    return stopMode == StopMode::complete && isStopping();
}

void SessionEngine::completeStop (const std::string& reason) { toIdle (Event::stopCompleted, reason); }

void SessionEngine::fail (const Error& error)
{
    log::write (log::Level::error, "session", "fail", error.code + ": " + error.message);
    lastError = error;
    toIdle (Event::failed, error.message);
}

void SessionEngine::endStream()
{
    if (! isStreaming)
        return;

    isStreaming = false;
    ticking.reset();
    retryTimer.reset();
    stopTimer.reset();
    link.close();
    uplink->release();
    feed.end();
    publish();
}

} // namespace kikitori
