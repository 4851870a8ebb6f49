/*  Whether an input is as loud as speech should be, from what its level meter shows over time.

    Too loud: a sample at full scale in the last 3 s. Very quiet: somebody speaks (the mean level of the last 10 s moves
    by 12 dB) and no peak comes above -40 dB. A steady sound and silence are neither.

    Threads: one at a time.
    Failure: none.
*/
#pragma once

#include "Audio/LevelMeter.h"

#include <array>
#include <cstdint>

namespace kikitori
{

class LevelAdvice
{
public:
    enum class Verdict
    {
        fine,
        veryQuiet,
        tooLoud
    };

    /** The meter at a time, which never goes back. */
    Verdict update (InputLevel level, double seconds)
    {
        const auto second = static_cast<std::int64_t> (seconds);
        auto& now = kept[static_cast<std::size_t> (second % keptSeconds)];

        if (now.second != second)
            now = { second, 0.0f, 0.0f, 0.0f };

        if (level.peak >= fullScale)
            clippedAt = seconds;

        if (level.rms < nothing)
            heardSince = seconds; // the meter rises from silence: that is no word

        if (seconds - heardSince >= settling)
        {
            now.peak = std::max (now.peak, level.peak);
            now.loudest = std::max (now.loudest, level.rms);
            now.quietest = now.quietest > 0.0f ? std::min (now.quietest, level.rms) : level.rms;
        }

        if (seconds - clippedAt < clippedFor)
            return Verdict::tooLoud;

        return isVeryQuiet (second) ? Verdict::veryQuiet : Verdict::fine;
    }

private:
    static constexpr std::int64_t keptSeconds = 10;
    static constexpr double clippedFor = 3.0, settling = 1.0;
    static constexpr float fullScale = 0.999f, nothing = 0.0001f, quietPeak = 0.01f;
    static constexpr float wordsAbovePauses = 4.0f; ///< 12 dB

    struct Second
    {
        std::int64_t second = -1;
        float peak = 0.0f, loudest = 0.0f, quietest = 0.0f; ///< quietest 0: nothing was heard
    };

    bool isVeryQuiet (std::int64_t second) const
    {
        Second whole;

        for (const auto& one : kept)
            if (one.quietest > 0.0f && one.second > second - keptSeconds)
            {
                whole.peak = std::max (whole.peak, one.peak);
                whole.loudest = std::max (whole.loudest, one.loudest);
                whole.quietest = whole.quietest > 0.0f ? std::min (whole.quietest, one.quietest) : one.quietest;
            }

        return whole.peak < quietPeak && whole.loudest > whole.quietest * wordsAbovePauses;
    }

    std::array<Second, keptSeconds> kept;
    double clippedAt = -clippedFor;
    double heardSince = 0.0;
};

/** What to do about it, in English: the window's translations know it. */
inline const char* describe (LevelAdvice::Verdict verdict)
{
    switch (verdict)
    {
        case LevelAdvice::Verdict::veryQuiet:
            return "Very quiet. Turn up the input level, or move closer to the microphone.";
        case LevelAdvice::Verdict::tooLoud:
            return "Too loud: the sound is clipped. Turn down the input level, or move away from the microphone.";
        case LevelAdvice::Verdict::fine: break;
    }

    return "";
}

} // namespace kikitori
