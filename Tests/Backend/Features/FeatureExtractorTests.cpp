#include "Backend/Features/FeatureExtractor.h"
#include "Backend/Features/RealFft.h"
#include "Support/Catch.h"

#include <cmath>
#include <complex>
#include <random>

using namespace kikitori::backend;

namespace
{
std::vector<float> noise (std::size_t count, unsigned seed)
{
    std::mt19937 random (seed);
    std::uniform_real_distribution<float> uniform (-0.5f, 0.5f);
    std::vector<float> samples (count);
    for (auto& sample : samples)
        sample = uniform (random);
    return samples;
}
} // namespace

TEST_CASE ("the power spectrum equals the discrete Fourier transform", "[features]")
{
    constexpr std::size_t size = 64;
    const auto samples = noise (size, 1);
    std::array<float, size> block;
    std::copy (samples.begin(), samples.end(), block.begin());
    std::array<float, size / 2 + 1> power;
    RealFft<size>().powerSpectrum (block, power);

    for (std::size_t k = 0; k <= size / 2; ++k)
    {
        std::complex<double> sum;
        for (std::size_t n = 0; n < size; ++n)
            sum += static_cast<double> (block[n])
                   * std::polar (1.0, -2.0 * std::numbers::pi * static_cast<double> (k * n) / size);
        CHECK (power[k] == Approx (std::norm (sum)).epsilon (1e-4).margin (1e-5));
    }
}

TEST_CASE ("features do not depend on how the samples were cut", "[features]")
{
    const auto samples = noise (16000, 2);
    const auto whole = extractFeatures (samples, FeatureNormalisation::none(), 8);

    for (const std::size_t cut : { 1u, 7u, 160u, 400u, 999u })
    {
        FeatureExtractor extractor;
        std::vector<float> energies;
        for (std::size_t i = 0; i < samples.size(); i += cut)
            extractor.push (std::span (samples).subspan (i, std::min (cut, samples.size() - i)), energies);
        extractor.flush (8, energies);
        std::vector<float> frames (energies.size());
        writeFeatures (energies, 1.0f, FeatureNormalisation::none(), frames);
        CHECK (frames == whole);
    }
}

TEST_CASE ("every frame that begins before the end is counted, up to a multiple", "[features]")
{
    const auto framesOf = [] (std::size_t samples)
    { return extractFeatures (std::vector<float> (samples), FeatureNormalisation::none(), 8).size() / melBins; };

    CHECK (framesOf (0) == 0);
    CHECK (framesOf (1) == 8);
    CHECK (framesOf (8 * 160) == 8);
    CHECK (framesOf (8 * 160 + 1) == 16);
}

TEST_CASE ("a tone is loudest in the filter around its frequency, and silence is the floor", "[features]")
{
    std::vector<float> tone (4000);
    for (std::size_t i = 0; i < tone.size(); ++i)
        tone[i] = 0.5f * std::sin (2.0f * std::numbers::pi_v<float> * 1000.0f * static_cast<float> (i) / 16000.0f);
    const auto frames = extractFeatures (tone, FeatureNormalisation::none(), 1);
    const auto loudest = std::max_element (frames.begin() + 5 * melBins, frames.begin() + 6 * melBins);
    // 1000 Hz is mel 15 of 45.2: filter centres lie 0.558 apart, so 15 / 0.558 = 26.9 is the 27th, index 26.
    CHECK (std::distance (frames.begin() + 5 * melBins, loudest) == 26);

    const auto silence = extractFeatures (std::vector<float> (1600), FeatureNormalisation::none(), 1);
    CHECK (silence.front() == Approx (-16.635532f));
}

TEST_CASE ("the training set's statistics are taken out", "[features]")
{
    FeatureNormalisation statistics;
    statistics.mean.fill (-16.635532f);
    statistics.deviation.fill (2.0f);
    const auto silence = extractFeatures (std::vector<float> (1600), statistics, 1);
    CHECK (silence[17] == Approx (0.0f).margin (1e-6));
}

namespace
{
/** Bursts of noise between pauses: as loud as words, as quiet as a room. */
std::vector<float> words (float level)
{
    auto samples = noise (32000, 7);
    for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i] *= level * (i / 4000 % 2 == 0 ? 0.001f : 0.3f);
    return samples;
}

float largestDifference (const std::vector<float>& a, const std::vector<float>& b)
{
    REQUIRE (a.size() == b.size());
    auto most = 0.0f;
    for (std::size_t i = 0; i < a.size(); ++i)
        most = std::max (most, std::abs (a[i] - b[i]));
    return most;
}

std::vector<float> featuresOf (const std::vector<float>& samples)
{
    return extractFeatures (samples, FeatureNormalisation::none(), 1);
}
} // namespace

TEST_CASE ("an offset, rumble and hum leave the features above 150 Hz as they were", "[features]")
{
    const auto clean = words (1.0f);
    const auto expected = featuresOf (clean);

    for (const auto hertz : { 0.0f, 20.0f, 50.0f, 60.0f })
    {
        INFO (hertz);
        auto disturbed = clean;
        for (std::size_t i = 0; i < disturbed.size(); ++i)
            disturbed[i] +=
                0.03f * std::cos (2.0f * std::numbers::pi_v<float> * hertz * static_cast<float> (i) / 16000.0f);

        const auto features = featuresOf (disturbed);
        auto most = 0.0f;
        for (std::size_t frame = 26; frame < 48; ++frame) // within a word
            for (std::size_t bin = 5; bin < melBins; ++bin)
                most = std::max (most, std::abs (features[frame * melBins + bin] - expected[frame * melBins + bin]));
        CHECK (most < 0.5f);
    }
}

TEST_CASE ("features do not depend on how quiet speech is, and speech as loud as ever is left as it is", "[features]")
{
    const auto quiet = featuresOf (words (0.1f));
    CHECK (largestDifference (featuresOf (words (0.01f)), quiet) < 0.01f);
    CHECK (largestDifference (featuresOf (words (0.004f)), quiet) < 0.01f);
    CHECK (largestDifference (featuresOf (words (1.0f)), featuresOf (words (0.7f))) > 0.5f);
}
