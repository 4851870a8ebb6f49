#include "Session/AudioUplink.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace kikitori
{

namespace
{

constexpr auto everything = std::numeric_limits<std::size_t>::max();

/** Host samples taken at once from a bounce, which may run at any rate: half a second at 8 kHz. */
constexpr std::size_t offlinePiece = 4096;

ReplayBuffer::Limits bufferLimits (const SessionConfig& config, const WireFormat& wire)
{
    return { wire.samplesOf (config.limits.replay), config.limits.replayMemory, config.limits.replayDisk,
             config.replayFolder };
}

} // namespace

AudioUplink::AudioUplink (std::shared_ptr<TapLink> tap, const SessionConfig& c, Listener& owner)
    : config (c), wire (c.format), listener (owner), reader (std::move (tap)), resampler (wire),
      buffer (bufferLimits (c, wire)), cutter (c.limits, wire)
{
}

void AudioUplink::begin (std::uint64_t tapListener) { reader.begin (tapListener); }

void AudioUplink::drain (std::chrono::steady_clock::time_point now)
{
    // A bounce waits for us when we are behind; in real time everything is taken, and the buffer drops the oldest.
    const auto isOffline = reader.tap().offline.load (std::memory_order_relaxed);
    const auto hasRoom = [this, isOffline]
    { return ! isOffline || buffer.unsent() < wire.samplesOf (config.limits.offlineAhead); };
    auto hasTaken = false;

    while (hasRoom() && reader.drain (*this, isOffline ? offlinePiece : everything) > 0)
    {
        hasTaken = true;

        if (! isOffline)
            break;
    }

    if (hasTaken)
    {
        lastAudio = now;
        isFlushed = false;
        listener.onUplinkHeard (reader.position());
    }
    else if (! isFlushed && hasRoom() && mayHavePaused (now))
    {
        reader.flush (*this);
        endRun();
        buffer.appendFlush (wire.fromStream (reader.position()));
        isFlushed = true;
    }

    reportLost();
}

bool AudioUplink::mayHavePaused (std::chrono::steady_clock::time_point now) const
{
    const auto limit = config.limits.flushAfterSilence;
    return limit.count() > 0 && now - lastAudio >= limit;
}

void AudioUplink::finish()
{
    if (isFinished)
        return;

    reader.close();

    // A bounce may have left more in the ring than was wanted at once (TapLink::longestWait); now all of it is.
    reader.drain (*this, everything);
    reader.flush (*this);
    endRun();
    reportLost();
    isFinished = true;
}

void AudioUplink::reportLost()
{
    const auto lost = buffer.takeLost();

    if (! lost)
        return;

    const auto samples = wire.toStream (lost->samples);
    counts.lost += static_cast<std::uint64_t> (samples);
    listener.onUplinkGap (wire.toStream (lost->position), samples);

    if (std::exchange (toldOfDropping, true))
        return;

    const auto seconds = std::to_string (config.limits.replay.count() / 1000);
    listener.onUplinkDropped (
        buffer.trouble().value_or (Error{ "replay_full", "more than " + seconds
                                                             + " s of audio wait for the backend; the oldest is "
                                                               "dropped and leaves a gap in the transcript" }));
}

ReplayState AudioUplink::replayState() const
{
    ReplayState state;
    state.kept = Milliseconds (buffer.keptSamples() / wire.samplesOf (Milliseconds (1)));
    state.most = config.limits.replay;
    state.memoryBytes = buffer.bytesInMemory();
    state.diskBytes = buffer.bytesOnDisk();
    state.isDropping = toldOfDropping;
    state.trouble = buffer.trouble();
    return state;
}

void AudioUplink::onAudio (std::int64_t position, std::span<const float> samples)
{
    counts.streamed += samples.size();

    if (wire.factor == 1)
        return buffer.append (position, samples);

    resampled.clear();
    const auto at = resampler.process (position, samples, resampled);
    buffer.append (at, resampled);
}

void AudioUplink::endRun()
{
    if (wire.factor == 1)
        return;

    resampled.clear();
    const auto at = resampler.finish (resampled);
    buffer.append (at, resampled);
}

void AudioUplink::onGap (std::int64_t position, std::int64_t samples)
{
    counts.lost += static_cast<std::uint64_t> (std::max<std::int64_t> (samples, 0));
    endRun();
    const auto from = wire.fromStream (position);
    buffer.appendGap (from, wire.fromStream (position + samples) - from);
    listener.onUplinkGap (position, samples);
}

void AudioUplink::onPlayhead (std::int64_t position, const PlayheadInfo& playhead, double hostRate, bool isJump)
{
    listener.onUplinkPlayhead (position, playhead, hostRate);

    if (! isJump)
        return;

    endRun();
    buffer.appendFlush (wire.fromStream (position));
}

void AudioUplink::onFormat (std::int64_t, double) {}

void AudioUplink::onTapError (const Error& error) { listener.onUplinkError (error); }

} // namespace kikitori
