/*  Peak and RMS of the input, with the ballistics of a level meter.

    Threads: add() on the audio thread, level() from any thread (two relaxed atomics: the pair may be one block apart).
    Failure: none; silence is 0.
*/
#pragma once

#include "Realtime/Annotations.h"

#include <algorithm>
#include <atomic>
#include <cmath>

namespace kikitori
{

/** Linear, 1 = full scale. */
struct InputLevel
{
    float peak = 0.0f;
    float rms = 0.0f;
};

class LevelMeter
{
public:
    /** For prepare(): how fast the peak falls and the mean follows. rate in Hz. */
    void setSampleRate (double rate) noexcept
    {
        peakFall = 1.0 / (rate * peakFallSeconds);
        rmsFollow = 1.0 / (rate * rmsSeconds);
    }

    /** A stretch of count samples with this greatest magnitude and this sum of squares. */
    void add (float greatest, double sumOfSquares, int count) noexcept KIKITORI_REALTIME
    {
        // Linear forms of the exponentials: exact enough for a meter and cheap.
        const auto fall = std::max (0.0, 1.0 - peakFall * count);
        const auto follow = std::min (1.0, rmsFollow * count);
        heldPeak = std::max (static_cast<double> (greatest), heldPeak * fall);
        meanSquare += follow * (sumOfSquares / count - meanSquare);
        peak.store (static_cast<float> (heldPeak), std::memory_order_relaxed);
        rms.store (static_cast<float> (std::sqrt (std::max (0.0, meanSquare))), std::memory_order_relaxed);
    }

    InputLevel level() const noexcept
    {
        return { peak.load (std::memory_order_relaxed), rms.load (std::memory_order_relaxed) };
    }

private:
    static constexpr double peakFallSeconds = 0.5;
    static constexpr double rmsSeconds = 0.3;

    double peakFall = 0.0;
    double rmsFollow = 0.0;
    double heldPeak = 0.0;
    double meanSquare = 0.0;
    std::atomic<float> peak{ 0.0f };
    std::atomic<float> rms{ 0.0f };
};

} // namespace kikitori
