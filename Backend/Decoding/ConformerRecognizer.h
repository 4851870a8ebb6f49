/*  The recogniser behind Recognizer.h: features, streaming Conformer, decoding and endpoints.

    Threads: as Recognizer.h says.
    Failure: as Recognizer.h says.
*/
#pragma once

#include "Backend/Decoding/BeamDecoder.h"
#include "Backend/Decoding/Endpoint.h"
#include "Backend/Decoding/ModelRateResampler.h"
#include "Backend/Decoding/Recognizer.h"
#include "Backend/Model/StreamingConformer.h"

#include <optional>

namespace kikitori::backend
{

class ConformerModel final : public RecognizerModel
{
public:
    ConformerModel (std::shared_ptr<const ConformerWeights> weightsToServe,
                    std::shared_ptr<const Language> languageToUse);

    const RecognizerCard& card() const noexcept override { return modelCard; }

    const std::shared_ptr<const ConformerWeights> weights;
    const std::shared_ptr<const Language> language; ///< or null: best-path decoding

private:
    RecognizerCard modelCard;
};

class ConformerStream final : public RecognizerStream
{
public:
    ConformerStream (std::shared_ptr<const ConformerModel> model,
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
    void recognise (std::size_t featureCount);
    void decode (std::size_t featureCount, std::vector<RecognizerEvent>& events);
    void emitPartial (std::vector<RecognizerEvent>& events);
    void emitFinal (std::int64_t endFrame, std::int64_t boundary, std::vector<RecognizerEvent>& events);
    void beginSegment (std::int64_t boundary16k);
    std::vector<DecodedWord> wordsSoFar() const;
    RecognizerEvent describe (std::span<const DecodedWord> words) const;
    std::int64_t clientSample (std::int64_t segmentSample16k) const noexcept;

    const std::shared_ptr<const ConformerModel> model;
    const RecognizerStreamOptions options;
    const EndpointRules rules;
    const std::unique_ptr<ModelRateResampler> resampler;
    const std::int64_t ctcFrameSamples; ///< 16 kHz samples of one CTC frame

    StreamingConformer conformer;
    FeatureExtractor extractor;
    CtcGreedyDecoder decoder;               ///< finds endpoints; writes the text where there is no language
    std::optional<BeamDecoder> beamDecoder; ///< with a language

    std::vector<float> clean;    ///< the pushed block, without NaN
    std::vector<float> audio;    ///< 16 kHz audio since `audioStart`, for what a cut gives to the next segment
    std::vector<float> features; ///< not yet decoded
    std::size_t extracted = 0;   ///< samples of `audio` that the extractor has seen

    std::int64_t received;         ///< client samples, absolute
    std::int64_t anchor;           ///< client sample at which the resampler began
    std::int64_t anchorOffset = 0; ///< 16 kHz samples from there to the segment's start
    std::int64_t audioStart = 0;   ///< 16 kHz sample of audio[0], since the segment's start
    std::int64_t segment;
    std::uint64_t repaired = 0;
    std::string lastPartial;
    std::int64_t lastPartialAt = 0; ///< 16 kHz, since the segment's start
    bool hasAudio = false;          ///< since the last final
};

} // namespace kikitori::backend
