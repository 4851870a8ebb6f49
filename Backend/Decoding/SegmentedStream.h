/*  What the streams of every kind of model have in common: silence gate, segments, decoding, and the events that tell of
    them. What the model hears, and how, is for the class of its kind.

    A segment of speech begins with a fresh model 400 ms before the first sound in it, so a replay from a final's ack
    begins at the same place; what outlives a segment, the levels of noise and speech, comes with the final. Audio is counted in hops of 10 ms. The first outputs of the filter to 16 kHz hear what came
    before a segment where it goes on, and silence where it is replayed: a derived class gives its model silence for them.

    Threads: as Recognizer.h says.
    Failure: as Recognizer.h says.

    While its text stays the same, a stream of this engine allocates nothing after its first seconds; what is told is
    allocated.
*/
#pragma once

#include "Backend/Decoding/DecoderSettings.h"
#include "Backend/Decoding/ModelRateResampler.h"
#include "Backend/Decoding/Recognizer.h"
#include "Backend/Decoding/SegmentDecoder.h"
#include "Backend/Decoding/SilenceGate.h"
#include "Backend/Decoding/SoundLevels.h"
#include "Backend/Features/SpeechLevel.h"

namespace kikitori::backend
{

class SegmentedStream : public RecognizerStream
{
public:
    void flush (std::vector<RecognizerEvent>& events) override;
    void gap (std::int64_t samples, std::vector<RecognizerEvent>& events) override;

    std::int64_t receivedSamples() const noexcept override { return received; }
    std::int64_t processedSamples() const noexcept override;
    std::uint64_t repairedSamples() const noexcept override { return gate.repairedSamples(); }

protected:
    /** settings, vocabulary: of the model, which the derived class keeps. language: or null. */
    SegmentedStream (RecognizerStreamOptions streamOptions,
                     const DecoderSettings& decoderSettings,
                     const std::vector<std::string>& vocabulary,
                     const std::shared_ptr<const Language>& language,
                     double frameSeconds,
                     std::unique_ptr<ModelRateResampler> resamplerToUse);

    /** Takes samples off the front until a hop is complete; a segment that is open, or opens, hears it. */
    void takeHop (std::span<const float>& samples, std::vector<RecognizerEvent>& events);
    /** After new frames: ends the segment where the rules say so, else a partial. */
    void tell (std::vector<RecognizerEvent>& events);
    /** Drops the oldest hops of the segment. */
    void forgetHops (std::size_t hops);
    /** So many hops will be kept at most. */
    void reserveHops (std::size_t hops) { found.reserve (hops); }
    /** Of the hops from originHop + forgotten on. */
    std::span<const SilenceGate::Hop> foundHops() const noexcept { return found; }

    /** 16 kHz audio of the open segment. */
    virtual void hear (std::span<const float> audio) = 0;
    /** Recognises all of it, and that silence follows; may end segments on the way. */
    virtual void recogniseEnd (std::vector<RecognizerEvent>& events) = 0;
    /** Drops the oldest hops of the audio, also those that are still to be heard. */
    virtual void dropAudio (std::size_t hops) = 0;
    virtual void dropAllAudio() = 0;
    /** The next audio is the first that the model hears. */
    virtual void resetModel() = 0;
    /** Hops of the segment's audio before a CTC frame. */
    virtual std::int64_t hopsBefore (std::int64_t frame) const noexcept = 0;
    /** Log probabilities behind the decoder's frames that may still change. */
    virtual std::span<const float> provisional() const { return {}; }

    std::int64_t clientSampleOfHop (std::int64_t hop) const noexcept { return base + gate.startOf (hop); }
    std::size_t sharedMemoryBytes() const noexcept;

    const RecognizerStreamOptions options;
    SegmentDecoder decoder;
    SpeechLevel speech;
    std::int64_t originHop = 0; ///< of CTC frame 0
    std::size_t forgotten = 0;  ///< hops of the segment that were dropped
    bool isOpen = false;        ///< something was heard in this segment
    std::int64_t received;      ///< client samples, absolute

private:
    void openGate();
    void hearClient (std::int64_t hop, std::span<const float> samples);
    void beginSegment (std::int64_t boundaryHop);
    void restartAt (std::int64_t clientSample);
    void resetDecoders();
    void emitPartial (std::vector<RecognizerEvent>& events);
    void emitFinal (std::int64_t endFrame, std::int64_t boundary, float noise, std::vector<RecognizerEvent>& events);
    void emitSilence (std::int64_t boundary, std::vector<RecognizerEvent>& events);
    float noiseBefore (std::int64_t hop) const noexcept;
    const std::vector<HopRange>& timesOf (std::span<const DecodedWord> words, std::int64_t endHop) const;
    /** endHop: how far the words may reach. */
    RecognizerEvent describe (std::span<const DecodedWord> words, std::int64_t endHop) const;
    std::int64_t hopOf (std::int64_t frame) const noexcept { return originHop + hopsBefore (frame); }
    std::int64_t clientSample (std::int64_t frame) const noexcept { return clientSampleOfHop (hopOf (frame)); }
    bool hasAudio() const noexcept { return received > clientSampleOfHop (segmentHop); }

    const DecoderSettings& settings;
    const std::unique_ptr<ModelRateResampler> resampler;
    SilenceGate gate;
    SoundLevels levels;
    std::vector<SilenceGate::Hop> found; ///< of each hop since originHop + forgotten
    const std::int64_t wordDelay;        ///< hops

    std::int64_t base;           ///< client sample of hop 0
    std::int64_t segmentHop = 0; ///< at which the segment begins
    std::int64_t segment;
    std::string lastPartial;
    std::int64_t lastPartialAt = 0; ///< CTC frame
};

} // namespace kikitori::backend
