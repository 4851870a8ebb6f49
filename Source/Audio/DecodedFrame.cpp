#include "Audio/DecodedFrame.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

extern "C"
{
#include <libavutil/channel_layout.h>
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
void convert (std::vector<std::vector<float>>& planes, const AVFrame& frame, bool isPlanar)
{
    const auto channels = planes.size();
    for (std::size_t c = 0; c < channels; ++c)
    {
        const auto* from = reinterpret_cast<const Sample*> (frame.extended_data[isPlanar ? c : 0]);
        for (std::size_t i = 0; i < planes[c].size(); ++i)
            planes[c][i] = toFloat (from[isPlanar ? i : i * channels + c]);
    }
}

/** The place of a channel as a bit of FFmpeg's masks, whose numbers are those of the newer enumeration as well. */
std::uint64_t placeOf (const AVFrame& frame, int channel)
{
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 24, 100)
    const auto place = av_channel_layout_channel_from_index (&frame.ch_layout, static_cast<unsigned> (channel));
    return place >= 0 && place < 64 ? std::uint64_t{ 1 } << place : 0;
#else
    return av_channel_layout_extract_channel (frame.channel_layout, channel);
#endif
}

float weightOf (std::uint64_t place)
{
    constexpr std::uint64_t fronts = AV_CH_FRONT_LEFT | AV_CH_FRONT_RIGHT | AV_CH_FRONT_LEFT_OF_CENTER
                                     | AV_CH_FRONT_RIGHT_OF_CENTER | AV_CH_STEREO_LEFT | AV_CH_STEREO_RIGHT;
    constexpr std::uint64_t effects = AV_CH_LOW_FREQUENCY | AV_CH_LOW_FREQUENCY_2;
    constexpr float front = 0.7071f, effect = 0.03f, surround = 0.5f;

    if (place == 0 || place == AV_CH_FRONT_CENTER)
        return 1.0f;
    return (place & fronts) != 0 ? front : (place & effects) != 0 ? effect : surround;
}

} // namespace

bool toPlanes (std::vector<std::vector<float>>& planes, const AVFrame& frame)
{
    const auto format = static_cast<AVSampleFormat> (frame.format);
    const bool isPlanar = av_sample_fmt_is_planar (format) != 0;
    planes.resize (static_cast<std::size_t> (channelsOf (frame)));
    for (auto& plane : planes)
        plane.resize (static_cast<std::size_t> (frame.nb_samples));

    switch (av_get_packed_sample_fmt (format))
    {
        case AV_SAMPLE_FMT_U8: convert<std::uint8_t> (planes, frame, isPlanar); return true;
        case AV_SAMPLE_FMT_S16: convert<std::int16_t> (planes, frame, isPlanar); return true;
        case AV_SAMPLE_FMT_S32: convert<std::int32_t> (planes, frame, isPlanar); return true;
        case AV_SAMPLE_FMT_FLT: convert<float> (planes, frame, isPlanar); return true;
        case AV_SAMPLE_FMT_DBL: convert<double> (planes, frame, isPlanar); return true;
        default: return false;
    }
}

std::vector<float> mixWeights (const AVFrame& frame)
{
    std::vector<float> weights;
    for (int c = 0; c < channelsOf (frame); ++c)
        weights.push_back (weightOf (placeOf (frame, c)));
    return weights;
}

} // namespace kikitori
