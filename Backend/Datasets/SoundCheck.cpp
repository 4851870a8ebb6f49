#include "Backend/Datasets/SoundCheck.h"

#include <algorithm>
#include <cmath>

namespace kikitori::backend
{

namespace
{
constexpr float silence = 1e-4f;  ///< -80 dB: below the noise of any microphone
constexpr float fullScales = 32;  ///< more is a file of another byte order or format

std::uint64_t mixed (std::uint64_t hash, std::uint16_t value) noexcept
{
    return (hash ^ value) * 0x100000001b3; // FNV-1a, by samples
}
} // namespace

std::optional<LeftOut::Reason> SoundFacts::problem() const noexcept
{
    using Reason = LeftOut::Reason;
    return seconds <= 0.0                        ? std::optional (Reason::unreadable)
           : loudest > fullScales                ? std::optional (Reason::brokenSample)
           : loudest < silence                   ? std::optional (Reason::silent)
           : seconds > longestUtteranceSeconds   ? std::optional (Reason::tooLong)
                                                 : std::nullopt;
}

SoundFacts soundFacts (std::span<const float> samples, double sampleRate)
{
    constexpr float step = 32767.0f;
    SoundFacts facts;
    facts.seconds = static_cast<double> (samples.size()) / sampleRate;
    facts.sound = 0xcbf29ce484222325;

    for (const auto sample : samples)
    {
        facts.loudest = std::max (facts.loudest, std::abs (sample));
        // As 16 bit, so that a copy as FLAC or in 24 bits is the same.
        facts.sound = mixed (facts.sound, static_cast<std::uint16_t> (static_cast<std::int16_t> (
                                              std::lround (step * std::clamp (sample, -1.0f, 1.0f)))));
    }

    return facts;
}

Result<SoundFacts> soundFactsOf (const std::filesystem::path& file, AudioFileReader::StopCheck shouldStop)
{
    const auto content = readAudioFile (file, 3600.0, std::move (shouldStop));

    if (! content)
        return content.error();

    return soundFacts (content.value().samples, content.value().sampleRate);
}

} // namespace kikitori::backend
