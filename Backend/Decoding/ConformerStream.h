/*  The stream of a model of this engine: features, streaming Conformer; the rest is SegmentedStream's.

    Threads: as Recognizer.h says.
    Failure: as Recognizer.h says.
*/
#pragma once

#include "Backend/Decoding/ConformerRecognizer.h"
#include "Backend/Decoding/SegmentedStream.h"
#include "Backend/Model/StreamingConformer.h"

namespace kikitori::backend
{

class ConformerStream final : public SegmentedStream
{
public:
    ConformerStream (std::shared_ptr<const ConformerModel> model,
                     RecognizerStreamOptions options,
                     std::unique_ptr<ModelRateResampler> resampler);

    void push (std::span<const float> samples, std::vector<RecognizerEvent>& events) override;

    /** push() in steps, for several streams at once: takes samples off the front until a chunk waits for the encoder.
        False: all are taken and none waits. */
    bool feed (std::span<const float>& samples, std::vector<RecognizerEvent>& events);
    /** The chunk that waits and the encoder that it is for. */
    StreamingConformer::Turn nextTurn() { return { &conformer, nextChunk (conformer.featureFrames()), {} }; }
    /** Takes what the encoder made of the chunk. */
    void takeTurn (std::span<const float> logProbabilities, std::vector<RecognizerEvent>& events);

    const ConformerModel* sharedModel() const noexcept { return model.get(); }
    /** Bytes that this stream holds besides what the model shares. */
    std::size_t memoryBytes() const noexcept;

private:
    void hear (std::span<const float> audio) override;
    void recogniseEnd (std::vector<RecognizerEvent>& events) override;
    void dropAudio (std::size_t hops) override;
    void dropAllAudio() override;
    void resetModel() override;
    std::int64_t hopsBefore (std::int64_t frame) const noexcept override;

    void forgetWhatNoCutReaches();
    void silenceFirstFrame();
    void decode (std::span<const float> logProbabilities, std::size_t frames);
    /** Features of the next frames, as loud as the stream's speech is now known to be. */
    std::span<const float> nextChunk (std::size_t frames);
    std::size_t waitingFrames() const noexcept { return energies.size() / melBins - consumed; }
    std::size_t neededFrames() const noexcept;

    const std::shared_ptr<const ConformerModel> model;
    StreamingConformer conformer;
    FeatureExtractor extractor;
    const std::size_t reach;     ///< feature frames that a cut at the cap may give to the next segment, at most
    std::vector<float> energies; ///< of the segment's frames but its oldest, for what a cut gives to the next segment
    std::vector<float> features, levels; ///< of the chunk that is encoded
    std::size_t consumed = 0;    ///< frames of energies that the encoder has seen
    std::size_t toSkip = 0;      ///< feature frames (hops) to drop that are still to come
    bool isFirstSilent = false;  ///< the segment's first frame is there, and made silent
};

} // namespace kikitori::backend
