#include "Plugin/Processor/StreamCore.h"

#include "Session/Hotwords.h"

#include <utility>

namespace kikitori::plugin
{

Error StreamControl::Core::notApproved() const
{
    return { "not_approved",
             "This project wants to send audio to " + settings.address
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
            session->stop();
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

void StreamControl::Core::tick()
{
    act();

    if (++ticks % (Milliseconds (1000) / orderInterval) != 0)
        return;

    const std::lock_guard lock (mutex);
    if (session != nullptr && session->state() == LifecycleState::active)
        waiting.add (session->snapshot().lagMs);
}

void StreamControl::Core::finishBounce (Milliseconds withoutProgress, Milliseconds inAll)
{
    std::unique_lock lock (mutex);

    if (session == nullptr || ! isWanted || isCollecting || session->state() == LifecycleState::idle)
        return;

    isCollecting = true;
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
