#include "Backend/Decoding/ConformerStream.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace kikitori::backend
{

namespace
{
constexpr int frameMs = 80; ///< one encoder frame
constexpr auto hopsPerSecond = static_cast<std::size_t> (SilenceGate::hopsPerSecond);
/** A word whose end is cut off in the last frame would not be recognised: silence follows a segment that is flushed. */
constexpr int trailingHops = 32;
constexpr std::size_t flushedHops = trailingHops + 2 * subsamplingFactor;

/** The cut goes to the middle of a pause that ends in the last cutSearch seconds; a pause of silenceAfterText would
   have ended the segment at the end of its chunk. */
std::size_t reachOf (const EndpointRules& rules, std::size_t chunk)
{
    const auto seconds = rules.cutSearch + 0.5 * rules.silenceAfterText;
    return static_cast<std::size_t> (std::ceil (seconds * SilenceGate::hopsPerSecond)) + chunk;
}
} // namespace

ConformerStream::ConformerStream (std::shared_ptr<const ConformerModel> modelToUse,
                                  RecognizerStreamOptions streamOptions,
                                  std::unique_ptr<ModelRateResampler> resamplerToUse)
    : SegmentedStream (std::move (streamOptions),
                       modelToUse->settings,
                       modelToUse->weights->config.vocabulary,
                       modelToUse->language,
                       0.001 * frameMs / modelToUse->weights->config.headFrames,
                       std::move (resamplerToUse)),
      model (std::move (modelToUse)),
      conformer (model->weights, model->card().nearestChunkMs (options.chunkMs) / frameMs),
      extractor (model->weights->config.normalisation),
      silentFrame (extractFeatures (std::vector<float> (hopSamples), model->weights->config.normalisation, 1)),
      reach (reachOf (model->settings.endpoint, conformer.featureFrames()))
{
    // What is kept, what is taken before more is forgotten, and the silence of a flush. Unused memory is only promised.
    const auto frames = reach + hopsPerSecond + conformer.featureFrames() + flushedHops;
    features.reserve (frames * melBins);
    reserveHops (frames + hopsPerSecond);
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

        takeHop (samples, events);
    }

    return true;
}

void ConformerStream::hear (std::span<const float> audio)
{
    extractor.push (audio, features);

    if (const auto skipped = std::min (toSkip, features.size() / melBins); skipped > 0)
    {
        toSkip -= skipped;
        dropAudio (skipped);
    }

    silenceFirstFrame();
    forgetWhatNoCutReaches();
}

/** The only frame that holds outputs of the filter that depend on what came before the segment: SegmentedStream.h. */
void ConformerStream::silenceFirstFrame()
{
    static_assert (Decimator::halfLength <= hopSamples);

    if (isFirstSilent || features.size() < melBins)
        return;

    std::copy (silentFrame.begin(), silentFrame.end(), features.begin());
    isFirstSilent = true;
}

void ConformerStream::forgetWhatNoCutReaches()
{
    const auto newest = forgotten + consumed;
    const auto cap = static_cast<std::size_t> (model->settings.endpoint.longestSegment * SilenceGate::hopsPerSecond);
    // There is no cut before the cap: of a shorter segment nothing is kept.
    const auto firstCut = options.endpointing && cap > reach ? cap - reach : 0;
    const auto needed =
        options.endpointing ? std::min (newest, std::max (firstCut, newest - std::min (newest, reach))) : newest;

    if (needed > forgotten + hopsPerSecond)
        forgetHops (needed - forgotten);
}

void ConformerStream::dropAudio (std::size_t hops)
{
    const auto known = std::min (hops, features.size() / melBins);
    features.erase (features.begin(), features.begin() + static_cast<std::ptrdiff_t> (known * melBins));
    consumed -= std::min (consumed, known);
    toSkip += hops - known;
}

void ConformerStream::dropAllAudio()
{
    features.clear();
    extractor.reset();
    toSkip = 0;
}

void ConformerStream::resetModel()
{
    consumed = 0;
    conformer.reset();
    isFirstSilent = false;
    silenceFirstFrame();
}

std::int64_t ConformerStream::hopsBefore (std::int64_t frame) const noexcept
{
    return frame * subsamplingFactor / model->weights->config.headFrames;
}

std::span<const float> ConformerStream::waiting (std::size_t frames) const
{
    return std::span (features).subspan (consumed * melBins, frames * melBins);
}

void ConformerStream::decode (std::span<const float> logProbabilities, std::size_t frames)
{
    decoder.process (logProbabilities);
    consumed += frames;
}

void ConformerStream::takeTurn (std::span<const float> logProbabilities, std::vector<RecognizerEvent>& events)
{
    decode (logProbabilities, conformer.featureFrames());
    tell (events);
}

void ConformerStream::recogniseEnd (std::vector<RecognizerEvent>& events)
{
    while (isOpen && waitingFrames() >= conformer.featureFrames())
        takeTurn (conformer.process (waiting (conformer.featureFrames())), events);

    if (! isOpen)
        return;

    static constexpr std::array<float, hopSamples> silence{};

    for (int i = 0; i < trailingHops; ++i)
        extractor.push (silence, features);

    extractor.flush (1, features);
    silenceFirstFrame();

    while (waitingFrames() % subsamplingFactor != 0)
        extractor.push (silence, features);

    while (waitingFrames() > 0)
    {
        const auto frames = std::min (waitingFrames(), conformer.featureFrames());
        decode (conformer.process (waiting (frames)), frames);
    }
}

std::size_t ConformerStream::memoryBytes() const noexcept
{
    return sizeof (*this) + sharedMemoryBytes() + conformer.memoryBytes() + features.capacity() * sizeof (float);
}

} // namespace kikitori::backend
