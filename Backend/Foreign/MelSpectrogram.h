/*  Log-mel features as NeMo's AudioToMelSpectrogramPreprocessor and transformers' ParakeetFeatureExtractor make them:
    pre-emphasis 0.97, frames of 512 points centred on every 160th sample with a symmetric Hann window of 400, power
    spectrum, Slaney mel filters of area one over 0–8000 Hz, natural logarithm of (mel + 2^-24).

    Threads: one spectrogram belongs to one thread at a time.
    Failure: none; samples must be finite.
*/
#pragma once

#include <memory>
#include <span>
#include <vector>

namespace kikitori::backend
{

class MelSpectrogram
{
public:
    explicit MelSpectrogram (int melBins);
    ~MelSpectrogram();

    /** The next sample is the first. */
    void reset();

    /** Takes 16 kHz samples and appends the frames that they complete, melBins values each. */
    void push (std::span<const float> samples, std::vector<float>& frames);

    /** Ends the input: appends the frames that are missing to one for each whole 10 ms of it. */
    void finish (std::vector<float>& frames);

private:
    struct Tables;

    const int bins;
    const std::shared_ptr<const Tables> tables;
    std::vector<float> pending; ///< emphasised samples from the next frame's first on
    float previous = 0.0f;
    std::size_t samplesIn = 0, framesOut = 0;
};

/** Each bin of frames [n, bins] to zero mean and unit deviation over the n frames (NeMo's "per_feature"). */
void normaliseEachBin (std::vector<float>& frames, int bins);

} // namespace kikitori::backend
