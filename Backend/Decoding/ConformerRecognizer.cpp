#include "Backend/Decoding/ConformerRecognizer.h"

#include "Backend/Decoding/WordBuilder.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace kikitori::backend
{

namespace
{
constexpr int frameMs = 80; ///< one encoder frame

/** What is decoded after the last sample: a word whose end is cut off in the last frame would not be recognised. */
constexpr double trailingSilence = 0.32;

int nearestChunk (const ModelConfig& config, int chunkMs)
{
    return *std::min_element (config.chunkFrames.begin(), config.chunkFrames.end(),
                              [chunkMs] (int a, int b)
                              { return std::abs (a * frameMs - chunkMs) < std::abs (b * frameMs - chunkMs); });
}
} // namespace

ConformerModel::ConformerModel (std::shared_ptr<const ConformerWeights> weightsToServe,
                                std::shared_ptr<const Language> languageToUse)
    : weights (std::move (weightsToServe)), language (std::move (languageToUse))
{
    const auto& config = weights->config;
    modelCard.name = config.name;
    modelCard.language = config.language;
    modelCard.licence = config.licence;
    modelCard.parameters = weights->parameterCount;

    for (const auto frames : config.chunkFrames)
        modelCard.chunkChoicesMs.push_back (frames * frameMs);
}

Result<std::shared_ptr<const RecognizerModel>> RecognizerModel::load (const std::filesystem::path& folder,
                                                                      Precision precision)
{
    auto weights = ConformerWeights::load (folder, precision == Precision::int8);

    if (! weights)
        return weights.error();

    auto language = Language::load (folder, weights.value()->config.vocabulary);

    if (! language)
        return language.error();

    return std::shared_ptr<const RecognizerModel> (
        std::make_shared<ConformerModel> (std::move (weights).value(), std::move (language).value()));
}

Result<std::unique_ptr<RecognizerStream>> RecognizerStream::create (std::shared_ptr<const RecognizerModel> model,
                                                                    RecognizerStreamOptions options)
{
    auto conformer = std::dynamic_pointer_cast<const ConformerModel> (std::move (model));

    if (conformer == nullptr)
        return Error{ "internal", "The model is of another kind than this stream." };

    auto resampler = ModelRateResampler::create (options.sampleRate);

    if (! resampler)
        return resampler.error();

    return std::unique_ptr<RecognizerStream> (
        std::make_unique<ConformerStream> (std::move (conformer), std::move (options), std::move (resampler).value()));
}

ConformerStream::ConformerStream (std::shared_ptr<const ConformerModel> modelToUse,
                                  RecognizerStreamOptions streamOptions,
                                  std::unique_ptr<ModelRateResampler> resamplerToUse)
    : model (std::move (modelToUse)), options (std::move (streamOptions)), resampler (std::move (resamplerToUse)),
      ctcFrameSamples (hopSamples * subsamplingFactor / model->weights->config.headFrames),
      conformer (model->weights, nearestChunk (model->weights->config, options.chunkMs)),
      extractor (model->weights->config.normalisation), received (options.firstSample), anchor (options.firstSample),
      segment (options.firstSegment)
{
    if (model->language)
        beamDecoder.emplace (options.hotwords.empty() ? model->language
                                                      : model->language->expecting (options.hotwords));
}

void ConformerStream::push (std::span<const float> samples, std::vector<RecognizerEvent>& events)
{
    clean.assign (samples.begin(), samples.end());

    for (auto& sample : clean)
    {
        if (! std::isfinite (sample))
        {
            sample = 0.0f;
            ++repaired;
        }

        // Far beyond full scale is no speech, and squares of it would overflow.
        sample = std::clamp (sample, -64.0f, 64.0f);
    }

    received += static_cast<std::int64_t> (samples.size());
    hasAudio = hasAudio || ! samples.empty();
    resampler->push (clean, audio);
    process (events);
}

void ConformerStream::process (std::vector<RecognizerEvent>& events)
{
    // An endpoint hands the rest of the audio to a new segment, which may end in turn; each uses up some audio.
    while (extracted < audio.size())
    {
        const auto blockSize = std::min<std::size_t> (audio.size() - extracted, featureRate / 10);
        extractor.push (std::span (audio).subspan (extracted, blockSize), features);
        extracted += blockSize;

        while (features.size() >= conformer.featureFrames() * melBins)
            decode (conformer.featureFrames(), events);
    }

    // A cut at the cap reaches back at most cutSearch seconds: older audio is not needed any more.
    const auto keep = static_cast<std::size_t> ((rules.cutSearch + 1.0) * featureRate);

    if (extracted > 2 * keep)
    {
        const auto surplus = extracted - keep;
        audio.erase (audio.begin(), audio.begin() + static_cast<std::ptrdiff_t> (surplus));
        extracted -= surplus;
        audioStart += static_cast<std::int64_t> (surplus);
    }
}

void ConformerStream::recognise (std::size_t featureCount)
{
    const auto values = featureCount * melBins;
    const auto& config = model->weights->config;
    const auto logProbabilities = conformer.process (std::span (features).first (values));
    decoder.process (logProbabilities, static_cast<int> (config.vocabulary.size()));

    if (beamDecoder)
        beamDecoder->process (logProbabilities);

    features.erase (features.begin(), features.begin() + static_cast<std::ptrdiff_t> (values));
}

void ConformerStream::decode (std::size_t featureCount, std::vector<RecognizerEvent>& events)
{
    recognise (featureCount);
    const auto endpoint = options.endpointing
                              ? findEndpoint (rules, decoder, static_cast<double> (ctcFrameSamples) / featureRate)
                              : std::nullopt;

    if (! endpoint)
        return emitPartial (events);

    const auto boundary = *endpoint * ctcFrameSamples;
    emitFinal (*endpoint, clientSample (boundary), events);
    beginSegment (boundary);
}

std::vector<DecodedWord> ConformerStream::wordsSoFar() const
{
    return beamDecoder ? beamDecoder->best() : buildWords (decoder.tokens(), model->weights->config.vocabulary);
}

void ConformerStream::emitPartial (std::vector<RecognizerEvent>& events)
{
    const auto now = decoder.frames() * ctcFrameSamples;

    if ((now - lastPartialAt) * 1000 < options.partialIntervalMs * static_cast<std::int64_t> (featureRate))
        return;

    const auto words = wordsSoFar();
    auto event = describe (words);

    if (event.text.empty() || event.text == lastPartial)
        return;

    // Best-path decoding only ever appends.
    event.stable = beamDecoder ? codePoints (joinWords (std::span (words).first (beamDecoder->stableWords())))
                               : codePoints (event.text);
    lastPartial = event.text;
    lastPartialAt = now;
    events.push_back (std::move (event));
}

RecognizerEvent ConformerStream::describe (std::span<const DecodedWord> words) const
{
    RecognizerEvent event;
    event.text = joinWords (words);
    event.segment = segment;
    // Frames reach into the silence behind the last sample.
    const auto sampleOf = [this] (std::int64_t frame)
    { return std::min (clientSample (frame * ctcFrameSamples), received); };
    event.start = sampleOf (words.empty() ? 0 : words.front().firstFrame);
    event.end = sampleOf (words.empty() ? decoder.frames() : words.back().lastFrame + 1);

    if (options.tokenTimes)
        for (const auto& word : words)
            event.tokens.push_back (
                { word.text, sampleOf (word.firstFrame), sampleOf (word.lastFrame + 1), word.confidence });

    return event;
}

void ConformerStream::emitFinal (std::int64_t endFrame, std::int64_t boundary, std::vector<RecognizerEvent>& events)
{
    auto words = beamDecoder ? beamDecoder->finish() : wordsSoFar();

    // What begins behind the cut is decoded again in the next segment.
    while (! words.empty() && words.back().firstFrame >= endFrame)
        words.pop_back();

    auto event = describe (words);
    event.kind = RecognizerEvent::Kind::final;
    event.stable = codePoints (event.text);
    event.ack = std::min (boundary, received);
    events.push_back (std::move (event));
    ++segment;
}

void ConformerStream::beginSegment (std::int64_t boundary16k)
{
    const auto used = std::clamp<std::int64_t> (boundary16k - audioStart, 0, static_cast<std::int64_t> (audio.size()));
    audio.erase (audio.begin(), audio.begin() + static_cast<std::ptrdiff_t> (used));
    anchorOffset += boundary16k;
    audioStart = 0;
    extracted = 0;
    features.clear();
    extractor.reset();
    conformer.reset();
    decoder.reset();

    if (beamDecoder)
        beamDecoder->reset();

    lastPartial.clear();
    lastPartialAt = 0;
    hasAudio = ! audio.empty();
}

void ConformerStream::flush (std::vector<RecognizerEvent>& events)
{
    if (! hasAudio)
        return;

    resampler->flush (audio);
    process (events);
    const std::vector<float> silence (static_cast<std::size_t> (trailingSilence * featureRate), 0.0f);
    extractor.push (silence, features);
    extractor.flush (subsamplingFactor, features);

    while (! features.empty())
        recognise (std::min (features.size() / melBins, conformer.featureFrames()));

    if (decoder.frames() > 0)
        emitFinal (decoder.frames(), received, events);

    beginSegment (audioStart + static_cast<std::int64_t> (audio.size()));
    audio.clear();
    anchor = received;
    anchorOffset = 0;
    hasAudio = false;
}

void ConformerStream::gap (std::int64_t samples, std::vector<RecognizerEvent>& events)
{
    flush (events);
    received += samples;
    anchor = received;
}

std::int64_t ConformerStream::clientSample (std::int64_t segmentSample16k) const noexcept
{
    return anchor + (anchorOffset + segmentSample16k) * options.sampleRate / featureRate;
}

std::int64_t ConformerStream::processedSamples() const noexcept
{
    return std::min (received, clientSample (decoder.frames() * ctcFrameSamples));
}

} // namespace kikitori::backend
