/*  How samples travel: float or 16 bits at 48 kHz, or 16 bits at 16 kHz for slow links (a sixth of the bytes).

    Positions on the wire count in the format's own rate. At 16 kHz wire sample n stands for stream sample 3 n, so
    both sides agree exactly, whatever was cut or lost between.

    Threads: one (the network thread).
    Failure: a resampler that cannot be made (no memory) gives silence of the right length.
*/
#pragma once

#include "Audio/StreamResampler.h"
#include "Session/SessionConfig.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace kikitori
{

/** The names by which people choose a format: f32, i16, i16-16k; nullopt for another. */
std::optional<StreamFormat> streamFormatNamed (const std::string& name);
const std::vector<std::string>& streamFormatNames();

/** The facts of a format. */
struct WireFormat
{
    explicit WireFormat (StreamFormat format) noexcept;

    int rate() const noexcept { return 48000 / static_cast<int> (factor); }
    /** "f32" or "i16", as `start` names it. */
    const char* name() const noexcept { return isFloat ? "f32" : "i16"; }
    std::int64_t samplesOf (SessionLimits::Milliseconds time) const noexcept { return time.count() * (48 / factor); }
    /** The first wire sample at or after a stream sample. */
    std::int64_t fromStream (std::int64_t position) const noexcept { return (position + factor - 1) / factor; }
    /** Positions from outside may be anything; beyond a million years they are cut. */
    std::int64_t toStream (std::int64_t position) const noexcept
    {
        constexpr std::int64_t furthest = std::int64_t{ 1 } << 60;
        return std::clamp (position, -furthest, furthest) * factor;
    }

    std::int64_t factor = 1; ///< stream samples a wire sample
    bool isFloat = true;
};

/** Replaces bytes by the samples in this format, little endian. */
void encode (std::span<const float> samples, const WireFormat& format, std::vector<std::byte>& bytes);

/** From the stream's 48 kHz to the format's rate, run by run: a run is audio without a hole in it. */
class WireResampler
{
public:
    explicit WireResampler (const WireFormat& format) : wire (format) {}

    /** Samples from this stream position on, which follows the last one or begins a run (after finish()). Appends what
        is ready; gives the wire position of the first that it appends. */
    std::int64_t process (std::int64_t position, std::span<const float> samples, std::vector<float>& output);

    /** The run ends: appends its rest, up to the last wire sample that lies before the run's end. */
    std::int64_t finish (std::vector<float>& output);

private:
    const WireFormat wire;
    std::optional<StreamResampler> resampler;
    bool isRunning = false;
    std::int64_t runEnd = 0;  ///< stream position
    std::int64_t emitted = 0; ///< wire position
};

} // namespace kikitori
