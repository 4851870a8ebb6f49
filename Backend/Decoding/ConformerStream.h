/*  The recogniser behind Recognizer.h for one stream: silence gate, features, streaming Conformer, decoding, endpoints.

    A segment of speech begins with a fresh encoder 400 ms before the first sound in it, so a replay from a final's ack
    begins at the same place.

    Threads: as Recognizer.h says.
    Failure: as Recognizer.h says.

    While its text stays the same, a stream allocates nothing after its first seconds; what is told is allocated.
*/
#pragma once

#include "Backend/Decoding/BeamDecoder.h"
#include "Backend/Decoding/ConformerRecognizer.h"
#include "Backend/Decoding/Endpoint.h"
#include "Backend/Decoding/ModelRateResampler.h"
#include "Backend/Decoding/SilenceGate.h"
#include "Backend/Model/StreamingConformer.h"

#include <optional>

namespace kikitori::backend
{

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
    std::uint64_t repairedSamples() const noexcept override { return gate.repairedSamples(); }

    /** push() in steps, for several streams at once: takes samples off the front until a chunk waits for the encoder.
        False: all are taken and none waits. */
    bool feed (std::span<const float>& samples, std::vector<RecognizerEvent>& events);
    /** The chunk that waits and the encoder that it is for. */
    StreamingConformer::Turn nextTurn() { return { &conformer, waiting (conformer.featureFrames()), {} }; }
    /** Takes what the encoder made of the chunk. */
    void takeTurn (std::span<const float> logProbabilities, std::vector<RecognizerEvent>& events);

    const ConformerModel* sharedModel() const noexcept { return model.get(); }
    /** Bytes that this stream holds besides what the model shares. */
    std::size_t memoryBytes() const noexcept;

private:
    void takeHop (std::span<const float> hop, std::vector<RecognizerEvent>& events);
    void openGate();
    void extract (std::span<const float> clientSamples);
    void recognise (std::size_t frames);
    void decode (std::span<const float> logProbabilities, std::size_t frames);
    void flushFeatures (std::vector<RecognizerEvent>& events);
    void emitPartial (std::vector<RecognizerEvent>& events);
    void emitFinal (std::int64_t endFrame, std::int64_t boundary, std::vector<RecognizerEvent>& events);
    void emitSilence (std::int64_t boundary, std::vector<RecognizerEvent>& events);
    void beginSegment (std::int64_t boundaryHop);
    void resetDecoders();
    void forgetFeatures (std::size_t frames);
    void forgetWhatNoCutReaches();
    void restartAt (std::int64_t clientSample);

    std::span<const float> waiting (std::size_t frames) const;
    std::size_t waitingFrames() const noexcept { return features.size() / melBins - consumed; }
    void writeWords (std::vector<DecodedWord>& into) const;
    std::size_t stableWords (std::span<const DecodedWord> words) const;
    RecognizerEvent describe (std::span<const DecodedWord> words) const;
    std::int64_t hopOf (std::int64_t frame) const noexcept;
    std::int64_t clientSample (std::int64_t frame) const noexcept;
    std::int64_t clientSampleOfHop (std::int64_t hop) const noexcept { return base + gate.startOf (hop); }
    bool hasAudio() const noexcept { return received > clientSampleOfHop (segmentHop); }

    const std::shared_ptr<const ConformerModel> model;
    const RecognizerStreamOptions options;
    const EndpointRules rules;
    const std::unique_ptr<ModelRateResampler> resampler;

    SilenceGate gate;
    StreamingConformer conformer;
    FeatureExtractor extractor;
    CtcGreedyDecoder decoder;               ///< finds endpoints; writes the text where there is no language
    std::optional<BeamDecoder> beamDecoder; ///< with a language

    const std::size_t reach;     ///< feature frames that a cut at the cap may give to the next segment, at most
    std::vector<float> features; ///< since originHop + forgotten, for what a cut gives to the next segment
    std::vector<bool> loud;      ///< of each hop since originHop + forgotten, at least as many as features
    std::size_t forgotten = 0;   ///< feature frames (hops) before features[0]
    std::size_t consumed = 0;    ///< of features, what the encoder has seen
    std::size_t toSkip = 0;      ///< feature frames of silence that are still to come

    std::int64_t base;           ///< client sample of hop 0
    std::int64_t segmentHop = 0; ///< at which the segment begins
    std::int64_t originHop = 0;  ///< of CTC frame 0
    bool isOpen = false;         ///< something was heard in this segment
    std::int64_t received;       ///< client samples, absolute
    std::int64_t segment;
    std::string lastPartial;
    std::int64_t lastPartialAt = 0; ///< CTC frame
};

} // namespace kikitori::backend
