/*  Log-mel features of 16 kHz audio, frame by frame, the same for training and recognition.

    Frame t covers the samples [160 t, 160 t + 400): no centring, no pre-emphasis. Periodic Hann window, what lies below
    the voice taken out, power spectrum of 512 points, 80 triangular filters of peak 1 on the Slaney mel scale over
    0–8000 Hz: these are a frame's energies. Its features are the natural logarithm of (energy · gain + 2^-24), then
    (x - mean) / deviation of each bin over the training set; the gain is SpeechLevel's. Mel scale: M. Slaney, Auditory
    Toolbox, Interval Research TR 1998-010.

    The high-pass: of each windowed frame, the part that a constant and waves of 25 and 50 Hz explain (least squares) is
    brought down to 4 % of the rest's power where it has more. So offset, rumble and the mains' hum go, by more than 30
    dB where they are loud; a low voice in a quiet room stays nearly as it was (taken out whole, the same part costs two
    points of the words of today's weights, and a recursive high-pass at 80 Hz half a point). Unlike a recursive filter's,
    its output depends on the frame alone, so that features are the same wherever a replay begins.

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
    FeatureExtractor();
    ~FeatureExtractor();

    FeatureExtractor (const FeatureExtractor&) = delete;
    FeatureExtractor& operator= (const FeatureExtractor&) = delete;

    /** Begins a segment: the next sample is the first of frame 0. */
    void reset();

    /** Takes samples (nominally ±1) and appends the energies of every frame that they complete, melBins values each.
        They do not depend on how the samples were cut into pushes. */
    void push (std::span<const float> samples, std::vector<float>& energies);

    /** Ends the segment: appends silence until every frame that began before the end is there and the number of
        frames since reset() is a multiple of `multiple`. */
    void flush (std::size_t multiple, std::vector<float>& energies);

    std::size_t framesSinceReset() const noexcept { return frameCount; }

private:
    struct Tables;

    void appendFrame (std::vector<float>& energies);

    const std::shared_ptr<const Tables> tables;
    std::array<float, windowSamples> window{}; ///< the newest samples of the frame under way
    int filled = 0;
    std::size_t frameCount = 0;
    std::size_t sampleCount = 0;
};

/** The features of these frames' energies, as many values. gain: of the power. */
void writeFeatures (std::span<const float> energies,
                    float gain,
                    const FeatureNormalisation& normalisation,
                    std::span<float> features);

/** The features of a whole recording, as push() and flush() of a fresh extractor and the recording's SpeechLevel give
    them. */
std::vector<float> extractFeatures (std::span<const float> samples,
                                    const FeatureNormalisation& normalisation,
                                    std::size_t multiple);

} // namespace kikitori::backend
