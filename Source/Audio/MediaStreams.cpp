#include "Audio/MediaStreams.h"

#include "Audio/DecodedFrame.h"
#include "Audio/StatedLength.h"

#include <algorithm>
#include <string>

namespace kikitori
{

bool isContainer (const AVFormatContext& format, std::string_view wanted)
{
    const std::string names = std::string (",") + format.iformat->name + ",";
    return names.find ("," + std::string (wanted) + ",") != std::string::npos;
}

bool isOneOf (const AVFormatContext& format, std::initializer_list<std::string_view> wanted)
{
    return std::any_of (wanted.begin(), wanted.end(), [&] (auto name) { return isContainer (format, name); });
}

std::vector<int> audioStreams (const AVFormatContext& format)
{
    std::vector<int> indices;
    for (unsigned i = 0; i < format.nb_streams; ++i)
        if (format.streams[i]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO)
            indices.push_back (static_cast<int> (i));
    return indices;
}

AudioTrack describeTrack (const AVStream& stream)
{
    const auto tag = [&stream] (const char* key)
    {
        constexpr std::size_t longest = 100; // bytes; whole characters of UTF-8
        const auto* entry = av_dict_get (stream.metadata, key, nullptr, 0);
        std::string text (entry != nullptr ? entry->value : "");
        auto end = std::min (text.size(), longest);
        while (end < text.size() && end > 0 && (static_cast<unsigned char> (text[end]) & 0xc0) == 0x80)
            --end;
        return text.substr (0, end);
    };
    const auto title = tag ("title");
    const auto language = tag ("language") == "und" ? std::string() : tag ("language");
    return { title + (title.empty() || language.empty() ? language : " (" + language + ")"),
             channelsOf (*stream.codecpar) };
}

AVCodecID codecOf (const MediaInput& input, const AVStream& stream)
{
    constexpr std::uint16_t extensible = 0xfffe;
    const auto& codec = *stream.codecpar;
    const auto channels = channelsOf (codec);
    const auto bytes = channels > 0 ? codec.block_align / channels : 0;
    const auto readAt = [&input] (std::uint64_t at, std::span<char> target) { return input.readAt (at, target); };

    const bool isNarrow = (codec.codec_id == AV_CODEC_ID_PCM_S16LE && bytes > 2)
                          || (codec.codec_id == AV_CODEC_ID_PCM_S24LE && bytes > 3);
    const bool isOfOldEditor = codec.codec_id == AV_CODEC_ID_PCM_F24LE || codec.codec_id == AV_CODEC_ID_PCM_F16LE;

    const bool mayBeWider = isOneOf (input.format(), { "wav", "w64" }) && (isNarrow || isOfOldEditor);

    if (! mayBeWider || readFormatTag (readAt) != extensible)
        return codec.codec_id;
    return bytes == 3 ? AV_CODEC_ID_PCM_S24LE : bytes == 4 ? AV_CODEC_ID_PCM_S32LE : codec.codec_id;
}

std::optional<std::vector<std::uint8_t>> chainedHeader (AVCodecID codec, std::span<const std::uint8_t> packet)
{
    constexpr std::size_t flacInfoAt = 17, flacInfo = 34; // RFC 9639, 10.1
    const std::string_view bytes (reinterpret_cast<const char*> (packet.data()), packet.size());
    using Bytes = std::vector<std::uint8_t>;

    if (codec == AV_CODEC_ID_OPUS && bytes.starts_with ("OpusHead"))
        return Bytes (packet.begin(), packet.end());
    if (codec == AV_CODEC_ID_OPUS && bytes.starts_with ("OpusTags"))
        return Bytes();
    if (codec == AV_CODEC_ID_FLAC && bytes.starts_with ("\x7f" "FLAC") && packet.size() >= flacInfoAt + flacInfo)
        return Bytes (packet.begin() + flacInfoAt, packet.begin() + flacInfoAt + flacInfo);
    if (codec == AV_CODEC_ID_FLAC && ! bytes.starts_with ('\xff'))
        return Bytes();
    return std::nullopt;
}

std::optional<double> timeOf (const AVFrame& frame, const AVFormatContext& format, const AVStream& stream)
{
    // Samples without a clock: FFmpeg's times come from their size, which codecOf() may have put right.
    if (isOneOf (format, { "wav", "w64", "caf", "aiff", "au" }))
        return std::nullopt;

    // Ogg counts in samples: in a joined part of another rate, in other samples than the base of its first part.
    const auto isOtherPart = isContainer (format, "ogg") && frame.sample_rate != stream.codecpar->sample_rate;
    if (frame.pts == AV_NOPTS_VALUE || isOtherPart)
        return std::nullopt;
    return static_cast<double> (frame.pts) * av_q2d (stream.time_base);
}

StreamClock clockOf (const AVFormatContext& format)
{
    constexpr double hour = 3600.0;
    const auto longest = (format.iformat->flags & AVFMT_TS_DISCONT) != 0 ? hour : 12 * hour;

    if (isOneOf (format, { "mov", "matroska", "webm" }))
        return { 0.0, longest };
    if (format.nb_streams > 1 && format.start_time != AV_NOPTS_VALUE)
        return { static_cast<double> (format.start_time) / AV_TIME_BASE, longest };
    return { std::nullopt, longest };
}

} // namespace kikitori
