#include "Session/AudioUplink.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace kikitori
{

namespace
{

constexpr std::int64_t samplesPerMs = 48;

/** The reference resamples each frame on its own; lengths that 3 divides stay aligned in time. */
constexpr std::size_t version1Grid = 3;

std::int64_t samplesOf (Milliseconds time) { return time.count() * samplesPerMs; }

template <typename Word>
void appendLittleEndian (std::vector<std::byte>& bytes, Word word)
{
    for (std::size_t i = 0; i < sizeof (Word); ++i)
        bytes.push_back (static_cast<std::byte> ((word >> (8 * i)) & 0xff));
}

void encode (std::span<const float> samples, StreamFormat format, std::vector<std::byte>& bytes)
{
    bytes.clear();

    if constexpr (std::endian::native == std::endian::little)
    {
        if (format == StreamFormat::f32)
        {
            const auto raw = std::as_bytes (samples);
            bytes.assign (raw.begin(), raw.end());
            return;
        }
    }

    for (const auto sample : samples)
    {
        if (format == StreamFormat::f32)
            appendLittleEndian (bytes, std::bit_cast<std::uint32_t> (sample));
        else
            appendLittleEndian (bytes, static_cast<std::uint16_t> (static_cast<std::int16_t> (
                                           std::lround (std::clamp (sample, -1.0f, 1.0f) * 32767.0f))));
    }
}

} // namespace

AudioUplink::AudioUplink (std::shared_ptr<TapLink> tap, const SessionConfig& c, Listener& owner)
    : config (c), listener (owner), reader (std::move (tap)), buffer (samplesOf (c.limits.replay)), cutter (c.limits)
{
}

void AudioUplink::begin (std::uint64_t tapListener) { reader.begin (tapListener); }

void AudioUplink::drain (std::chrono::steady_clock::time_point now)
{
    auto& tap = reader.tap();
    tap.listenerProgress.fetch_add (1, std::memory_order_relaxed);

    // A bounce waits for us when we are behind; in real time everything is taken, and the buffer drops the oldest.
    const auto isOffline = tap.offline.load (std::memory_order_relaxed);
    const auto room = samplesOf (config.limits.offlineAhead) - buffer.unsent();
    const auto most = isOffline ? static_cast<std::size_t> (std::max<std::int64_t> (room, 0))
                                : std::numeric_limits<std::size_t>::max();

    if (reader.drain (*this, most) > 0)
    {
        lastAudio = now;
        isFlushed = false;
        listener.onUplinkHeard (reader.position());
    }
    else if (! isFlushed && most > 0 && now - lastAudio >= config.limits.flushAfterSilence)
    {
        reader.flush (*this);
        buffer.appendFlush (reader.position());
        isFlushed = true;
    }

    reportLost();
}

void AudioUplink::finish()
{
    if (isFinished)
        return;

    reader.close();

    // A bounce may have left more in the ring than was wanted at once; now all of it is.
    reader.drain (*this, std::numeric_limits<std::size_t>::max());
    reader.flush (*this);
    reportLost();
    isFinished = true;
}

void AudioUplink::connected (const ReadyMessage& ready, std::int64_t resumeAt)
{
    const auto isRestart = protocol == 1 && cutting.has_value();
    protocol = ready.protocol >= 2 ? 2 : 1;
    cutting.reset();
    stopSent = false;

    if (! isRestart)
    {
        buffer.rewind();
        wirePosition = protocol == 1 ? buffer.cursor() : resumeAt;
        processedUpTo = wirePosition;
    }

    isPaced = ready.maxAheadMs > 0;
    maxAhead = samplesOf (isPaced ? Milliseconds (ready.maxAheadMs) : config.limits.defaultAhead);
    cutter.begin (wirePosition);
}

void AudioUplink::pump (BackendLink& link)
{
    if (link.stage() != BackendLink::Stage::ready || stopSent || cutting)
        return;

    while (pumpItem (link))
    {
    }

    if (isFinished && ! cutting && ! buffer.next (1) && link.sendText (toJson (ClientMessage (StopMessage{}))))
    {
        stopSent = true;

        if (protocol == 1)
            cutting = Utterance{ cutter.start(), wirePosition };
    }
}

bool AudioUplink::pumpItem (BackendLink& link)
{
    const auto item = buffer.next (static_cast<std::size_t> (samplesOf (config.limits.longestFrame)));

    if (! item || cutting)
        return false;

    if (const auto* audio = std::get_if<ReplayBuffer::Audio> (&*item))
        return mayRunAhead (link) && sendAudio (link, *audio);

    // Version 1 knows neither gaps nor flushes: both end its utterance, so that its times stay true.
    if (protocol == 1)
    {
        if (cutter.length() > 0)
            return cutHere (link);
    }
    else if (const auto* flush = std::get_if<ReplayBuffer::Flush> (&*item))
    {
        if (! link.sendText (toJson (ClientMessage (FlushMessage{ flush->position }))))
            return false;
    }

    if (const auto* gap = std::get_if<ReplayBuffer::Gap> (&*item))
    {
        if (protocol == 2 && ! link.sendText (toJson (ClientMessage (GapMessage{ gap->position, gap->samples }))))
            return false;

        wirePosition = gap->position + gap->samples;
        cutter.begin (wirePosition);
    }

    buffer.advance (0);
    return true;
}

bool AudioUplink::sendAudio (BackendLink& link, const ReplayBuffer::Audio& audio)
{
    // What the buffer had to drop leaves a hole before its oldest.
    if (audio.position > wirePosition)
    {
        if (protocol == 1 && cutter.length() > 0)
            return cutHere (link);

        if (protocol == 2
            && ! link.sendText (toJson (ClientMessage (GapMessage{ wirePosition, audio.position - wirePosition }))))
            return false;

        wirePosition = audio.position;
        cutter.begin (wirePosition);
    }

    auto samples = audio.samples;

    if (protocol == 2)
        return sendFrame (link, samples);

    // A rest of one or two waits for more, unless nothing can come to this stretch.
    if (const auto rest = samples.size() % version1Grid; rest != 0)
    {
        if (samples.size() > rest)
            samples = samples.first (samples.size() - rest);
        else if (! isFinished && buffer.isCursorInLast())
            return false;
    }

    // The cutter may look at each sample once only, so it looks when the frame is certain to go.
    if (link.queuedBytes() > config.limits.mostQueuedBytes)
        return false;

    const auto cut = cutter.add (samples);

    if (! sendFrame (link, samples.first (cut.value_or (samples.size()))))
        return false;

    return cut ? cutHere (link) : true;
}

bool AudioUplink::sendFrame (BackendLink& link, std::span<const float> samples)
{
    encode (samples, config.format, frame);

    if (! link.sendBinary (frame))
        return false;

    const auto before = wirePosition;
    wirePosition += static_cast<std::int64_t> (samples.size());
    const auto again = std::clamp<std::int64_t> (furthestSent - before, 0, wirePosition - before);
    counts.replayed += static_cast<std::uint64_t> (again);
    counts.sent += static_cast<std::uint64_t> (wirePosition - before - again);
    furthestSent = std::max (furthestSent, wirePosition);
    buffer.advance (samples.size());
    return true;
}

bool AudioUplink::mayRunAhead (const BackendLink& link) const
{
    if (link.queuedBytes() > config.limits.mostQueuedBytes)
        return false;

    return ! isPaced || wirePosition - processedUpTo < maxAhead;
}

bool AudioUplink::cutHere (BackendLink& link)
{
    if (link.sendText (toJson (ClientMessage (StopMessage{}))))
        cutting = Utterance{ cutter.start(), wirePosition };

    return false;
}

void AudioUplink::processed (std::int64_t position)
{
    isPaced = true;
    processedUpTo = std::clamp (position, processedUpTo, wirePosition);
}

void AudioUplink::acknowledge (std::int64_t position)
{
    buffer.acknowledge (std::min (position, wirePosition));
    processedUpTo = std::clamp (position, processedUpTo, wirePosition);
}

std::optional<AudioUplink::Utterance> AudioUplink::utteranceEnded() { return cutting; }

AudioUplink::Utterance AudioUplink::currentUtterance() const
{
    return cutting.value_or (Utterance{ cutter.start(), wirePosition });
}

void AudioUplink::reportLost()
{
    if (const auto lost = buffer.takeLost())
    {
        counts.lost += static_cast<std::uint64_t> (lost->samples);
        listener.onUplinkGap (lost->position, lost->samples);
    }
}

void AudioUplink::onAudio (std::int64_t position, std::span<const float> samples)
{
    counts.streamed += samples.size();
    buffer.append (position, samples);
}

void AudioUplink::onGap (std::int64_t position, std::int64_t samples)
{
    counts.lost += static_cast<std::uint64_t> (std::max<std::int64_t> (samples, 0));
    buffer.appendGap (position, samples);
    listener.onUplinkGap (position, samples);
}

void AudioUplink::onPlayhead (std::int64_t position, const PlayheadInfo& playhead, double hostRate, bool isJump)
{
    listener.onUplinkPlayhead (position, playhead, hostRate);

    if (isJump)
        buffer.appendFlush (position);
}

void AudioUplink::onFormat (std::int64_t, double) {}

void AudioUplink::onTapError (const Error& error) { listener.onUplinkError (error); }

} // namespace kikitori
