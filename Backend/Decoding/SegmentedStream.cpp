#include "Backend/Decoding/SegmentedStream.h"

#include <algorithm>
#include <cmath>

namespace kikitori::backend
{

namespace
{
/** 16 kHz audio of the hop that this thread looks at. */
std::vector<float>& modelRateAudio()
{
    static thread_local std::vector<float> audio;
    audio.clear();
    return audio;
}
} // namespace

SegmentedStream::SegmentedStream (RecognizerStreamOptions streamOptions,
                                  const DecoderSettings& decoderSettings,
                                  const std::vector<std::string>& vocabulary,
                                  const std::shared_ptr<const Language>& language,
                                  double frameSeconds,
                                  std::unique_ptr<ModelRateResampler> resamplerToUse)
    : options (std::move (streamOptions)),
      decoder (vocabulary, language, options.hotwords, decoderSettings.beam, frameSeconds,
               options.endpointing ? &decoderSettings.endpoint : nullptr),
      received (options.firstSample), settings (decoderSettings), resampler (std::move (resamplerToUse)),
      gate (options.sampleRate, settings.silencePeak),
      wordDelay (std::lround (settings.wordDelay * SilenceGate::hopsPerSecond)), base (options.firstSample),
      segment (options.firstSegment)
{
}

void SegmentedStream::takeHop (std::span<const float>& samples, std::vector<RecognizerEvent>& events)
{
    const auto before = samples.size();
    const auto hop = gate.take (samples);
    received += static_cast<std::int64_t> (before - samples.size());

    if (hop.empty())
        return;

    const auto isLoud = gate.isLoud (hop);

    if (isOpen)
    {
        loud.push_back (isLoud);
        return hearClient (gate.hops() - 1, hop);
    }

    if (isLoud)
        return openGate();

    const auto longest = std::llround (settings.endpoint.silenceWithoutText * SilenceGate::hopsPerSecond);

    if (options.endpointing && gate.hops() - segmentHop >= longest)
    {
        emitSilence (clientSampleOfHop (gate.hops()), events);
        segmentHop = gate.hops();
    }
}

void SegmentedStream::openGate()
{
    isOpen = true;
    originHop = std::max (segmentHop, gate.hops() - SilenceGate::keptHops);
    resampler->restart();

    for (auto age = gate.hops() - originHop; age-- > 0;)
    {
        loud.push_back (age == 0);
        hearClient (gate.hops() - 1 - age, gate.kept (age));
    }
}

void SegmentedStream::hearClient (std::int64_t hop, std::span<const float> samples)
{
    levels.put (hop, samples);
    auto& audio = modelRateAudio();
    resampler->push (samples, audio);
    hear (audio);
}

void SegmentedStream::tell (std::vector<RecognizerEvent>& events)
{
    const auto end = decoder.endpoint();

    if (! end)
        return emitPartial (events);

    emitFinal (*end, clientSample (*end), events);
    beginSegment (hopOf (*end));
}

void SegmentedStream::forgetHops (std::size_t hops)
{
    loud.erase (loud.begin(), loud.begin() + static_cast<std::ptrdiff_t> (std::min (hops, loud.size())));
    forgotten += hops;
    dropAudio (hops);
}

void SegmentedStream::beginSegment (std::int64_t boundaryHop)
{
    segmentHop = boundaryHop;
    forgetHops (static_cast<std::size_t> (boundaryHop - originHop) - forgotten);
    originHop = boundaryHop;
    const auto firstLoud = std::find (loud.begin(), loud.end(), true);
    isOpen = firstLoud != loud.end();

    if (isOpen)
    {
        // As openGate() would have it.
        const auto quiet = std::max<std::ptrdiff_t> (0, firstLoud - loud.begin() + 1 - SilenceGate::keptHops);
        forgetHops (static_cast<std::size_t> (quiet));
        originHop += quiet;
    }
    else
    {
        loud.clear();
        dropAllAudio();
    }

    resetDecoders();
}

void SegmentedStream::resetDecoders()
{
    forgotten = 0;
    resetModel();
    decoder.reset();
    lastPartial.clear();
    lastPartialAt = 0;
}

void SegmentedStream::flush (std::vector<RecognizerEvent>& events)
{
    if (! hasAudio())
        return;

    const auto rest = gate.underWay();

    if (! isOpen && ! rest.empty() && gate.isLoud (rest))
    {
        openGate();
        loud.push_back (true);
    }

    if (isOpen)
    {
        hearClient (gate.hops(), rest);
        auto& audio = modelRateAudio();
        resampler->flush (audio);
        hear (audio);
        loud.resize (loud.size() + SilenceGate::hopsPerSecond); // the silence behind the end
        recogniseEnd (events);
    }

    if (isOpen && decoder.frames() > 0)
        emitFinal (decoder.frames(), received, events);
    else if (hasAudio())
        emitSilence (received, events);

    restartAt (received);
}

void SegmentedStream::restartAt (std::int64_t clientSample)
{
    base = clientSample;
    gate.restart();
    levels.restart();
    loud.clear();
    dropAllAudio();
    isOpen = false;
    segmentHop = 0;
    originHop = 0;
    resetDecoders();
}

void SegmentedStream::gap (std::int64_t samples, std::vector<RecognizerEvent>& events)
{
    flush (events);
    received += samples;
    restartAt (received);
}

std::int64_t SegmentedStream::processedSamples() const noexcept
{
    return isOpen ? std::min (received, clientSample (decoder.frames())) : received;
}

std::size_t SegmentedStream::sharedMemoryBytes() const noexcept
{
    return loud.capacity() / 8 + gate.memoryBytes() + levels.memoryBytes() + decoder.memoryBytes();
}

} // namespace kikitori::backend
