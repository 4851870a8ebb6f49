// What the backend and the tap report to a SessionEngine, on the transport's thread.
#include "Core/Log.h"
#include "Platform/SteadyTime.h"
#include "Session/SessionEngine.h"

#include <algorithm>

namespace kikitori
{

namespace
{

/** Positions of the wire as stream samples. */
TranscriptMessage inStreamSamples (TranscriptMessage words, const WireFormat& wire)
{
    words.start = wire.toStream (words.start);
    words.end = wire.toStream (words.end);

    if (words.ack)
        words.ack = wire.toStream (*words.ack);

    for (auto& token : words.tokens)
    {
        token.start = wire.toStream (token.start);
        token.end = wire.toStream (token.end);
    }

    return words;
}

/** All tracks tell the time that the process was told first, and go on at the steady clock's pace: when the system's
    clock is put right, the order of what they say stays. */
std::chrono::system_clock::time_point timeOfDay (std::chrono::nanoseconds steady)
{
    using Duration = std::chrono::system_clock::duration;
    static const auto zero = std::chrono::system_clock::now() - std::chrono::duration_cast<Duration> (steady);
    return zero + std::chrono::duration_cast<Duration> (steady);
}

} // namespace

void SessionEngine::onLinkReady (const ReadyMessage& ready)
{
    backend = ready;

    if (const auto count = hotwordsLeftOut(); count > 0)
        log::write (log::Level::warning, "session", "hotwords",
                    std::to_string (count) + " of the names and terms are above the limit");

    if (wasReady && lostBecause) // a restart of version 1 on the same connection replays nothing
        feed.resumed (resumeAt);

    if (lostBecause)
        lostBefore = lostFor();

    lostBecause.reset();
    lastError.reset();
    uplink->connected (ready, resumeAt);
    wasReady = true;
    hasFinal = false;
    {
        const std::lock_guard lock (mutex);
        transition (Event::backendReady, link.peer(), generation); // Stopping stays Stopping
    }
    noteProgress (progressMark);
    sendModel();
    uplink->pump (link);
    publish();
}

void SessionEngine::onLinkWords (const TranscriptMessage& message)
{
    if (! isStreaming || link.stage() != BackendLink::Stage::ready)
        return;

    const auto words = inStreamSamples (message, uplink->format());

    if (uplink->version() == 2)
    {
        const auto acknowledged = feed.add (words, uplink->sentPosition());

        if (acknowledged >= 0)
            uplink->acknowledge (acknowledged);
        if (words.levels)
            levels = words.levels;

        noteProgress (std::max (words.end, progressMark));
    }
    else
    {
        // A final that nobody asked for is as good as a partial.
        const auto utterance = uplink->currentUtterance();
        auto heard = words;
        heard.isFinal = words.isFinal && uplink->isCutting();
        hasFinal = heard.isFinal;
        feed.add (heard, utterance);

        if (hasFinal)
            uplink->acknowledge (utterance.end);

        noteProgress (utterance.end);
    }

    publish();
}

void SessionEngine::onLinkProcessed (std::int64_t onWire)
{
    const auto position = uplink->format().toStream (onWire);
    uplink->processed (position);
    noteProgress (position);
    uplink->pump (link);
}

void SessionEngine::onLinkStopped()
{
    if (uplink->version() == 2)
    {
        if (uplink->isStopSent())
            completeStop ("");

        return;
    }

    if (! uplink->isCutting())
        return;

    if (! hasFinal) // nothing was in its buffer, or it has forgotten
    {
        feed.endUtterance();
        uplink->acknowledge (uplink->currentUtterance().end);
    }

    hasFinal = false;

    if (uplink->isStopSent())
        completeStop ("");
    else
        link.restart();
}

void SessionEngine::onLinkWarning (const Error& error)
{
    log::write (log::Level::warning, "session", "message", error.code + ": " + error.message);
    lastError = error;
    publish();
}

void SessionEngine::onLinkTraining (const TrainingMessage& message)
{
    TranscriptionSession::TrainingListener receiver;
    {
        const std::lock_guard lock (mutex);
        receiver = trainingListener;
    }

    if (receiver)
        receiver (message);
}

void SessionEngine::onLinkWritable() { uplink->pump (link); }

void SessionEngine::onUplinkGap (std::int64_t position, std::int64_t samples) { feed.addGap (position, samples); }

void SessionEngine::onUplinkPlayhead (std::int64_t position, const PlayheadInfo& playhead, double hostRate)
{
    feed.addPlayhead (position, playhead, hostRate);
}

void SessionEngine::onUplinkHeard (std::int64_t position)
{
    // A bounce has no time of day.
    if (tap->offline.load (std::memory_order_relaxed))
        return;

    const auto steady = platform::steadyTime();
    feed.addWallClock (position, timeOfDay (steady), steady);
}

void SessionEngine::onUplinkError (const Error& error)
{
    tapTrouble = error; // we are inside the uplink: tick() ends the stream
}

void SessionEngine::onUplinkDropped (const Error& error)
{
    log::write (log::Level::warning, "session", "replay", error.code + ": " + error.message);
    lastError = error;
}

} // namespace kikitori
