#include "Audio/FileExtent.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string_view>
#include <vector>

namespace kikitori
{

namespace
{

/** Of "mov,mp4,m4a": one of the container's names. */
bool isContainer (const AVFormatContext& format, std::string_view wanted)
{
    const std::string names = std::string (",") + format.iformat->name + ",";
    return names.find ("," + std::string (wanted) + ",") != std::string::npos;
}

bool isOneOf (const AVFormatContext& format, std::initializer_list<std::string_view> wanted)
{
    return std::any_of (wanted.begin(), wanted.end(), [&] (auto name) { return isContainer (format, name); });
}

/** Its audio has a length in samples, to the sample. */
bool statesSamples (const AVFormatContext& format, const AVCodecParameters& codec)
{
    const bool isPlain = codec.codec_id == AV_CODEC_ID_FLAC || av_get_exact_bits_per_sample (codec.codec_id) > 0;
    return isPlain && isOneOf (format, { "wav", "aiff", "flac" });
}

/** What writers to a pipe put into a WAV header, because they cannot know the length. */
bool isPlaceholder (std::uint32_t bytes)
{
    constexpr std::uint32_t slack = 0x10000, gibibytes2 = 0x80000000;
    return bytes == 0 || (bytes >= gibibytes2 - slack && bytes <= gibibytes2) || bytes >= 0xffffffff - slack;
}

std::uint32_t littleEndian (const char* bytes)
{
    std::uint32_t value = 0;
    for (int i = 3; i >= 0; --i)
        value = value << 8 | static_cast<unsigned char> (bytes[i]);
    return value;
}

/** The audio bytes that a WAV header states; FFmpeg forgets them where the file is shorter. 0: not known. */
std::uint32_t statedWavBytes (const std::string& file)
{
    constexpr int mostChunks = 64;
    std::array<char, 12> header{};
    std::ifstream in (file, std::ios::binary);
    if (! in.read (header.data(), header.size()) || std::string_view (header.data(), 4) != "RIFF")
        return 0;

    for (int i = 0; i < mostChunks && in.read (header.data(), 8); ++i)
    {
        const auto size = littleEndian (header.data() + 4);
        if (std::string_view (header.data(), 4) == "data")
            return isPlaceholder (size) ? 0 : size;
        in.seekg (static_cast<std::streamoff> (size) + size % 2, std::ios::cur);
    }
    return 0;
}

/** A page of an Ogg file (RFC 3533) has at most 65,307 bytes: its header tells how many. */
bool endsWithinOggPage (const std::string& file)
{
    constexpr std::size_t header = 27, largestPage = 65307;
    std::ifstream in (file, std::ios::binary | std::ios::ate);
    const auto size = in ? static_cast<std::size_t> (std::max<std::streamoff> (0, in.tellg())) : 0;
    std::string tail (std::min (size, largestPage), '\0');
    in.seekg (static_cast<std::streamoff> (size - tail.size()));
    if (tail.empty() || ! in.read (tail.data(), static_cast<std::streamsize> (tail.size())))
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

std::string inSeconds (double seconds)
{
    std::array<char, 32> text{};
    std::snprintf (text.data(), text.size(), seconds < 1.0 ? "%.2f s" : "%.1f s", seconds);
    return text.data();
}

double toSeconds (std::int64_t time, AVRational base) { return static_cast<double> (time) * av_q2d (base); }

} // namespace

FileExtent::FileExtent (const AVFormatContext& formatToUse, int streamToUse, std::string path)
    : format (formatToUse), stream (*formatToUse.streams[streamToUse]), file (std::move (path)),
      countsSamples (statesSamples (formatToUse, *formatToUse.streams[streamToUse]->codecpar))
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
    }
}

void FileExtent::onFrame (const AVFrame& frame)
{
    if (samples > 0) // at the very beginning, half a frame is usual
        damage += waitingDamage;
    waitingDamage = 0.0;
    samples += frame.nb_samples;
}

void FileExtent::onDamage() { waitingDamage += lastPacketSeconds; }

double FileExtent::decodedSeconds() const noexcept
{
    const auto rate = stream.codecpar->sample_rate;
    return rate > 0 ? static_cast<double> (samples) / rate : 0.0;
}

/** On the same clock as reachedEnd(). */
std::optional<double> FileExtent::announcedEnd() const
{
    if (isContainer (format, "wav") && ! file.empty())
    {
        const auto bytes = statedWavBytes (file);
        const auto rate = countsSamples ? stream.codecpar->bit_rate : 0;
        return bytes > 0 && rate > 0 ? std::optional (bytes * 8.0 / static_cast<double> (rate)) : std::nullopt;
    }
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
    return isContainer (format, "mov") ? ownEnd : decodedSeconds();
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
    if (isBroken || (! file.empty() && isContainer (format, "ogg") && endsWithinOggPage (file)))
        return tell (" is cut short: its end is missing.");
    if (damage > tolerance)
        return tell (" is damaged: " + inSeconds (damage) + " of it could not be decoded.");
    return std::nullopt;
}

} // namespace kikitori
