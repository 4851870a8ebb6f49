/*  Imported models and their streams: an AcousticStream of Backend/Foreign; the rest is SegmentedStream's.

    A model without caches tells frames in two kinds, settled and provisional: partials show both, stable and final texts
    and endpoints come from settled ones alone.

    Threads: as Recognizer.h says.
    Failure: as Recognizer.h says.
*/
#pragma once

#include "Backend/Decoding/Language.h"
#include "Backend/Decoding/SegmentedStream.h"
#include "Backend/Foreign/AcousticModel.h"

namespace kikitori::backend
{

class ImportedRecognizerModel final : public RecognizerModel
{
public:
    ImportedRecognizerModel (std::shared_ptr<const AcousticModel> modelToServe,
                             std::shared_ptr<const Language> languageToUse,
                             const DecoderSettings& decoderSettings);

    const RecognizerCard& card() const noexcept override { return modelCard; }

    const std::shared_ptr<const AcousticModel> acoustic;
    const std::shared_ptr<const Language> language; ///< or null: best-path decoding
    const DecoderSettings settings;

private:
    RecognizerCard modelCard;
};

class ImportedRecognizerStream final : public SegmentedStream
{
public:
    ImportedRecognizerStream (std::shared_ptr<const ImportedRecognizerModel> model,
                              RecognizerStreamOptions options,
                              std::unique_ptr<ModelRateResampler> resampler);

    void push (std::span<const float> samples, std::vector<RecognizerEvent>& events) override;

    /** Provisional frames are looked at too. */
    std::int64_t processedSamples() const noexcept override;

private:
    void hear (std::span<const float> audio) override;
    void recogniseEnd (std::vector<RecognizerEvent>& events) override;
    void dropAudio (std::size_t hops) override;
    void dropAllAudio() override;
    void resetModel() override;
    std::int64_t hopsBefore (std::int64_t frame) const noexcept override;
    std::span<const float> provisional() const override { return acoustic->provisional(); }

    void process (std::vector<RecognizerEvent>& events);
    void silenceFirstSamples();

    const std::shared_ptr<const ImportedRecognizerModel> model;
    const std::int64_t frameSamples; ///< 16 kHz
    const std::unique_ptr<AcousticStream> acoustic;
    std::vector<float> audio;   ///< 16 kHz audio of the segment, at most its cap and what followed it
    std::vector<float> settled; ///< log probabilities that came now
    std::size_t recognised = 0; ///< samples of `audio` that the model has had
    std::size_t silenced = 0;   ///< of the first ones, made silent
    std::size_t toSkip = 0;     ///< samples to drop that are still to come
};

} // namespace kikitori::backend
