#include "Backend/Decoding/ConformerStream.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace kikitori::backend
{

namespace
{
constexpr int frameMs = 80; ///< one encoder frame
constexpr auto hopsPerSecond = static_cast<std::size_t> (SilenceGate::hopsPerSecond);
/** A word whose end is cut off in the last frame would not be recognised: silence follows a segment that is flushed. */
constexpr int trailingHops = 32;
constexpr std::size_t flushedHops = trailingHops + 2 * subsamplingFactor;

std::vector<float>& modelRateAudio()
{
    static thread_local std::vector<float> audio;
    audio.clear();
    return audio;
}

/** The cut goes to the middle of a pause that ends in the last cutSearch seconds; a pause of silenceAfterText would
   have ended the segment at the end of its chunk. */
std::size_t reachOf (const EndpointRules& rules, std::size_t chunk)
{
    const auto seconds = rules.cutSearch + 0.5 * rules.silenceAfterText;
    return static_cast<std::size_t> (std::ceil (seconds * SilenceGate::hopsPerSecond)) + chunk;
}

int nearestChunk (const ModelConfig& config, int chunkMs)
{
    return *std::min_element (config.chunkFrames.begin(), config.chunkFrames.end(),
                              [chunkMs] (int a, int b)
                              { return std::abs (a * frameMs - chunkMs) < std::abs (b * frameMs - chunkMs); });
}
} // namespace

ConformerStream::ConformerStream (std::shared_ptr<const ConformerModel> modelToUse,
                                  RecognizerStreamOptions streamOptions,
                                  std::unique_ptr<ModelRateResampler> resamplerToUse)
    : model (std::move (modelToUse)), options (std::move (streamOptions)), rules (model->settings.endpoint),
      resampler (std::move (resamplerToUse)), gate (options.sampleRate, model->settings.silencePeak),
      conformer (model->weights, nearestChunk (model->weights->config, options.chunkMs)),
      extractor (model->weights->config.normalisation), reach (reachOf (rules, conformer.featureFrames())),
      base (options.firstSample), received (options.firstSample), segment (options.firstSegment)
{
    // What is kept, what is taken before more is forgotten, and the silence of a flush. Unused memory is only promised.
    const auto frames = reach + hopsPerSecond + conformer.featureFrames() + flushedHops;
    features.reserve (frames * melBins);
    loud.reserve (frames + hopsPerSecond);

    if (model->language)
        beamDecoder.emplace (options.hotwords.empty() ? model->language : model->language->expecting (options.hotwords),
                             0.001 * frameMs / model->weights->config.headFrames);
}

void ConformerStream::push (std::span<const float> samples, std::vector<RecognizerEvent>& events)
{
    while (feed (samples, events))
        takeTurn (conformer.process (waiting (conformer.featureFrames())), events);
}

bool ConformerStream::feed (std::span<const float>& samples, std::vector<RecognizerEvent>& events)
{
    while (waitingFrames() < conformer.featureFrames())
    {
        if (samples.empty())
            return false;

        const auto before = samples.size();
        const auto hop = gate.take (samples);
        received += static_cast<std::int64_t> (before - samples.size());

        if (! hop.empty())
            takeHop (hop, events);
    }

    return true;
}

void ConformerStream::takeHop (std::span<const float> hop, std::vector<RecognizerEvent>& events)
{
    const auto isLoud = gate.isLoud (hop);

    if (isOpen)
    {
        loud.push_back (isLoud);
        return extract (hop);
    }

    if (isLoud)
        return openGate();

    const auto longest = std::llround (rules.silenceWithoutText * SilenceGate::hopsPerSecond);

    if (options.endpointing && gate.hops() - segmentHop >= longest)
    {
        emitSilence (clientSampleOfHop (gate.hops()), events);
        segmentHop = gate.hops();
    }
}

void ConformerStream::openGate()
{
    isOpen = true;
    originHop = std::max (segmentHop, gate.hops() - SilenceGate::keptHops);
    resampler->restart();
    extractor.reset();

    for (auto age = gate.hops() - originHop; age-- > 0;)
    {
        loud.push_back (age == 0);
        extract (gate.kept (age));
    }
}

void ConformerStream::extract (std::span<const float> clientSamples)
{
    auto& audio = modelRateAudio();
    resampler->push (clientSamples, audio);
    extractor.push (audio, features);

    if (toSkip > 0)
    {
        const auto skipped = std::min (toSkip, waitingFrames());
        forgetFeatures (skipped);
        forgotten = 0;
        toSkip -= skipped;
    }

    forgetWhatNoCutReaches();
}

void ConformerStream::forgetWhatNoCutReaches()
{
    const auto newest = forgotten + consumed;
    const auto cap = static_cast<std::size_t> (rules.longestSegment * SilenceGate::hopsPerSecond);
    // There is no cut before the cap: of a shorter segment nothing is kept.
    const auto firstCut = options.endpointing && cap > reach ? cap - reach : 0;
    const auto needed =
        options.endpointing ? std::min (newest, std::max (firstCut, newest - std::min (newest, reach))) : newest;

    if (needed > forgotten + hopsPerSecond)
        forgetFeatures (needed - forgotten);
}

void ConformerStream::forgetFeatures (std::size_t frames)
{
    features.erase (features.begin(), features.begin() + static_cast<std::ptrdiff_t> (frames * melBins));
    loud.erase (loud.begin(), loud.begin() + static_cast<std::ptrdiff_t> (frames));
    consumed -= std::min (consumed, frames);
    forgotten += frames;
}

std::span<const float> ConformerStream::waiting (std::size_t frames) const
{
    return std::span (features).subspan (consumed * melBins, frames * melBins);
}

void ConformerStream::decode (std::span<const float> logProbabilities, std::size_t frames)
{
    decoder.process (logProbabilities, static_cast<int> (model->weights->config.vocabulary.size()));

    if (beamDecoder)
        beamDecoder->process (logProbabilities);

    consumed += frames;
}

void ConformerStream::recognise (std::size_t frames) { decode (conformer.process (waiting (frames)), frames); }

void ConformerStream::takeTurn (std::span<const float> logProbabilities, std::vector<RecognizerEvent>& events)
{
    decode (logProbabilities, conformer.featureFrames());
    const auto frameSeconds = 0.001 * frameMs / model->weights->config.headFrames;
    const auto endpoint = options.endpointing ? findEndpoint (rules, decoder, frameSeconds) : std::nullopt;

    if (! endpoint)
        return emitPartial (events);

    emitFinal (*endpoint, clientSample (*endpoint), events);
    beginSegment (hopOf (*endpoint));
}

void ConformerStream::beginSegment (std::int64_t boundaryHop)
{
    segmentHop = boundaryHop;
    forgetFeatures (static_cast<std::size_t> (boundaryHop - originHop) - forgotten);
    originHop = boundaryHop;
    const auto firstLoud = std::find (loud.begin(), loud.end(), true);
    isOpen = firstLoud != loud.end();

    if (isOpen)
    {
        // As openGate() would have it, whose features some of the hops do not have yet.
        const auto quiet = std::max<std::ptrdiff_t> (0, firstLoud - loud.begin() + 1 - SilenceGate::keptHops);
        const auto known = std::min (static_cast<std::size_t> (quiet), features.size() / melBins);
        forgetFeatures (known);
        toSkip = static_cast<std::size_t> (quiet) - known;
        originHop += quiet;
    }
    else
    {
        features.clear();
        loud.clear();
        toSkip = 0;
    }

    resetDecoders();
}

void ConformerStream::resetDecoders()
{
    forgotten = 0;
    consumed = 0;
    conformer.reset();
    decoder.reset();

    if (beamDecoder)
        beamDecoder->reset();

    lastPartial.clear();
    lastPartialAt = 0;
}

void ConformerStream::flush (std::vector<RecognizerEvent>& events)
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
        flushFeatures (events);
    if (isOpen && decoder.frames() > 0)
        emitFinal (decoder.frames(), received, events);
    else if (hasAudio())
        emitSilence (received, events);

    restartAt (received);
}

