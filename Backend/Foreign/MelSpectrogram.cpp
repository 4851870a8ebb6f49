#include "Backend/Foreign/MelSpectrogram.h"

#include "Backend/Features/RealFft.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace kikitori::backend
{

namespace
{
constexpr int fftSize = 512;
constexpr int spectrumSize = fftSize / 2 + 1;
constexpr int window = 400;
constexpr int hop = 160;
constexpr int lead = window / 2; ///< a frame begins that much before its centre
constexpr double rate = 16000.0;
constexpr float emphasis = 0.97f;

double melOf (double hertz)
{
    return hertz < 1000.0 ? hertz * 3.0 / 200.0 : 15.0 + std::log (hertz / 1000.0) * 27.0 / std::log (6.4);
}

double hertzOf (double mel)
{
    return mel < 15.0 ? mel * 200.0 / 3.0 : 1000.0 * std::exp ((mel - 15.0) * std::log (6.4) / 27.0);
}
} // namespace

struct MelSpectrogram::Tables
{
    explicit Tables (int bins) : filters (static_cast<std::size_t> (bins))
    {
        for (int i = 0; i < window; ++i)
            hann[static_cast<std::size_t> (i)] =
                static_cast<float> (0.5 - 0.5 * std::cos (2.0 * std::numbers::pi * i / (window - 1)));

        const auto top = melOf (rate / 2.0);

        for (int bin = 0; bin < bins; ++bin)
        {
            const auto edge = [&] (int i) { return hertzOf (top * (bin + i) / (bins + 1)); };
            auto& filter = filters[static_cast<std::size_t> (bin)];

            for (int k = 0; k < spectrumSize; ++k)
            {
                const auto hertz = k * rate / fftSize;
                const auto weight =
                    std::min ((hertz - edge (0)) / (edge (1) - edge (0)), (edge (2) - hertz) / (edge (2) - edge (1)));
                filter[static_cast<std::size_t> (k)] =
                    static_cast<float> (std::max (0.0, weight) * 2.0 / (edge (2) - edge (0)));
            }
        }
    }

    std::array<float, window> hann{};
    std::vector<std::array<float, spectrumSize>> filters;
    RealFft<fftSize> fft;
};

MelSpectrogram::MelSpectrogram (int melBins) : bins (melBins), tables (std::make_shared<const Tables> (melBins))
{
    reset();
}

MelSpectrogram::~MelSpectrogram() = default;

void MelSpectrogram::reset()
{
    pending.assign (lead, 0.0f);
    previous = 0.0f;
    samplesIn = framesOut = 0;
}

void MelSpectrogram::push (std::span<const float> samples, std::vector<float>& frames)
{
    for (const auto sample : samples)
    {
        pending.push_back (samplesIn == 0 ? sample : sample - emphasis * previous);
        previous = sample;
        ++samplesIn;
    }

    std::size_t used = 0;

    for (; pending.size() - used >= window; used += hop)
    {
        std::array<float, fftSize> block{};
        std::array<float, spectrumSize> power;

        for (std::size_t i = 0; i < window; ++i)
            block[i] = pending[used + i] * tables->hann[i];

        tables->fft.powerSpectrum (block, power);

        for (const auto& filter : tables->filters)
        {
            auto sum = 0.0f;

            for (std::size_t k = 0; k < power.size(); ++k)
                sum += filter[k] * power[k];

            frames.push_back (std::log (sum + 0x1p-24f));
        }

        ++framesOut;
    }

    pending.erase (pending.begin(), pending.begin() + static_cast<std::ptrdiff_t> (used));
}

void MelSpectrogram::finish (std::vector<float>& frames)
{
    const auto wanted = samplesIn / hop;

    while (framesOut < wanted)
    {
        pending.resize (window, 0.0f);
        push ({}, frames);
    }
}

void normaliseEachBin (std::vector<float>& frames, int bins)
{
    const auto size = static_cast<std::size_t> (bins);
    const auto count = frames.size() / size;

    if (count < 2)
        return;

    for (std::size_t bin = 0; bin < size; ++bin)
    {
        auto sum = 0.0, squares = 0.0;

        for (std::size_t t = 0; t < count; ++t)
            sum += static_cast<double> (frames[t * size + bin]);

        const auto mean = sum / static_cast<double> (count);

        for (std::size_t t = 0; t < count; ++t)
            squares += std::pow (static_cast<double> (frames[t * size + bin]) - mean, 2.0);

        const auto deviation = std::sqrt (squares / static_cast<double> (count - 1)) + 1e-5;

        for (std::size_t t = 0; t < count; ++t)
            frames[t * size + bin] =
                static_cast<float> ((static_cast<double> (frames[t * size + bin]) - mean) / deviation);
    }
}

} // namespace kikitori::backend
