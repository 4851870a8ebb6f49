#include "Audio/DecodedFrame.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

extern "C"
{
#include <libavutil/samplefmt.h>
}

namespace kikitori
{

namespace
{

template <typename Sample>
float toFloat (Sample value)
{
    if constexpr (std::is_floating_point_v<Sample>)
        return std::isfinite (value) ? static_cast<float> (value) : 0.0f;
    else if constexpr (std::is_same_v<Sample, std::uint8_t>)
        return (static_cast<float> (value) - 128.0f) / 128.0f;
    else
        return static_cast<float> (static_cast<double> (value)
                                   / (static_cast<double> (std::numeric_limits<Sample>::max()) + 1.0));
}

template <typename Sample>
void append (std::vector<float>& out, const AVFrame& frame, int channels, bool planar)
{
    for (int i = 0; i < frame.nb_samples; ++i)
        for (int c = 0; c < channels; ++c)
        {
            const auto* plane = reinterpret_cast<const Sample*> (frame.extended_data[planar ? c : 0]);
            out.push_back (toFloat (plane[planar ? i : i * channels + c]));
        }
}

} // namespace

bool appendFrame (std::vector<float>& out, const AVFrame& frame, int channels)
{
    const auto format = static_cast<AVSampleFormat> (frame.format);
    const bool planar = av_sample_fmt_is_planar (format) != 0;

    switch (av_get_packed_sample_fmt (format))
    {
        case AV_SAMPLE_FMT_U8: append<std::uint8_t> (out, frame, channels, planar); return true;
        case AV_SAMPLE_FMT_S16: append<std::int16_t> (out, frame, channels, planar); return true;
        case AV_SAMPLE_FMT_S32: append<std::int32_t> (out, frame, channels, planar); return true;
        case AV_SAMPLE_FMT_FLT: append<float> (out, frame, channels, planar); return true;
        case AV_SAMPLE_FMT_DBL: append<double> (out, frame, channels, planar); return true;
        default: return false;
    }
}

} // namespace kikitori
