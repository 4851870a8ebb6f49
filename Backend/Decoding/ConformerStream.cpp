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
      reach (reachOf (model->settings.endpoint, conformer.featureFrames()))
{
    // What is kept, what is taken before more is forgotten, and the silence of a flush. Unused memory is only promised.
    const auto frames =
        reach + hopsPerSecond + std::max (conformer.featureFrames(), SpeechLevel::firstHops) + flushedHops;
    energies.reserve (frames * melBins);
    features.reserve (conformer.featureFrames() * melBins);
    levels.reserve (std::max (conformer.featureFrames(), SpeechLevel::firstHops));
    reserveHops (frames);
}

void ConformerStream::push (std::span<const float> samples, std::vector<RecognizerEvent>& events)
{
    while (feed (samples, events))
        takeTurn (conformer.process (nextChunk (conformer.featureFrames())), events);
}

/** Speech of unknown level is not encoded before its first words tell it: silence went before them. */
std::size_t ConformerStream::neededFrames() const noexcept
{
    return speech.decibels() ? conformer.featureFrames() : std::max (conformer.featureFrames(), SpeechLevel::firstHops);
}

bool ConformerStream::feed (std::span<const float>& samples, std::vector<RecognizerEvent>& events)
{
    while (waitingFrames() < neededFrames())
    {
        if (samples.empty())
            return false;

        takeHop (samples, events);
    }

    return true;
}

void ConformerStream::hear (std::span<const float> audio)
{
    extractor.push (audio, energies);

    if (const auto skipped = std::min (toSkip, energies.size() / melBins); skipped > 0)
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

    if (isFirstSilent || energies.size() < melBins)
        return;

    std::fill_n (energies.begin(), melBins, 0.0f);
    isFirstSilent = true;
}

void ConformerStream::forgetWhatNoCutReaches()
{
    const auto newest = forgotten + consumed;
    const auto cap = static_cast<std::size_t> (model->settings.endpoint.longestSegment * SilenceGate::hopsPerSecond);
    // There is no cut before the cap: of a shorter segment nothing is kept.
    const auto firstCut = cap > reach ? cap - reach : 0;
    const auto needed = std::min (newest, std::max (firstCut, newest - std::min (newest, reach)));

    if (needed > forgotten + hopsPerSecond)
        forgetHops (needed - forgotten);
}

void ConformerStream::dropAudio (std::size_t hops)
{
    const auto known = std::min (hops, energies.size() / melBins);
    energies.erase (energies.begin(), energies.begin() + static_cast<std::ptrdiff_t> (known * melBins));
    consumed -= std::min (consumed, known);
    toSkip += hops - known;
}

void ConformerStream::dropAllAudio()
{
    energies.clear();
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

std::span<const float> ConformerStream::nextChunk (std::size_t frames)
{
    // As many hops from the chunk's first one on as a replay has here: what waits beyond depends on when it came.
    const auto wanted = speech.decibels() ? frames : std::max (frames, SpeechLevel::firstHops);
    const auto heard = std::min (wanted, waitingFrames());
    levels.clear();

    for (const auto& hop : foundHops().subspan (consumed, heard))
        levels.push_back (hop.level);

    speech.hear (levels);
    features.resize (frames * melBins);
    writeFeatures (std::span (energies).subspan (consumed * melBins, frames * melBins), speech.gain(),
                   model->weights->config.normalisation, features);
    return features;
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
        takeTurn (conformer.process (nextChunk (conformer.featureFrames())), events);

    if (! isOpen)
        return;

    static constexpr std::array<float, hopSamples> silence{};

    for (int i = 0; i < trailingHops; ++i)
        extractor.push (silence, energies);

    extractor.flush (1, energies);
    silenceFirstFrame();

    while (waitingFrames() % subsamplingFactor != 0)
        extractor.push (silence, energies);

    while (waitingFrames() > 0)
    {
        const auto frames = std::min (waitingFrames(), conformer.featureFrames());
        decode (conformer.process (nextChunk (frames)), frames);
    }
}

std::size_t ConformerStream::memoryBytes() const noexcept
{
    return sizeof (*this) + sharedMemoryBytes() + conformer.memoryBytes() + (energies.capacity() + features.capacity()) * sizeof (float);
}

} // namespace kikitori::backend
