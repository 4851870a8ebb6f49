#include "Plugin/Processor/StreamCore.h"

#include "Core/Credentials.h"
#include "Session/Hotwords.h"

#include <algorithm>
#include <utility>

namespace kikitori::plugin
{

Error StreamControl::Core::notApproved() const
{
    return { "not_approved",
             "This project wants to send audio to " + addressWithoutUser (settings.address)
                 + ", which you have not agreed to yet. Press Allow to agree, or choose another address." };
}

void StreamControl::Core::act()
{
    const std::lock_guard lock (mutex);
    const auto latest = order.load (std::memory_order_acquire);

    if (session == nullptr)
        return;

    if (isCollecting)
    {
        if (session->state() == LifecycleState::idle)
            collected.notify_all();

        return;
    }

    if (latest != seen)
    {
        seen = latest;
        isWanted = (latest & 1u) != 0;

        if (! isWanted)
            session->stop (bounceEnd ? TranscriptionSession::StopMode::complete
                                     : TranscriptionSession::StopMode::bounded);
        else if (approved.isApproved (settings.address))
            session->start (sessionConfig(), true);
        else
            notice = notApproved();
    }

    if (isWanted && session->state() == LifecycleState::idle)
    {
        isWanted = false;
        streamEnded();
    }
}

void StreamControl::Core::tick (std::chrono::steady_clock::time_point now)
{
    act();
    followBounce();
    watchSound (now);

    if (++ticks % (StreamControl::keepInterval / orderInterval) == 0)
        keepTranscript();
    if (ticks % (Milliseconds (1000) / orderInterval) != 0)
        return;

    const std::lock_guard lock (mutex);
    if (session != nullptr && session->state() == LifecycleState::active)
        waiting.add (session->snapshot().lagMs);
}

void StreamControl::Core::watchSound (std::chrono::steady_clock::time_point now)
{
    const std::lock_guard lock (mutex);
    const auto listens = stateIs (LifecycleState::active) && ! bounceEnd && ! tap->offline.load();

    if (! listens)
        sound.reset (now);

    hearsNothing = listens && sound.isSilent (*tap, now);
}

void StreamControl::Core::keepTranscript()
{
    SharedTranscript now;
    {
        const std::lock_guard lock (mutex);
        if (session == nullptr)
            return;

        now = session->transcript();
    }

    // Not under the mutex: who keeps it may have to tell of a failure.
    if (keep && now != kept)
        keep (now);

    kept = std::move (now);
}

void StreamControl::Core::finishBounce (Milliseconds withoutProgress, Milliseconds inAll)
{
    std::unique_lock lock (mutex);

    if (session == nullptr || ! isWanted || isCollecting || session->state() == LifecycleState::idle)
        return;

    isCollecting = true;
    bounceEnd.reset();
    const auto end = std::chrono::steady_clock::now() + inAll;

    // While the model loads there is nothing to stop yet; the session itself says when that takes too long.
    while (stateIs (LifecycleState::starting) && std::chrono::steady_clock::now() < end)
        collected.wait_for (lock, orderInterval);

    if (session != nullptr)
        session->stop (TranscriptionSession::StopMode::complete);

    awaitLastWords (lock, withoutProgress, end);
    isCollecting = false;

    // A stream that has failed is not begun again: act() tells that it has ended.
    if (session != nullptr && session->snapshot().history->back().event != LifecycleEvent::failed)
        session->start (sessionConfig(), true);
}

void StreamControl::Core::finishBounceSoon (const BounceLimits& limits, Milliseconds atMost)
{
    std::unique_lock lock (mutex);

    if (session == nullptr || ! isWanted || isCollecting || session->state() == LifecycleState::idle)
        return;

    const auto now = std::chrono::steady_clock::now();
    bounceEnd = BounceEnd{ limits, now + limits.inAll, now + limits.withoutProgress, std::nullopt };
    collected.wait_for (lock, atMost, [this] { return ! bounceEnd; });
}

void StreamControl::Core::awaitBounce()
{
    std::unique_lock lock (mutex);

    if (! bounceEnd)
        return;

    const auto began = std::chrono::steady_clock::now();

    if (! collected.wait_for (lock, bounceEnd->limits.beforeSave, [this] { return ! bounceEnd; }))
        bounceEnd->limits.beforeSave -= std::min (
            bounceEnd->limits.beforeSave,
            std::chrono::duration_cast<Milliseconds> (std::chrono::steady_clock::now() - began));
}

void StreamControl::Core::followBounce()
{
    const std::lock_guard lock (mutex);

    if (! bounceEnd)
        return;

    const auto now = std::chrono::steady_clock::now();
    auto isOver = isBounceConfirmed() || now >= bounceEnd->end;

    if (! isOver)
    {
        const auto shown = session->snapshot();
        const auto progress = shown.counters.processed + shown.transcriptVersion;

        if (std::exchange (bounceEnd->progress, progress) != progress || shown.state == LifecycleState::starting)
            bounceEnd->deadline = now + bounceEnd->limits.withoutProgress;

        isOver = now >= bounceEnd->deadline;
    }

    if (isOver)
    {
        bounceEnd.reset();
        collected.notify_all();
    }
}

/** On the network thread: what the session shows is as new as what it has taken from the tap. */
bool StreamControl::Core::isBounceConfirmed() const
{
    return session == nullptr || stateIs (LifecycleState::idle)
           || (tap->samples.available() == 0 && session->snapshot().replay.kept.count() == 0);
}

void StreamControl::Core::awaitLastWords (std::unique_lock<std::mutex>& lock,
                                          Milliseconds withoutProgress,
                                          std::chrono::steady_clock::time_point end)
{
    auto deadline = end;
    std::optional<std::uint64_t> progress;

    while (session != nullptr && ! stateIs (LifecycleState::idle))
    {
        const auto shown = session->snapshot();
        const auto now = shown.counters.processed + shown.transcriptVersion;

        if (std::exchange (progress, now) != now)
            deadline = std::min (end, std::chrono::steady_clock::now() + withoutProgress);
        if (std::chrono::steady_clock::now() >= deadline)
            session->abandon();
        else
            collected.wait_for (lock, orderInterval);
    }
}

bool StreamControl::Core::stateIs (LifecycleState state) const
{
    return session != nullptr && session->state() == state;
}

SessionConfig StreamControl::Core::sessionConfig() const
{
    SessionConfig config;
    config.address = settings.address;
    config.model = settings.model;
    config.language = settings.spokenLanguage;
    config.chunkMs = settings.chunkMs;
    config.hotwords = hotwordsFromText (settings.hotwords);
    config.channelLabel = settings.speaker;
    config.format = settings.linkFormat == "i16"       ? StreamFormat::i16
                    : settings.linkFormat == "i16-16k" ? StreamFormat::i16at16k
                                                       : StreamFormat::f32;
    config.limits.replay = std::chrono::seconds (settings.replaySeconds);
    config.keepAllPasses = settings.keepAllPasses;
    return config;
}

} // namespace kikitori::plugin
