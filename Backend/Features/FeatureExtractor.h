/*  Log-mel features of 16 kHz audio, frame by frame, the same for training and recognition.

    Frame t covers the samples [160 t, 160 t + 400): no centring, no pre-emphasis. Periodic Hann window, power
    spectrum of 512 points, 80 triangular filters of peak 1 on the Slaney mel scale over 0–8000 Hz, natural logarithm
    of (mel + 2^-24), then (x - mean) / deviation of each bin over the training set. Mel scale: M. Slaney, Auditory
    Toolbox, Interval Research TR 1998-010.

    Threads: one extractor belongs to one thread at a time.
    Failure: none; samples must be finite. No allocation in push() beyond the growth of the caller's vector.
*/
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace kikitori::backend
{

inline constexpr int featureRate = 16000;
inline constexpr int melBins = 80;
inline constexpr int windowSamples = 400;
inline constexpr int hopSamples = 160;

/** Statistics of the training set for each mel bin. */
struct FeatureNormalisation
{
    std::array<float, melBins> mean{};
    std::array<float, melBins> deviation{}; ///< greater than 0

    /** Leaves the log-mel values as they are. */
    static FeatureNormalisation none();
};

class FeatureExtractor
{
public:
    explicit FeatureExtractor (const FeatureNormalisation& normalisation);
    ~FeatureExtractor();

    FeatureExtractor (const FeatureExtractor&) = delete;
    FeatureExtractor& operator= (const FeatureExtractor&) = delete;

    /** Begins a segment: the next sample is the first of frame 0. */
    void reset();

    /** Takes samples (nominally ±1) and appends every frame that they complete, melBins values each. The frames do
        not depend on how the samples were cut into pushes. */
    void push (std::span<const float> samples, std::vector<float>& frames);

    /** Ends the segment: appends silence until every frame that began before the end is there and the number of
        frames since reset() is a multiple of `multiple`. */
    void flush (std::size_t multiple, std::vector<float>& frames);

    std::size_t framesSinceReset() const noexcept { return frameCount; }

private:
    struct Tables;

    void appendFrame (std::vector<float>& frames);

    const std::shared_ptr<const Tables> tables;
    const FeatureNormalisation normalisation;
    std::array<float, windowSamples> window{}; ///< the newest samples of the frame under way
    int filled = 0;
    std::size_t frameCount = 0;
    std::size_t sampleCount = 0;
};

/** All frames of a whole recording, as push() and flush() of a fresh extractor give them. */
std::vector<float> extractFeatures (std::span<const float> samples,
                                    const FeatureNormalisation& normalisation,
                                    std::size_t multiple);

} // namespace kikitori::backend
