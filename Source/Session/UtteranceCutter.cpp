#include "Session/UtteranceCutter.h"

#include <algorithm>

namespace kikitori
{

namespace
{

constexpr SessionLimits::Milliseconds frameLength{ 20 };
constexpr double quietest = 1.0e-8;     // mean square: -80 dB full scale counts as digital silence
constexpr double speechOverNoise = 8.0; // 9 dB
constexpr double quietShare = 0.1;      // 10 dB below the speech so far: a good enough place near the limit
constexpr double floorRise = 1.02;      // a frame: the floor climbs 4.3 dB a second, so that it finds a new room

} // namespace

UtteranceCutter::UtteranceCutter (const SessionLimits& limits, const WireFormat& format)
    : frameSamples (format.samplesOf (frameLength)), shortest (format.samplesOf (limits.utteranceShortest)),
      longest (std::max (format.samplesOf (limits.utteranceLongest), frameSamples)),
      pause (format.samplesOf (limits.utterancePause))
{
}

void UtteranceCutter::begin (std::int64_t position)
{
    startPosition = position;
    seen = inFrame = quietFor = 0;
    frameSquares = 0.0;
    hasSpeech = false;
}

std::optional<std::size_t> UtteranceCutter::add (std::span<const float> samples)
{
    for (std::size_t i = 0; i < samples.size(); ++i)
    {
        frameSquares += static_cast<double> (samples[i]) * static_cast<double> (samples[i]);
        ++seen;

        if (++inFrame == frameSamples)
        {
            const auto meanSquare = frameSquares / static_cast<double> (frameSamples);
            frameSquares = 0.0;
            inFrame = 0;

            if (endsAfterFrame (meanSquare))
                return i + 1;
        }

        if (seen >= longest)
            return i + 1;
    }

    return std::nullopt;
}

bool UtteranceCutter::endsAfterFrame (double meanSquare)
{
    const auto risen = noiseFloor > 0.0 ? noiseFloor * floorRise : meanSquare;
    noiseFloor = std::max (quietest, std::min (meanSquare, risen));
    const auto isSpeech = meanSquare > noiseFloor * speechOverNoise;

    if (isSpeech)
    {
        speechLevel = hasSpeech ? speechLevel + 0.1 * (meanSquare - speechLevel) : meanSquare;
        hasSpeech = true;
        quietFor = 0;
    }
    else
    {
        quietFor += frameSamples;
    }

    if (hasSpeech && seen >= shortest && quietFor >= pause)
        return true;

    // Near the limit any dip between words is better than a cut through one.
    return seen >= longest - longest / 5 && meanSquare < quietShare * speechLevel;
}

} // namespace kikitori
