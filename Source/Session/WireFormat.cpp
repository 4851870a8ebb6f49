#include "Session/WireFormat.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace kikitori
{

namespace
{

template <typename Word>
void appendLittleEndian (std::vector<std::byte>& bytes, Word word)
{
    for (std::size_t i = 0; i < sizeof (Word); ++i)
        bytes.push_back (static_cast<std::byte> ((word >> (8 * i)) & 0xff));
}

} // namespace

const std::vector<std::string>& streamFormatNames()
{
    static const std::vector<std::string> names{ "f32", "i16", "i16-16k" }; // in StreamFormat's order
    return names;
}

std::optional<StreamFormat> streamFormatNamed (const std::string& name)
{
    const auto& names = streamFormatNames();
    const auto found = std::find (names.begin(), names.end(), name);
    return found != names.end() ? std::optional (static_cast<StreamFormat> (found - names.begin())) : std::nullopt;
}

WireFormat::WireFormat (StreamFormat format) noexcept
    : factor (format == StreamFormat::i16at16k ? 3 : 1), isFloat (format == StreamFormat::f32)
{
}

void encode (std::span<const float> samples, const WireFormat& format, std::vector<std::byte>& bytes)
{
    bytes.clear();

    if constexpr (std::endian::native == std::endian::little)
    {
        if (format.isFloat)
        {
            const auto raw = std::as_bytes (samples);
            bytes.assign (raw.begin(), raw.end());
            return;
        }
    }

    for (const auto sample : samples)
    {
        if (format.isFloat)
            appendLittleEndian (bytes, std::bit_cast<std::uint32_t> (sample));
        else
            appendLittleEndian (bytes, static_cast<std::uint16_t> (static_cast<std::int16_t> (
                                           std::lround (std::clamp (sample, -1.0f, 1.0f) * 32767.0f))));
    }
}

std::int64_t WireResampler::process (std::int64_t position, std::span<const float> samples, std::vector<float>& output)
{
    if (! isRunning)
    {
        isRunning = true;
        emitted = wire.fromStream (position);
        runEnd = position;
    }

    // A run's first wire sample may lie one or two stream samples after its start.
    const auto ahead =
        std::clamp<std::int64_t> (wire.toStream (emitted) - runEnd, 0, static_cast<std::int64_t> (samples.size()));
    const auto used = resampler && resampler->inputCount() > 0 ? 0 : static_cast<std::size_t> (ahead);
    runEnd += static_cast<std::int64_t> (samples.size());
    samples = samples.subspan (used);

    if (! resampler)
        if (auto made = StreamResampler::create (48000.0, wire.rate()))
            resampler = std::move (made).value();

    const auto before = output.size();
    const auto at = emitted;

    if (resampler)
        resampler->process (samples, output);
    else
        output.resize (before + static_cast<std::size_t> (wire.fromStream (runEnd) - emitted), 0.0f);

    emitted += static_cast<std::int64_t> (output.size() - before);
    return at;
}

std::int64_t WireResampler::finish (std::vector<float>& output)
{
    if (! std::exchange (isRunning, false))
        return emitted;

    const auto before = output.size();
    const auto at = emitted;
    const auto due = static_cast<std::size_t> (wire.fromStream (runEnd) - emitted);

    if (resampler)
        resampler->finish (output);

    // The resampler rounds the run's length for itself; the grid's count is the one that holds.
    output.resize (before + due, output.empty() ? 0.0f : output.back());
    emitted += static_cast<std::int64_t> (due);
    return at;
}

} // namespace kikitori
