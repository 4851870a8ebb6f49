/*  The recogniser of imported models: an AcousticStream of Backend/Foreign, best-path decoding and endpoints.

    It is kept apart from ConformerRecognizer, because a model without caches tells frames in two kinds, settled and
    provisional: partials show both, stable and final texts and endpoints come from settled ones alone.

    Threads: as Recognizer.h says.
    Failure: as Recognizer.h says.
*/
#pragma once

#include "Backend/Decoding/DecodedWord.h"
#include "Backend/Decoding/DecoderSettings.h"
#include "Backend/Decoding/ModelRateResampler.h"
#include "Backend/Decoding/Recognizer.h"
#include "Backend/Foreign/AcousticModel.h"

namespace kikitori::backend
{

class ImportedRecognizerModel final : public RecognizerModel
{
public:
    ImportedRecognizerModel (std::shared_ptr<const AcousticModel> modelToServe, const DecoderSettings& decoderSettings);

    const RecognizerCard& card() const noexcept override { return modelCard; }

    const std::shared_ptr<const AcousticModel> acoustic;
    const DecoderSettings settings;

private:
    RecognizerCard modelCard;
};

class ImportedRecognizerStream final : public RecognizerStream
{
public:
    ImportedRecognizerStream (std::shared_ptr<const ImportedRecognizerModel> model,
                              RecognizerStreamOptions options,
                              std::unique_ptr<ModelRateResampler> resampler);

    void push (std::span<const float> samples, std::vector<RecognizerEvent>& events) override;
    void flush (std::vector<RecognizerEvent>& events) override;
    void gap (std::int64_t samples, std::vector<RecognizerEvent>& events) override;

    std::int64_t receivedSamples() const noexcept override { return received; }
    std::int64_t processedSamples() const noexcept override;
    std::uint64_t repairedSamples() const noexcept override { return repaired; }

private:
    void process (std::vector<RecognizerEvent>& events);
    void emitPartial (std::vector<RecognizerEvent>& events);
    void emitFinal (std::int64_t endFrame, std::int64_t boundary, std::vector<RecognizerEvent>& events);
    void beginSegment (std::int64_t boundary16k);
    RecognizerEvent describe (std::span<const DecodedWord> words) const;
    std::int64_t clientSample (std::int64_t segmentSample16k) const noexcept;

    const std::shared_ptr<const ImportedRecognizerModel> model;
    const RecognizerStreamOptions options;
    const EndpointRules rules;
    const std::unique_ptr<ModelRateResampler> resampler;
    const std::int64_t frameSamples;
    const std::unique_ptr<AcousticStream> acoustic;
    CtcGreedyDecoder decoder; ///< of settled frames

    std::vector<float> clean;      ///< the pushed block, without NaN
    std::vector<float> audio;      ///< 16 kHz audio of the segment, at most its cap and what followed it
    std::vector<float> settled;    ///< log probabilities that came now
    std::size_t recognised = 0;    ///< samples of `audio` that the model has had
    std::int64_t received;         ///< client samples, absolute
    std::int64_t anchor;           ///< client sample at which the resampler began
    std::int64_t anchorOffset = 0; ///< 16 kHz samples from there to the segment's start
    std::int64_t segment;
    std::uint64_t repaired = 0;
    std::string lastPartial;
    std::int64_t lastPartialAt = 0; ///< 16 kHz, since the segment's start
    bool hasAudio = false;          ///< since the last final
};

} // namespace kikitori::backend