void ConformerStream::flushFeatures (std::vector<RecognizerEvent>& events)
{
    extract (gate.underWay());
    auto& audio = modelRateAudio();
    resampler->flush (audio);
    extractor.push (audio, features);
    loud.resize (features.size() / melBins + SilenceGate::hopsPerSecond); // the silence behind the end

    while (isOpen && waitingFrames() >= conformer.featureFrames())
        takeTurn (conformer.process (waiting (conformer.featureFrames())), events);

    if (! isOpen)
        return;

    static constexpr std::array<float, hopSamples> silence{};

    for (int i = 0; i < trailingHops; ++i)
        extractor.push (silence, features);

    extractor.flush (1, features);

    while (waitingFrames() % subsamplingFactor != 0)
        extractor.push (silence, features);

    while (waitingFrames() > 0)
        recognise (std::min (waitingFrames(), conformer.featureFrames()));
}

void ConformerStream::restartAt (std::int64_t clientSample)
{
    base = clientSample;
    gate.restart();
    features.clear();
    loud.clear();
    toSkip = 0;
    isOpen = false;
    segmentHop = 0;
    originHop = 0;
    resetDecoders();
}

void ConformerStream::gap (std::int64_t samples, std::vector<RecognizerEvent>& events)
{
    flush (events);
    received += samples;
    restartAt (received);
}

} // namespace kikitori::backend
