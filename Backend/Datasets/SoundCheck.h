/*  What is wrong with a recording before anything is learned from it, and whether another one has the same sound.

    Threads: pure functions.
    Failure: as readAudioFile.
*/
#pragma once

#include "Audio/AudioFileReader.h"
#include "Backend/Datasets/LeftOut.h"

#include <cstdint>
#include <optional>
#include <span>

namespace kikitori::backend
{

/** Longest recording that a training takes, seconds; and the most characters that anybody says in one. */
inline constexpr double longestUtteranceSeconds = 30.0;
inline constexpr double mostCharactersPerSecond = 30.0;

struct SoundFacts
{
    double seconds = 0.0;
    float loudest = 0.0f;     ///< full scale is 1
    std::uint64_t sound = 0;  ///< the same for the same samples, in whatever file; 0: none

    /** Why it is left out, if it is. */
    std::optional<LeftOut::Reason> problem() const noexcept;
};

SoundFacts soundFacts (std::span<const float> samples, double sampleRate);

/** Of a file. */
Result<SoundFacts> soundFactsOf (const std::filesystem::path& file, AudioFileReader::StopCheck shouldStop);

} // namespace kikitori::backend
