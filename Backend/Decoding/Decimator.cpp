#include "Backend/Decoding/Decimator.h"

#include "Backend/Model/Kernels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <numbers>

namespace kikitori::backend
{

namespace
{
constexpr int highestFactor = 12;
constexpr int tapsPerPhase = 2 * static_cast<int> (Decimator::halfLength);
/** What the kernel may read beyond the end. */
constexpr std::size_t readBeyond = 15;
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

std::vector<std::vector<float>> design (int factor)
{
    const auto count = tapsPerPhase * factor;
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

    std::vector<std::vector<float>> phases (static_cast<std::size_t> (factor));

    for (std::size_t i = 0; i < exact.size(); ++i)
        phases[i % phases.size()].push_back (static_cast<float> (exact[i] / sum)); // a constant stays what it is

    return phases;
}

std::shared_ptr<const std::vector<std::vector<float>>> sharedTaps (int factor)
{
    static std::mutex mutex;
    static std::array<std::shared_ptr<const std::vector<std::vector<float>>>, highestFactor + 1> designed;
    const std::lock_guard lock (mutex);
    auto& taps = designed.at (static_cast<std::size_t> (factor));

    if (taps == nullptr)
        taps = std::make_shared<const std::vector<std::vector<float>>> (design (factor));

    return taps;
}
} // namespace

Decimator::Decimator (int factor) : taps (sharedTaps (factor)), waiting (taps->size()) { restart(); }

void Decimator::restart()
{
    samplesWaiting = halfLengthOfInput();

    for (auto& phase : waiting)
        phase.assign (halfLength + readBeyond, 0.0f);
}

void Decimator::push (std::span<const float> samples, std::vector<float>& out)
{
    const auto factor = waiting.size();
    const auto room = (samplesWaiting + samples.size() + factor - 1) / factor + readBeyond;

    for (auto& phase : waiting)
        phase.resize (std::max (phase.size(), room));

    for (std::size_t i = 0; i < std::min (factor, samples.size()); ++i)
    {
        auto* place = waiting[(samplesWaiting + i) % factor].data() + (samplesWaiting + i) / factor;

        for (auto at = i; at < samples.size(); at += factor)
            *place++ = samples[at];
    }

    samplesWaiting += samples.size();

    const auto length = 2 * halfLengthOfInput();

    if (samplesWaiting < length)
        return;

    const auto outputs = (samplesWaiting - length) / factor + 1;
    out.resize (out.size() + outputs, 0.0f);
    auto* const first = out.data() + out.size() - outputs;

    for (std::size_t p = 0; p < factor; ++p)
    {
        kernels().correlate (waiting[p].data(), (*taps)[p].data(), tapsPerPhase, static_cast<int> (outputs), first);
        waiting[p].erase (waiting[p].begin(), waiting[p].begin() + static_cast<std::ptrdiff_t> (outputs));
    }

    samplesWaiting -= outputs * factor;
}

} // namespace kikitori::backend
