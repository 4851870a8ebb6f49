#include "Backend/Decoding/Decimator.h"

#include "Backend/Model/Kernels.h"

#include <array>
#include <cmath>
#include <mutex>
#include <numbers>

namespace kikitori::backend
{

namespace
{
constexpr int highestFactor = 12;
/** Of the client's samples, for each of 16 kHz: 8 ms. A multiple of 16 / 2, the kernel's step for every factor. */
constexpr int tapsPerFactor = 128;
/** 7.6 kHz in cycles per sample of 16 kHz: the middle of the transition. */
constexpr double cutoff = 0.475;
/** 100 dB: 0.1102 (100 - 8.7). */
constexpr double kaiserBeta = 10.06;

/** The modified Bessel function of the first kind and order 0, by its power series. */
double bessel0 (double x)
{
    auto sum = 1.0, term = 1.0;

    for (int k = 1; term > 1e-18 * sum; ++k)
    {
        term *= x * x / (4.0 * k * k);
        sum += term;
    }

    return sum;
}

std::vector<float> design (int factor)
{
    const auto count = tapsPerFactor * factor;
    const auto middle = 0.5 * (count - 1);
    std::vector<double> exact (static_cast<std::size_t> (count));
    auto sum = 0.0;

    for (int i = 0; i < count; ++i)
    {
        const auto t = (i - middle) / factor; // in samples of 16 kHz; never 0, as count is even
        const auto edge = (i - middle) / (middle + 0.5);
        const auto angle = std::numbers::pi * t;
        exact[static_cast<std::size_t> (i)] =
            std::sin (2.0 * cutoff * angle) / angle * bessel0 (kaiserBeta * std::sqrt (1.0 - edge * edge));
        sum += exact[static_cast<std::size_t> (i)];
    }

    std::vector<float> taps;

    for (const auto tap : exact)
        taps.push_back (static_cast<float> (tap / sum)); // a constant stays what it is

    return taps;
}

std::shared_ptr<const std::vector<float>> sharedTaps (int factor)
{
    static std::mutex mutex;
    static std::array<std::shared_ptr<const std::vector<float>>, highestFactor + 1> designed;
    const std::lock_guard lock (mutex);
    auto& taps = designed.at (static_cast<std::size_t> (factor));

    if (taps == nullptr)
        taps = std::make_shared<const std::vector<float>> (design (factor));

    return taps;
}
} // namespace

Decimator::Decimator (int factorToUse) : factor (factorToUse), taps (sharedTaps (factorToUse)) {}

void Decimator::push (std::span<const float> samples, std::vector<float>& out)
{
    waiting.insert (waiting.end(), samples.begin(), samples.end());

    if (waiting.size() < taps->size())
        return;

    const auto step = static_cast<std::size_t> (factor);
    const auto outputs = (waiting.size() - taps->size()) / step + 1;
    out.resize (out.size() + outputs);
    kernels().decimate (waiting.data(), factor, taps->data(), static_cast<int> (taps->size()), static_cast<int> (outputs),
                        out.data() + out.size() - outputs);
    waiting.erase (waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t> (outputs * step));
}

} // namespace kikitori::backend
