#include "Support/ScriptedBackend.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

namespace kikitori::test
{

ScriptedBackend::ScriptedBackend (ManualTransport& t, int protocolVersion) : version (protocolVersion), transport (t)
{
    transport.afterStep = [this] { serve(); };
}

void ScriptedBackend::cut (int code)
{
    isStarted = isReady = false;
    read = current->received.size(); // what was on its way is lost
    current->close (code);
}

void ScriptedBackend::serve()
{
    if (! transport.sockets.empty() && transport.sockets.back() != current)
    {
        current = transport.sockets.back();
        read = 0;
        isStarted = isReady = false;

        if (! accepts)
            return current->close (1006, "refused");

        current->accept();
    }

    if (current == nullptr)
        return;

    const auto served = current; // answers may open another one

    while (served == current && read < served->received.size())
    {
        const auto message = served->received[read++];
        take (message);
    }

    if (served != current || ! isStarted || served->listener == nullptr)
        return;

    if (! isReady && answersStart && transport.now() - startedAt >= readyAfter)
    {
        if (closesInsteadOfReady != 0)
            return cut (closesInsteadOfReady);

        isReady = true;
        ReadyMessage ready;
        ready.protocol = version;

        if (version >= 2)
        {
            ready.model = "scripted";
            ready.sampleRate = 48000;
            ready.chunkMs = 320;
            ready.maxAheadMs = maxAheadMs;
        }

        return say (ready);
    }

    if (! isReady && sendsLoading)
        return say (LoadingMessage{ "scripted", 0, 0.5 });

    if (isReady && version >= 2 && ! isSlow && position != reported)
    {
        reported = position;
        say (ProcessedMessage{ position });
    }

    if (isReady && std::exchange (hasNewAudio, false) && sendsWords && served == current && served->listener != nullptr)
        sendPartial();
}

void ScriptedBackend::take (const ManualTransport::Message& message)
{
    if (const auto* bytes = std::get_if<std::vector<std::byte>> (&message))
        return takeAudio (*bytes);

    const auto parsed = parseClientMessage (std::get<std::string> (message));

    if (! parsed)
    {
        ++wrongPositions;
        return;
    }

    if (const auto* begun = std::get_if<StartMessage> (&parsed.value()))
        start (*begun);
    else if (std::holds_alternative<StopMessage> (parsed.value()))
        stop();
    else if (const auto* gap = std::get_if<GapMessage> (&parsed.value()))
    {
        wrongPositions += gap->at == position ? 0u : 1u;
        gaps.push_back (*gap);
        position = gap->at + gap->samples;
        furthest = std::max (furthest, position);
    }
    else if (const auto* flush = std::get_if<FlushMessage> (&parsed.value()))
    {
        wrongPositions += flush->at == position ? 0u : 1u;
        flushes.push_back (flush->at);

        if (sendsWords && position > segmentStart)
            finishSegment (position);
    }
}

/** As ours does: at the end of the segment under way, told by a second ready. */
void ScriptedBackend::askForModel (const StartMessage& message)
{
    nextModel = message.modelName == model ? std::string() : message.modelName;

    if (nextModel == missingModel)
    {
        nextModel.clear();
        say (ErrorMessage{ "unknown_model", "There is no model " + message.modelName + ".", {} });
    }
}

void ScriptedBackend::changeModel()
{
    if (nextModel.empty())
        return;

    model = std::exchange (nextModel, {});
    ReadyMessage ready;
    ready.protocol = 2;
    ready.model = model;
    ready.sampleRate = startMessages.back().sampleRate;
    ready.chunkMs = 320;
    say (ready);
}

void ScriptedBackend::start (const StartMessage& message)
{
    ++starts;
    startMessages.push_back (message);

    if (version >= 2 && isStarted && isReady && ! message.resumeAt)
        return askForModel (message);

    model = message.modelName;
    nextModel.clear();
    isStarted = true;
    isReady = false;
    startedAt = transport.now();

    if (version >= 2)
    {
        position = segmentStart = message.resumeAt.value_or (0);
        segment = message.nextSegment.value_or (0);
        reported = position;
    }
    else
    {
        segmentStart = position; // version 1 has no positions; these are the test's
    }
}

void ScriptedBackend::takeAudio (const std::vector<std::byte>& bytes)
{
    if (! isStarted || ! isReady)
    {
        ++wrongPositions; // a client must wait for ready
        return;
    }

    const auto isAtStreamRate = startMessages.back().sampleRate == 48000;
    oddFrames += version == 1 && isAtStreamRate && (bytes.size() / sampleBytes()) % 3 != 0 ? 1u : 0u;

    for (std::size_t i = 0; i + sampleBytes() <= bytes.size(); i += sampleBytes())
    {
        wrongSamples += isAtStreamRate && ! isRight (bytes.data() + i) ? 1u : 0u;
        ++position;
        ++heard;

        if (version >= 2 && sendsWords && position - segmentStart >= segmentLength())
            finishSegment (position);
    }

    furthest = std::max (furthest, position);
    hasNewAudio = true;
}

bool ScriptedBackend::isRight (const std::byte* bytes) const
{
    if (sampleBytes() == 2)
    {
        std::int16_t word = 0;
        std::memcpy (&word, bytes, sizeof (word));
        return word == std::lround (numberedSample (position) * 32767.0f);
    }

    float sample = 0.0f;
    std::memcpy (&sample, bytes, sizeof (sample));
    return sample == numberedSample (position);
}

void ScriptedBackend::sendPartial()
{
    TranscriptMessage partial;
    partial.text = "p" + std::to_string (segmentStart);

    if (version >= 2)
    {
        partial.segment = segment;
        partial.start = segmentStart;
        partial.end = position;
    }

    if (position > segmentStart)
        say (partial);
}

void ScriptedBackend::finishSegment (std::int64_t end)
{
    TranscriptMessage words;
    words.isFinal = true;
    words.text = "w" + std::to_string (segmentStart);

    if (version >= 2)
    {
        words.segment = segment;
        words.start = segmentStart;
        words.end = end;
        words.ack = end;
        words.levels = { -60.0f - static_cast<float> (segment), {} };
    }

    ++segment;
    segmentStart = end;
    say (words);
    changeModel();
}

void ScriptedBackend::stop()
{
    if (! answersStop)
        return;

    if (version == 1)
        utterances.push_back (position - segmentStart);

    isStarted = false;
    hasNewAudio = false;

    if (sendsWords && position > segmentStart)
        finishSegment (position);

    say (StoppedMessage{});
}

} // namespace kikitori::test
