#include "Backend/Decoding/ImportedRecognizer.h"

#include "Backend/Decoding/WordBuilder.h"
#include "Backend/Features/FeatureExtractor.h"

#include <algorithm>
#include <cmath>

namespace kikitori::backend
{

namespace
{
/** What is recognised behind the last sample: a word whose end is cut off would not be recognised. */
constexpr double trailingSilence = 0.32;
} // namespace

ImportedRecognizerModel::ImportedRecognizerModel (std::shared_ptr<const AcousticModel> modelToServe,
                                                  const DecoderSettings& decoderSettings)
    : acoustic (std::move (modelToServe)), settings (decoderSettings)
{
    const auto& card = acoustic->card();
    modelCard.name = card.name;
    modelCard.language = card.language;
    modelCard.licence = card.licence;
    modelCard.parameters = acoustic->parameters();
    modelCard.chunkChoicesMs = acoustic->latencyChoices();
}

ImportedRecognizerStream::ImportedRecognizerStream (std::shared_ptr<const ImportedRecognizerModel> modelToUse,
                                                    RecognizerStreamOptions streamOptions,
                                                    std::unique_ptr<ModelRateResampler> resamplerToUse)
    : model (std::move (modelToUse)), options (std::move (streamOptions)), rules (model->settings.endpoint),
      resampler (std::move (resamplerToUse)), frameSamples (model->acoustic->frameSamples()),
      acoustic (model->acoustic->makeStream (options.chunkMs)), received (options.firstSample),
      anchor (options.firstSample), segment (options.firstSegment)
{
    acoustic->reset();
}

void ImportedRecognizerStream::push (std::span<const float> samples, std::vector<RecognizerEvent>& events)
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

void ImportedRecognizerStream::process (std::vector<RecognizerEvent>& events)
{
    // In steps of 10 ms from the segment's start, so that an endpoint is found at the same place however the audio was
    // cut into pushes. It hands the rest of the audio to a new segment, which may end in turn.
    while (recognised + hopSamples <= audio.size())
    {
        acoustic->push (std::span (audio).subspan (recognised, hopSamples), settled);
        recognised += hopSamples;

        if (settled.empty())
            continue;

        decoder.process (settled, static_cast<int> (model->acoustic->card().vocabulary.size()));
        settled.clear();
        const auto endpoint = options.endpointing
                                  ? findEndpoint (rules, decoder, static_cast<double> (frameSamples) / featureRate)
                                  : std::nullopt;

        if (endpoint)
        {
            const auto boundary = *endpoint * frameSamples;
            emitFinal (*endpoint, clientSample (boundary), events);
            beginSegment (boundary);
        }
        else
        {
            emitPartial (events);
        }
    }
}

void ImportedRecognizerStream::emitPartial (std::vector<RecognizerEvent>& events)
{
    const auto now = static_cast<std::int64_t> (recognised);

    if ((now - lastPartialAt) * 1000 < options.partialIntervalMs * static_cast<std::int64_t> (featureRate))
        return;

    const auto& vocabulary = model->acoustic->card().vocabulary;
    const auto settledWords = buildWords (decoder.tokens(), vocabulary);
    auto both = decoder;
    both.process (acoustic->provisional(), static_cast<int> (vocabulary.size()));
    const auto words = buildWords (both.tokens(), vocabulary);
    auto event = describe (words);

    if (event.text.empty() || event.text == lastPartial)
        return;

    // The last settled word may still grow; the text of the words before it stays.
    const auto sure = settledWords.empty() ? std::span<const DecodedWord>()
                                           : std::span (settledWords).first (settledWords.size() - 1);
    event.stable = codePoints (joinWords (sure));
    lastPartial = event.text;
    lastPartialAt = now;
    events.push_back (std::move (event));
}

RecognizerEvent ImportedRecognizerStream::describe (std::span<const DecodedWord> words) const
{
    RecognizerEvent event;
    event.text = joinWords (words);
    event.segment = segment;
    // Frames reach into the silence behind the last sample.
    const auto at = [this] (std::int64_t frame) { return std::min (received, clientSample (frame * frameSamples)); };

    if (! words.empty())
    {
        event.start = at (words.front().firstFrame);
        event.end = at (words.back().lastFrame + 1);
    }
    else
    {
        event.start = at (0);
        event.end = at (decoder.frames());
    }

    if (options.tokenTimes)
        for (const auto& word : words)
            event.tokens.push_back ({ word.text, at (word.firstFrame), at (word.lastFrame + 1),
                                      model->settings.confidence.calibrated (word.confidence) });

    return event;
}

void ImportedRecognizerStream::emitFinal (std::int64_t endFrame,
                                          std::int64_t boundary,
                                          std::vector<RecognizerEvent>& events)
{
    auto words = buildWords (decoder.tokens(), model->acoustic->card().vocabulary);

    // What begins behind the cut is recognised again in the next segment.
    while (! words.empty() && words.back().firstFrame >= endFrame)
        words.pop_back();

    auto event = describe (words);
    event.kind = RecognizerEvent::Kind::final;
    event.stable = codePoints (event.text);
    event.ack = std::min (boundary, received);
    events.push_back (std::move (event));
    ++segment;
}

void ImportedRecognizerStream::beginSegment (std::int64_t boundary16k)
{
    const auto used = std::clamp<std::int64_t> (boundary16k, 0, static_cast<std::int64_t> (audio.size()));
    audio.erase (audio.begin(), audio.begin() + used);
    anchorOffset += boundary16k;
    recognised = 0;
    settled.clear();
    acoustic->reset();
    decoder.reset();
    lastPartial.clear();
    lastPartialAt = 0;
    hasAudio = ! audio.empty();
}

void ImportedRecognizerStream::flush (std::vector<RecognizerEvent>& events)
{
    if (! hasAudio)
        return;

    resampler->flush (audio);
    process (events);
    const std::vector<float> silence (static_cast<std::size_t> (trailingSilence * featureRate), 0.0f);
    acoustic->push (std::span (audio).subspan (recognised), settled);
    acoustic->push (silence, settled);
    acoustic->finish (settled);
    decoder.process (settled, static_cast<int> (model->acoustic->card().vocabulary.size()));

    // Audio that is shorter than a frame has none, and is told of nevertheless.
    emitFinal (std::max<std::int64_t> (1, decoder.frames()), received, events);
    beginSegment (static_cast<std::int64_t> (audio.size()));
    audio.clear();
    anchor = received;
    anchorOffset = 0;
    hasAudio = false;
}

void ImportedRecognizerStream::gap (std::int64_t samples, std::vector<RecognizerEvent>& events)
{
    flush (events);
    received += samples;
    anchor = received;
}

std::int64_t ImportedRecognizerStream::clientSample (std::int64_t segmentSample16k) const noexcept
{
    return anchor + (anchorOffset + segmentSample16k) * options.sampleRate / featureRate;
}

std::int64_t ImportedRecognizerStream::processedSamples() const noexcept
{
    return std::min (received, clientSample (static_cast<std::int64_t> (recognised)));
}

} // namespace kikitori::backend
