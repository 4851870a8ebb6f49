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
        FeatureExtractor extractor (FeatureNormalisation::none());
        std::vector<float> frames;
        for (std::size_t i = 0; i < samples.size(); i += cut)
            extractor.push (std::span (samples).subspan (i, std::min (cut, samples.size() - i)), frames);
        extractor.flush (8, frames);
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
