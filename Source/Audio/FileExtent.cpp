#include "Audio/FileExtent.h"

#include "Audio/MediaStreams.h"
#include "Core/PlainText.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace kikitori
{

namespace
{

/** Its audio has a length in samples, to the sample. */
bool statesSamples (const AVFormatContext& format, const AVCodecParameters& codec)
{
    const bool isPlain = codec.codec_id == AV_CODEC_ID_FLAC || av_get_exact_bits_per_sample (codec.codec_id) > 0;
    return isPlain && isOneOf (format, { "wav", "w64", "caf", "au", "aiff", "flac" });
}

/** The length in bytes that an MPEG layer III frame's header states; 0 for anything else. */
std::size_t mp3FrameBytes (const std::uint8_t* header, int sampleRate)
{
    constexpr std::array kilobits1{ 0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0 };
    constexpr std::array kilobits2{ 0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0 };

    const auto isLayer3 = header[0] == 0xff && (header[1] & 0xe6) == 0xe2;
    if (! isLayer3 || sampleRate <= 0)
        return 0;

    const bool isVersion1 = (header[1] & 0x18) == 0x18;
    const auto kilobits = static_cast<std::size_t> ((isVersion1 ? kilobits1 : kilobits2)[header[2] >> 4]);
    const std::size_t padding = header[2] >> 1 & 1, perKilobit = isVersion1 ? 144000 : 72000;
    return kilobits > 0 ? perKilobit * kilobits / static_cast<std::size_t> (sampleRate) + padding : 0;
}

/** The same of an AAC frame with an ADTS header (ISO/IEC 14496-3, 1.A.2). */
std::size_t adtsFrameBytes (const std::uint8_t* header)
{
    if (header[0] != 0xff || (header[1] & 0xf6) != 0xf0)
        return 0;
    return static_cast<std::size_t> ((header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5);
}

bool isCutFrame (const AVPacket& packet, const AVCodecParameters& codec)
{
    constexpr int header = 6;
    if (packet.size < header)
        return false;
    const auto stated = codec.codec_id == AV_CODEC_ID_MP3   ? mp3FrameBytes (packet.data, codec.sample_rate)
                        : codec.codec_id == AV_CODEC_ID_AAC ? adtsFrameBytes (packet.data)
                                                            : 0;
    return stated > static_cast<std::size_t> (packet.size);
}

/** A page of an Ogg file (RFC 3533) has at most 65,307 bytes: its header tells how many. */
bool endsWithinOggPage (const MediaInput& input)
{
    constexpr std::size_t header = 27, largestPage = 65307;
    std::string tail (static_cast<std::size_t> (std::min<std::uint64_t> (input.size(), largestPage)), '\0');
    if (tail.empty() || ! input.readAt (input.size() - tail.size(), tail))
        return false;

    const auto page = tail.rfind (std::string_view ("OggS\0", 5));
    if (page == std::string::npos)
        return false;
    if (tail.size() - page < header)
        return true;

    const auto segments = static_cast<std::size_t> (static_cast<unsigned char> (tail[page + header - 1]));
    auto needed = header + segments;
    for (std::size_t i = 0; i < segments && page + header + i < tail.size(); ++i)
        needed += static_cast<unsigned char> (tail[page + header + i]);
    return tail.size() - page < needed;
}

std::string inSeconds (double seconds) { return decimalText (seconds, seconds < 1.0 ? 2 : 1) + " s"; }

double toSeconds (std::int64_t time, AVRational base) { return static_cast<double> (time) * av_q2d (base); }

} // namespace

FileExtent::FileExtent (const MediaInput& inputToUse, int streamToUse)
    : input (inputToUse), format (inputToUse.format()), stream (*format.streams[streamToUse]),
      stated (readStatedData ([this] (std::uint64_t offset, std::span<char> target)
                              { return input.readAt (offset, target); })),
      countsSamples (statesSamples (format, *stream.codecpar))
{
}

void FileExtent::onPacket (const AVPacket& packet)
{
    const auto& from = *format.streams[packet.stream_index];
    const auto length = toSeconds (std::max<std::int64_t> (0, packet.duration), from.time_base);
    const auto time = packet.pts != AV_NOPTS_VALUE ? packet.pts : packet.dts;
    const auto end = time != AV_NOPTS_VALUE ? toSeconds (time, from.time_base) + length : 0.0;
    everyEnd = std::max (everyEnd, end);

    if (&from == &stream)
    {
        ownEnd = std::max (ownEnd, end);
        lastPacketSeconds = length;
        endsWithinFrame = isCutFrame (packet, *stream.codecpar);
    }
}

void FileExtent::onFrame (const AVFrame& frame)
{
    if (decoded > 0.0) // at the very beginning, half a frame is usual
        damage += waitingDamage;
    waitingDamage = 0.0;
    endsDamaged = false;
    decoded += frame.sample_rate > 0 ? static_cast<double> (frame.nb_samples) / frame.sample_rate : 0.0;
}

void FileExtent::onDamage()
{
    waitingDamage += lastPacketSeconds;
    endsDamaged = true;
}

std::optional<double> FileExtent::statedLength() const
{
    const auto& codec = *stream.codecpar;
    if (! stated || ! countsSamples || codec.block_align <= 0 || codec.sample_rate <= 0)
        return std::nullopt;
    return static_cast<double> (stated->bytes) / codec.block_align / codec.sample_rate;
}

/** By the bytes that the header announces. Where they are no samples, what is there was as long per byte. */
std::optional<double> FileExtent::statedEnd() const
{
    if (! stated || statedLength())
        return statedLength();

    const auto there = static_cast<double> (input.size()) - static_cast<double> (stated->begin);
    const auto bytes = static_cast<double> (stated->bytes);
    return there > 0.0 ? std::optional (decoded * std::max (1.0, bytes / there)) : std::nullopt;
}

/** On the same clock as reachedEnd(). */
std::optional<double> FileExtent::announcedEnd() const
{
    if (isOneOf (format, { "wav", "w64", "caf", "au" }))
        return statedEnd();
    if (format.duration_estimation_method != AVFMT_DURATION_FROM_STREAM)
        return std::nullopt;
    if (isOneOf (format, { "matroska", "webm" }))
        return format.duration > 0 ? std::optional (static_cast<double> (format.duration) / AV_TIME_BASE) : std::nullopt;

    const bool isKnown = countsSamples || isOneOf (format, { "mp3", "mov" });
    if (! isKnown || stream.duration == AV_NOPTS_VALUE || stream.duration <= 0)
        return std::nullopt;

    const auto length = toSeconds (stream.duration, stream.time_base);
    if (! isContainer (format, "mov"))
        return length;
    return length + (stream.start_time != AV_NOPTS_VALUE ? toSeconds (stream.start_time, stream.time_base) : 0.0);
}

double FileExtent::reachedEnd() const noexcept
{
    // Matroska states the length of all of it: a shorter audio track than the picture is no cut.
    if (isOneOf (format, { "matroska", "webm" }))
        return everyEnd;
    return isContainer (format, "mov") ? ownEnd : decoded;
}

std::optional<Error> FileExtent::missing (const std::string& name) const
{
    // Padding of encoders, edit lists and rounding are no loss.
    const double tolerance = countsSamples ? 0.02 : isOneOf (format, { "mov", "matroska", "webm" }) ? 0.5 : 0.25;
    const auto tell = [&name] (const std::string& what)
    { return Error{ "incomplete_audio", name + what + " Only what is there was transcribed; get the complete file." }; };

    if (const auto announced = announcedEnd(); announced && *announced - reachedEnd() > tolerance)
        return tell (" is cut short or damaged: " + inSeconds (*announced - reachedEnd()) + " of "
                     + inSeconds (*announced) + " are missing.");

    const bool hasLength = format.duration_estimation_method == AVFMT_DURATION_FROM_STREAM;
    const bool endsWithinFrameAlone = ! hasLength && (endsWithinFrame || (endsDamaged && isContainer (format, "flac")));
    if (isBroken || endsWithinFrameAlone
        || (input.isFile() && isContainer (format, "ogg") && endsWithinOggPage (input)))
        return tell (" is cut short: its end is missing.");
    if (damage > tolerance)
        return tell (" is damaged: " + inSeconds (damage) + " of it could not be decoded.");
    return std::nullopt;
}

} // namespace kikitori
