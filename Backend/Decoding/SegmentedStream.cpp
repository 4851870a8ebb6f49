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
               decoderSettings.endpoint),
      speech (options.levels ? options.levels->speech : std::nullopt), received (options.firstSample),
      settings (decoderSettings), resampler (std::move (resamplerToUse)),
      gate (options.sampleRate, settings.noiseMargin,
            options.levels ? options.levels->noise : SilenceGate::digitalSilence),
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

    if (isOpen)
    {
        found.push_back (gate.judged (0));
        return hearClient (gate.hops() - 1, hop);
    }

    if (gate.judged (0).isLoud)
        return openGate();

    const auto longest = std::llround (settings.endpoint.silenceWithoutText * SilenceGate::hopsPerSecond);

    if (gate.hops() - segmentHop >= longest)
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
        found.push_back (gate.judged (age));
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

    emitFinal (*end, clientSample (*end), noiseBefore (hopOf (*end)), events);
    beginSegment (hopOf (*end));
}

void SegmentedStream::forgetHops (std::size_t hops)
{
    found.erase (found.begin(), found.begin() + static_cast<std::ptrdiff_t> (std::min (hops, found.size())));
    forgotten += hops;
    dropAudio (hops);
}

/** Of the hop before a boundary: a segment has heard something before its end. */
float SegmentedStream::noiseBefore (std::int64_t hop) const noexcept
{
    const auto index = hop - originHop - static_cast<std::int64_t> (forgotten) - 1;
    return found[static_cast<std::size_t> (std::max<std::int64_t> (0, index))].noise;
}

void SegmentedStream::beginSegment (std::int64_t boundaryHop)
{
    segmentHop = boundaryHop;
    forgetHops (static_cast<std::size_t> (boundaryHop - originHop) - forgotten);
    originHop = boundaryHop;
    const auto firstLoud = std::find_if (found.begin(), found.end(), [] (const auto& hop) { return hop.isLoud; });
    isOpen = firstLoud != found.end();

    if (isOpen)
    {
        // As openGate() would have it.
        const auto quiet = std::max<std::ptrdiff_t> (0, firstLoud - found.begin() + 1 - SilenceGate::keptHops);
        forgetHops (static_cast<std::size_t> (quiet));
        originHop += quiet;
    }
    else
    {
        found.clear();
        dropAllAudio();
    }

    resetDecoders();
}

void SegmentedStream::resetDecoders()
{
    forgotten = 0;
    resetModel();
    decoder.reset();
    speech.beginSegment();
    lastPartial.clear();
    lastPartialAt = 0;
}

void SegmentedStream::flush (std::vector<RecognizerEvent>& events)
{
    if (! hasAudio())
        return;

    const auto rest = gate.underWay();
    const auto last = gate.judgedUnderWay();

    if (! isOpen && last.isLoud)
        openGate();

    if (isOpen)
    {
        found.push_back (last);
        hearClient (gate.hops(), rest);
        auto& audio = modelRateAudio();
        resampler->flush (audio);
        hear (audio);
        found.resize (found.size() + SilenceGate::hopsPerSecond); // the silence behind the end
        recogniseEnd (events);
    }

    if (isOpen && decoder.frames() > 0)
        emitFinal (decoder.frames(), received, gate.noise(), events);
    else if (hasAudio())
        emitSilence (received, events);

    restartAt (received);
}

void SegmentedStream::restartAt (std::int64_t clientSample)
{
    base = clientSample;
    gate.restart();
    levels.restart();
    found.clear();
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
    return found.capacity() * sizeof (SilenceGate::Hop) + gate.memoryBytes() + levels.memoryBytes()
           + decoder.memoryBytes();
}

} // namespace kikitori::backend
