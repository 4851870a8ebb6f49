#include "Backend/Features/FeatureExtractor.h"

#include "Backend/Features/RealFft.h"
#include "Backend/Features/SpeechLevel.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace kikitori::backend
{

namespace
{
constexpr int fftSize = 512;
constexpr int spectrumSize = fftSize / 2 + 1;
const float logFloor = std::ldexp (1.0f, -24);

/** What goes off each frame: a constant, and cosine and sine at these frequencies. */
constexpr std::array lowHertz{ 25.0, 50.0 };
constexpr std::size_t lowShapes = 1 + 2 * lowHertz.size();
/** What may stay of it: so much of the rest's power. */
constexpr float lowMost = 0.036f;
using Frame = std::array<float, windowSamples>;

/** In eight sums at once, which compilers make vector instructions of. */
float dotProduct (const Frame& a, const Frame& b)
{
    constexpr std::size_t lanes = 8;
    static_assert (windowSamples % lanes == 0);
    std::array<float, lanes> sums{};

    for (std::size_t i = 0; i < windowSamples; i += lanes)
        for (std::size_t lane = 0; lane < lanes; ++lane)
            sums[lane] += a[i + lane] * b[i + lane];

    return std::accumulate (sums.begin(), sums.end(), 0.0f);
}

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

        makeLow();
        const auto top = melOf (featureRate / 2.0);

        for (int bin = 0; bin < melBins; ++bin)
            filters[static_cast<std::size_t> (bin)] =
                makeFilter (hertzOf (top * bin / (melBins + 1)), hertzOf (top * (bin + 1) / (melBins + 1)),
                            hertzOf (top * (bin + 2) / (melBins + 1)));
    }

    /** The windowed shapes, orthonormal (Gram and Schmidt). */
    void makeLow()
    {
        std::array<std::array<double, windowSamples>, lowShapes> exact;

        for (std::size_t i = 0; i < windowSamples; ++i)
        {
            const auto time = (static_cast<double> (i) - windowSamples / 2) / featureRate;
            exact[0][i] = hann[i];

            for (std::size_t k = 0; k < lowHertz.size(); ++k)
            {
                exact[2 * k + 1][i] = hann[i] * std::cos (2.0 * std::numbers::pi * lowHertz[k] * time);
                exact[2 * k + 2][i] = hann[i] * std::sin (2.0 * std::numbers::pi * lowHertz[k] * time);
            }
        }

        for (std::size_t k = 0; k < lowShapes; ++k)
        {
            auto& shape = exact[k];

            for (std::size_t before = 0; before < k; ++before)
            {
                const auto shared = std::inner_product (shape.begin(), shape.end(), exact[before].begin(), 0.0);

                for (std::size_t i = 0; i < windowSamples; ++i)
                    shape[i] -= shared * exact[before][i];
            }

            const auto length = std::sqrt (std::inner_product (shape.begin(), shape.end(), shape.begin(), 0.0));

            for (std::size_t i = 0; i < windowSamples; ++i)
                low[k][i] = static_cast<float> (shape[i] /= length);
        }
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

    Frame hann{};
    std::array<Frame, lowShapes> low{};
    std::array<Filter, melBins> filters;
    RealFft<fftSize> fft;
};

FeatureExtractor::FeatureExtractor() : tables (Tables::shared()) {}

FeatureExtractor::~FeatureExtractor() = default;

void FeatureExtractor::reset()
{
    filled = 0;
    frameCount = 0;
    sampleCount = 0;
}

void FeatureExtractor::push (std::span<const float> samples, std::vector<float>& energies)
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
            appendFrame (energies);
            std::copy (window.begin() + hopSamples, window.end(), window.begin());
            filled -= hopSamples;
        }
    }
}

void FeatureExtractor::flush (std::size_t multiple, std::vector<float>& energies)
{
    static constexpr std::array<float, hopSamples> silence{};
    const auto begun = (sampleCount + hopSamples - 1) / hopSamples;
    const auto wanted = (begun + multiple - 1) / multiple * multiple;

    while (frameCount < wanted)
        push (silence, energies);
}

void FeatureExtractor::appendFrame (std::vector<float>& energies)
{
    std::array<float, fftSize> samples{};
    std::array<float, spectrumSize> power;
    Frame frame;

    for (std::size_t i = 0; i < windowSamples; ++i)
        frame[i] = window[i] * tables->hann[i];

    std::array<float, lowShapes> shares;
    auto lowPower = 0.0f;

    for (std::size_t k = 0; k < lowShapes; ++k)
    {
        shares[k] = dotProduct (frame, tables->low[k]);
        lowPower += shares[k] * shares[k];
    }

    Frame low;

    for (std::size_t i = 0; i < windowSamples; ++i)
    {
        low[i] = 0.0f;

        for (std::size_t k = 0; k < lowShapes; ++k)
            low[i] += shares[k] * tables->low[k][i];

        frame[i] -= low[i];
    }

    const auto most = lowMost * dotProduct (frame, frame);
    const auto kept = lowPower > most ? std::sqrt (most / lowPower) : 1.0f;

    for (std::size_t i = 0; i < windowSamples; ++i)
        samples[i] = frame[i] + kept * low[i];

    tables->fft.powerSpectrum (samples, power);

    for (const auto& filter : tables->filters)
    {
        auto sum = 0.0f;

        for (std::size_t k = 0; k < filter.weights.size(); ++k)
            sum += filter.weights[k] * power[static_cast<std::size_t> (filter.firstBin) + k];

        energies.push_back (sum);
    }

    ++frameCount;
}

void writeFeatures (std::span<const float> energies,
                    float gain,
                    const FeatureNormalisation& normalisation,
                    std::span<float> features)
{
    for (std::size_t frame = 0; frame < energies.size(); frame += melBins)
        for (std::size_t bin = 0; bin < melBins; ++bin)
            features[frame + bin] = (std::log (energies[frame + bin] * gain + logFloor) - normalisation.mean[bin])
                                    / normalisation.deviation[bin];
}

std::vector<float> extractFeatures (std::span<const float> samples,
                                    const FeatureNormalisation& normalisation,
                                    std::size_t multiple)
{
    std::vector<float> energies;
    energies.reserve ((samples.size() / hopSamples + multiple + 3) * melBins);
    FeatureExtractor extractor;
    extractor.push (samples, energies);
    extractor.flush (multiple, energies);

    std::vector<float> levels;

    for (std::size_t at = 0; at + hopSamples <= samples.size(); at += hopSamples)
        levels.push_back (hopLevel (samples.subspan (at, hopSamples), featureRate));

    SpeechLevel level;
    level.hear (levels);
    std::vector<float> features (energies.size());
    writeFeatures (energies, level.gain(), normalisation, features);
    return features;
}

} // namespace kikitori::backend
