#include "Backend/Decoding/ImportedRecognizer.h"

#include "Backend/Features/FeatureExtractor.h"

#include <algorithm>

namespace kikitori::backend
{

namespace
{
/** What is recognised behind the last sample: a word whose end is cut off would not be recognised. */
constexpr double trailingSilence = 0.32;
} // namespace

ImportedRecognizerModel::ImportedRecognizerModel (std::shared_ptr<const AcousticModel> modelToServe,
                                                  std::shared_ptr<const Language> languageToUse,
                                                  const DecoderSettings& decoderSettings)
    : acoustic (std::move (modelToServe)), language (std::move (languageToUse)), settings (decoderSettings)
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
    : SegmentedStream (std::move (streamOptions),
                       modelToUse->settings,
                       modelToUse->acoustic->card().vocabulary,
                       modelToUse->language,
                       static_cast<double> (modelToUse->acoustic->frameSamples()) / featureRate,
                       std::move (resamplerToUse)),
      model (std::move (modelToUse)), frameSamples (model->acoustic->frameSamples()),
      acoustic (model->acoustic->makeStream (options.chunkMs))
{
    acoustic->reset();
}

void ImportedRecognizerStream::push (std::span<const float> samples, std::vector<RecognizerEvent>& events)
{
    while (! samples.empty())
    {
        takeHop (samples, events);
        process (events);
    }
}

void ImportedRecognizerStream::process (std::vector<RecognizerEvent>& events)
{
    // In steps of 10 ms from the segment's start, so that an endpoint is found at the same place however the audio was
    // cut into pushes. It hands the rest of the audio to a new segment, which may end in turn.
    while (isOpen && recognised + hopSamples <= audio.size())
    {
        acoustic->push (std::span (audio).subspan (recognised, hopSamples), settled);
        recognised += hopSamples;

        if (settled.empty())
            continue;

        decoder.process (settled);
        settled.clear();
        tell (events);
    }
}

void ImportedRecognizerStream::hear (std::span<const float> heard)
{
    const auto skipped = std::min (toSkip, heard.size());
    toSkip -= skipped;
    heard = heard.subspan (skipped);
    audio.insert (audio.end(), heard.begin(), heard.end());
    silenceFirstSamples();
}

/** Those outputs of the filter that depend on what came before the segment: SegmentedStream.h. */
void ImportedRecognizerStream::silenceFirstSamples()
{
    for (; silenced < std::min (audio.size(), Decimator::halfLength); ++silenced)
        audio[silenced] = 0.0f;
}

void ImportedRecognizerStream::dropAudio (std::size_t hops)
{
    const auto samples = hops * hopSamples, known = std::min (samples, audio.size());
    audio.erase (audio.begin(), audio.begin() + static_cast<std::ptrdiff_t> (known));
    toSkip += samples - known;
}

void ImportedRecognizerStream::dropAllAudio()
{
    audio.clear();
    toSkip = 0;
}

void ImportedRecognizerStream::resetModel()
{
    recognised = 0;
    silenced = 0;
    silenceFirstSamples();
    settled.clear();
    acoustic->reset();
}

std::int64_t ImportedRecognizerStream::hopsBefore (std::int64_t frame) const noexcept
{
    return frame * frameSamples / hopSamples;
}

void ImportedRecognizerStream::recogniseEnd (std::vector<RecognizerEvent>& events)
{
    process (events);

    if (! isOpen)
        return;

    const std::vector<float> silence (static_cast<std::size_t> (trailingSilence * featureRate), 0.0f);
    acoustic->push (std::span (audio).subspan (recognised), settled);
    acoustic->push (silence, settled);
    acoustic->finish (settled);
    decoder.process (settled);
}

std::int64_t ImportedRecognizerStream::processedSamples() const noexcept
{
    const auto hops = static_cast<std::int64_t> (recognised) / hopSamples;
    return isOpen ? std::min (received, clientSampleOfHop (originHop + hops)) : received;
}

} // namespace kikitori::backend
