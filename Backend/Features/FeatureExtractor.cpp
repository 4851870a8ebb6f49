#include "Backend/Features/FeatureExtractor.h"

#include "Backend/Features/RealFft.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace kikitori::backend
{

namespace
{
constexpr int fftSize = 512;
constexpr int spectrumSize = fftSize / 2 + 1;
const float logFloor = std::ldexp (1.0f, -24);

double melOf (double hertz)
{
    return hertz < 1000.0 ? hertz * 3.0 / 200.0 : 15.0 + std::log (hertz / 1000.0) * 27.0 / std::log (6.4);
}

double hertzOf (double mel)
{
    return mel < 15.0 ? mel * 200.0 / 3.0 : 1000.0 * std::exp ((mel - 15.0) * std::log (6.4) / 27.0);
}
} // namespace

FeatureNormalisation FeatureNormalisation::none()
{
    FeatureNormalisation identity;
    identity.deviation.fill (1.0f);
    return identity;
}

/** Window and filters, computed once and shared by all extractors. */
struct FeatureExtractor::Tables
{
    struct Filter
    {
        int firstBin = 0;
        std::vector<float> weights;
    };

    Tables()
    {
        for (int i = 0; i < windowSamples; ++i)
            hann[static_cast<std::size_t> (i)] =
                static_cast<float> (0.5 - 0.5 * std::cos (2.0 * std::numbers::pi * i / windowSamples));

        const auto top = melOf (featureRate / 2.0);

        for (int bin = 0; bin < melBins; ++bin)
            filters[static_cast<std::size_t> (bin)] =
                makeFilter (hertzOf (top * bin / (melBins + 1)), hertzOf (top * (bin + 1) / (melBins + 1)),
                            hertzOf (top * (bin + 2) / (melBins + 1)));
    }

    static Filter makeFilter (double left, double centre, double right)
    {
        Filter filter;

        for (int k = 0; k < spectrumSize; ++k)
        {
            const auto hertz = static_cast<double> (k) * featureRate / fftSize;
            const auto weight = std::min ((hertz - left) / (centre - left), (right - hertz) / (right - centre));

            if (weight <= 0.0)
                continue;

            if (filter.weights.empty())
                filter.firstBin = k;

            filter.weights.push_back (static_cast<float> (weight));
        }

        return filter;
    }

    static std::shared_ptr<const Tables> shared()
    {
        static const auto tables = std::make_shared<const Tables>();
        return tables;
    }

    std::array<float, windowSamples> hann{};
    std::array<Filter, melBins> filters;
    RealFft<fftSize> fft;
};

FeatureExtractor::FeatureExtractor (const FeatureNormalisation& n) : tables (Tables::shared()), normalisation (n) {}

FeatureExtractor::~FeatureExtractor() = default;

void FeatureExtractor::reset()
{
    filled = 0;
    frameCount = 0;
    sampleCount = 0;
}

void FeatureExtractor::push (std::span<const float> samples, std::vector<float>& frames)
{
    sampleCount += samples.size();

    while (! samples.empty())
    {
        const auto count = std::min (samples.size(), static_cast<std::size_t> (windowSamples - filled));
        std::copy_n (samples.data(), count, window.data() + filled);
        filled += static_cast<int> (count);
        samples = samples.subspan (count);

        if (filled == windowSamples)
        {
            appendFrame (frames);
            std::copy (window.begin() + hopSamples, window.end(), window.begin());
            filled -= hopSamples;
        }
    }
}

void FeatureExtractor::flush (std::size_t multiple, std::vector<float>& frames)
{
    static constexpr std::array<float, hopSamples> silence{};
    const auto begun = (sampleCount + hopSamples - 1) / hopSamples;
    const auto wanted = (begun + multiple - 1) / multiple * multiple;

    while (frameCount < wanted)
        push (silence, frames);
}

void FeatureExtractor::appendFrame (std::vector<float>& frames)
{
    std::array<float, fftSize> samples{};
    std::array<float, spectrumSize> power;

    for (std::size_t i = 0; i < windowSamples; ++i)
        samples[i] = window[i] * tables->hann[i];

    tables->fft.powerSpectrum (samples, power);

    for (std::size_t bin = 0; bin < melBins; ++bin)
    {
        const auto& filter = tables->filters[bin];
        auto sum = 0.0f;

        for (std::size_t k = 0; k < filter.weights.size(); ++k)
            sum += filter.weights[k] * power[static_cast<std::size_t> (filter.firstBin) + k];

        frames.push_back ((std::log (sum + logFloor) - normalisation.mean[bin]) / normalisation.deviation[bin]);
    }

    ++frameCount;
}

std::vector<float> extractFeatures (std::span<const float> samples,
                                    const FeatureNormalisation& normalisation,
                                    std::size_t multiple)
{
    std::vector<float> frames;
    frames.reserve ((samples.size() / hopSamples + multiple + 3) * melBins);
    FeatureExtractor extractor (normalisation);
    extractor.push (samples, frames);
    extractor.flush (multiple, frames);
    return frames;
}

} // namespace kikitori::backend
