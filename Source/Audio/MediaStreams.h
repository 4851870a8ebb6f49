/*  What a container tells of its streams, and what has to be known of containers for that; for AudioFileReader alone.

    Threads: pure functions.
    Failure: what it does not tell has the value for unknown.
*/
#pragma once

#include "Audio/AudioChoice.h"
#include "Audio/MediaInput.h"
#include "Audio/StreamClock.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

extern "C"
{
#include <libavformat/avformat.h>
}

namespace kikitori
{

/** Of "mov,mp4,m4a": one of the container's names. */
bool isContainer (const AVFormatContext& format, std::string_view wanted);
bool isOneOf (const AVFormatContext& format, std::initializer_list<std::string_view> wanted);

/** The indices of the audio streams. */
std::vector<int> audioStreams (const AVFormatContext& format);

AudioTrack describeTrack (const AVStream& stream);

/** The codec of a stream. FFmpeg takes integers whose container is wider than their valid bits for narrower ones, or
    for what an old editor wrote. */
AVCodecID codecOf (const MediaInput& input, const AVStream& stream);

/** Ogg files are joined by putting one behind the other (RFC 3533): then packets with the next one's headers come
    between those with audio. Gives the extradata for the decoder, empty where it needs none; nothing for audio. */
std::optional<std::vector<std::uint8_t>> chainedHeader (AVCodecID codec, std::span<const std::uint8_t> packet);

/** Seconds on the container's clock; none where it does not tell. */
std::optional<double> timeOf (const AVFrame& frame, const AVFormatContext& format, const AVStream& stream);

/** MP4 and Matroska have times from 0; the clocks of others begin anywhere. */
StreamClock clockOf (const AVFormatContext& format);

} // namespace kikitori
