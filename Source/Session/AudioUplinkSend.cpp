// What an AudioUplink sends, and how far the backend has come with it.
#include "Session/AudioUplink.h"

#include <algorithm>

namespace kikitori
{

void AudioUplink::connected (const ReadyMessage& ready, std::int64_t resumeAt)
{
    const auto isRestart = protocol == 1 && cutting.has_value();
    protocol = ready.protocol >= 2 ? 2 : 1;
    cutting.reset();
    stopSent = false;

    if (! isRestart)
    {
        wirePosition = protocol == 1 ? buffer.cursor() : wire.fromStream (resumeAt);
        processedUpTo = wirePosition;
        toldOfDropping = hadHole = false;
        oldestAtLoss.reset();
    }

    isPaced = ready.maxAheadMs > 0;
    maxAhead = wire.samplesOf (isPaced ? Milliseconds (ready.maxAheadMs) : config.limits.defaultAhead);
    cutter.begin (wirePosition);
}

void AudioUplink::disconnected()
{
    cutting.reset();
    hadHole = hadHole || buffer.hasHole();
    buffer.rewind();
    oldestAtLoss = oldestAtLoss.value_or (buffer.oldest());
    reportLost();
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
            cutting = utterance();
    }
}

bool AudioUplink::pumpItem (BackendLink& link)
{
    const auto item = buffer.next (static_cast<std::size_t> (wire.samplesOf (config.limits.longestFrame)));

    if (! item || cutting)
        return false;

    if (const auto* audio = std::get_if<ReplayBuffer::Audio> (&*item))
        return mayRunAhead (link) && sendAudio (link, *audio);

    return pumpMark (link, *item);
}

bool AudioUplink::pumpMark (BackendLink& link, const ReplayBuffer::Item& mark)
{
    const auto* gap = std::get_if<ReplayBuffer::Gap> (&mark);

    // Version 1 knows neither gaps nor flushes: both end its utterance, so that its times stay true.
    if (protocol == 1)
    {
        if (cutter.length() > 0)
            return cutHere (link);
    }
    else if (const auto* flush = std::get_if<ReplayBuffer::Flush> (&mark))
    {
        // What the buffer had to drop may have lain right before it.
        if (! passHole (link, flush->position))
            return false;
        if (! link.sendText (toJson (ClientMessage (FlushMessage{ flush->position }))))
            return false;
    }

    // A gap that the backend knows of already, because the buffer dropped what was before it, is passed.
    if (gap != nullptr && ! passHole (link, gap->position + gap->samples))
        return false;

    buffer.advance (0);
    return true;
}

bool AudioUplink::passHole (BackendLink& link, std::int64_t position)
{
    if (position <= wirePosition)
        return true;

    if (protocol == 1 && cutter.length() > 0)
    {
        cutHere (link);
        return false;
    }

    if (protocol == 2 && ! link.sendText (toJson (ClientMessage (GapMessage{ wirePosition, position - wirePosition }))))
        return false;

    wirePosition = position;
    cutter.begin (wirePosition);
    return true;
}

bool AudioUplink::sendAudio (BackendLink& link, const ReplayBuffer::Audio& audio)
{
    // What the buffer had to drop leaves a hole before its oldest.
    if (! passHole (link, audio.position))
        return false;

    auto samples = audio.samples;

    if (protocol == 2)
        return sendFrame (link, samples);

    // The reference resamples each frame on its own; at 48 kHz lengths that 3 divides stay aligned in time. A rest of
    // one or two waits for more, unless nothing can come to this stretch.
    const auto grid = static_cast<std::size_t> (3 / wire.factor);

    if (const auto rest = samples.size() % grid; rest != 0)
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
    encode (samples, wire, frame);

    if (! link.sendBinary (frame))
        return false;

    const auto before = wirePosition;
    wirePosition += static_cast<std::int64_t> (samples.size());
    const auto again = std::clamp<std::int64_t> (furthestSent - before, 0, wirePosition - before);
    counts.replayed += static_cast<std::uint64_t> (wire.toStream (again));
    counts.sent += static_cast<std::uint64_t> (wire.toStream (wirePosition - before - again));
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
        cutting = utterance();

    return false;
}

void AudioUplink::processed (std::int64_t position)
{
    isPaced = true;
    processedUpTo = std::clamp (wire.fromStream (position), processedUpTo, wirePosition);
}

void AudioUplink::acknowledge (std::int64_t position)
{
    const auto onWire = std::min (wire.fromStream (position), wirePosition);
    buffer.acknowledge (onWire);
    processedUpTo = std::max (processedUpTo, onWire);
}

AudioUplink::Utterance AudioUplink::utterance() const
{
    return { wire.toStream (cutter.start()), wire.toStream (wirePosition) };
}

std::optional<AudioUplink::Utterance> AudioUplink::utteranceEnded() { return cutting; }

AudioUplink::Utterance AudioUplink::currentUtterance() const { return cutting.value_or (utterance()); }

} // namespace kikitori
