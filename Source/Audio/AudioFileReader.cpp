#include "Audio/AudioFileReader.h"

#include "Audio/DecodedFrame.h"
#include "Audio/FileExtent.h"
#include "Audio/MediaInput.h"

#include <algorithm>
#include <optional>

extern "C"
{
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/error.h>
}

namespace kikitori
{

namespace
{

struct Deleters
{
    void operator() (AVCodecContext* p) const { avcodec_free_context (&p); }
    void operator() (AVPacket* p) const { av_packet_free (&p); }
    void operator() (AVFrame* p) const { av_frame_free (&p); }
};

template <typename T>
using Owned = std::unique_ptr<T, Deleters>;

} // namespace

struct AudioFileReader::Decoder
{
    explicit Decoder (std::string shownName) : name (std::move (shownName)) {}

    const std::string name;
    std::unique_ptr<MediaInput> input;
    Owned<AVCodecContext> codec;
    Owned<AVPacket> packet{ av_packet_alloc() };
    Owned<AVFrame> frame{ av_frame_alloc() };
    int stream = 0;
    int channels = 0;
    double sampleRate = 0.0;
    std::vector<float> pending; ///< decoded, interleaved
    std::size_t taken = 0;      ///< of pending
    bool packetsEnded = false;
    std::size_t goodFrames = 0;
    std::size_t damagedPackets = 0;
    std::optional<FileExtent> extent;
    std::optional<Error> broken; ///< comes out once what was decoded before it has been read

    Status open (Result<std::unique_ptr<MediaInput>> opened);
    Status openCodec (const AVCodec* decoder);
    Status decodeMore();
    Status feedPacket();
    Status takeFrame();
    void noteDamage();
    Status checkEnd() const;
};

Status AudioFileReader::Decoder::open (Result<std::unique_ptr<MediaInput>> opened)
{
    if (! opened)
        return opened.error();

    input = std::move (opened).value();
    if (auto found = input->findStreams(); ! found)
        return found;

    const AVCodec* decoder = nullptr;
    stream = av_find_best_stream (&input->format(), AVMEDIA_TYPE_AUDIO, -1, -1, &decoder, 0);
    if (stream < 0 || decoder == nullptr)
        return unreadableAudio (name, stream < 0 ? "it has no audio" : "its codec is not known");
    auto codecOpened = openCodec (decoder);
    if (codecOpened)
        extent.emplace (*input, stream);
    return codecOpened;
}

Status AudioFileReader::Decoder::openCodec (const AVCodec* decoder)
{
    constexpr int lowestRate = 8000, highestRate = 192000, mostChannels = 64;

    codec.reset (avcodec_alloc_context3 (decoder));
    int code = codec == nullptr
                   ? AVERROR (ENOMEM)
                   : avcodec_parameters_to_context (codec.get(), input->format().streams[stream]->codecpar);
    if (code >= 0)
    {
        codec->thread_count = 1;
        code = avcodec_open2 (codec.get(), decoder, nullptr);
    }
    if (code < 0)
        return unreadableAudio (name, describeMediaError (code));

    channels = channelsOf (*codec);
    sampleRate = codec->sample_rate;
    if (codec->sample_rate < lowestRate || codec->sample_rate > highestRate)
        return unreadableAudio (name, "its sample rate is " + std::to_string (codec->sample_rate)
                                     + " Hz, allowed are 8000 to 192000");
    if (channels < 1 || channels > mostChannels)
        return unreadableAudio (name, "it has " + std::to_string (channels) + " channels, allowed are 1 to 64");
    return success();
}

/** Gives the decoder the next packet of the audio stream, or the end. */
Status AudioFileReader::Decoder::feedPacket()
{
    for (;;)
    {
        const int code = input->nextPacket (*packet);
        if (code == AVERROR_EOF)
        {
            packetsEnded = true;
            avcodec_send_packet (codec.get(), nullptr);
            return success();
        }
        if (code < 0)
            if (auto stopped = input->stopped())
                return *stopped;
        if (code < 0 && goodFrames > 0) // what comes behind the damage cannot be found
        {
            extent->onBreak();
            packetsEnded = true;
            avcodec_send_packet (codec.get(), nullptr);
            return success();
        }
        if (code < 0)
            return unreadableAudio (name, describeMediaError (code));

        extent->onPacket (*packet);
        const bool ours = packet->stream_index == stream;
        const int sent = ours ? avcodec_send_packet (codec.get(), packet.get()) : 0;
        av_packet_unref (packet.get());
        // Players skip damaged packets too: many MP3 files begin or end with half of one.
        if (sent < 0)
            noteDamage();
        else if (ours)
            return success();
    }
}

Status AudioFileReader::Decoder::takeFrame()
{
    const bool known = frame->sample_rate == codec->sample_rate && channelsOf (*frame) == channels
                       && appendFrame (pending, *frame, channels);
    extent->onFrame (*frame);
    av_frame_unref (frame.get());
    ++goodFrames;
    return known ? success() : Status (unreadableAudio (name, "its sample format changes on the way or is not known"));
}

void AudioFileReader::Decoder::noteDamage()
{
    ++damagedPackets;
    extent->onDamage();
}

Status AudioFileReader::Decoder::checkEnd() const
{
    if (goodFrames == 0 || damagedPackets > goodFrames)
        return unreadableAudio (name, goodFrames == 0 ? "there is no audio in it" : "most of its data are damaged");
    return success();
}

/** Refills pending; it stays empty at the end of the file. */
Status AudioFileReader::Decoder::decodeMore()
{
    pending.clear();
    taken = 0;

    while (pending.empty())
    {
        const int code = avcodec_receive_frame (codec.get(), frame.get());
        if (code == AVERROR_EOF || (code == AVERROR (EAGAIN) && packetsEnded))
            return checkEnd();

        Status step = success();
        if (code == AVERROR (EAGAIN))
            step = feedPacket();
        else if (code >= 0)
            step = takeFrame();
        else
            noteDamage();
        if (! step)
            return step;
    }
    return success();
}

AudioFileReader::AudioFileReader (std::unique_ptr<Decoder> decoderToUse) : decoder (std::move (decoderToUse)) {}
AudioFileReader::~AudioFileReader() = default;

Result<std::unique_ptr<AudioFileReader>> AudioFileReader::open (const std::filesystem::path& file, StopCheck shouldStop)
{
    auto decoder = std::make_unique<Decoder> (file.string());
    if (auto opened = decoder->open (MediaInput::open (file, std::move (shouldStop))); ! opened)
        return opened.error();
    return std::unique_ptr<AudioFileReader> (new AudioFileReader (std::move (decoder)));
}

Result<std::unique_ptr<AudioFileReader>> AudioFileReader::open (ByteSource bytes, const std::string& name)
{
    auto decoder = std::make_unique<Decoder> (name);
    if (auto opened = decoder->open (MediaInput::open (std::move (bytes), name)); ! opened)
        return opened.error();
    return std::unique_ptr<AudioFileReader> (new AudioFileReader (std::move (decoder)));
}

std::optional<Error> AudioFileReader::missing() const { return decoder->extent->missing (decoder->name); }

double AudioFileReader::sampleRate() const noexcept { return decoder->sampleRate; }
int AudioFileReader::channels() const noexcept { return decoder->channels; }

double AudioFileReader::duration() const noexcept
{
    const auto duration = decoder->input->format().duration;
    return duration > 0 ? static_cast<double> (duration) / AV_TIME_BASE : 0.0;
}

Result<std::size_t> AudioFileReader::read (std::span<float> interleaved)
{
    const auto width = static_cast<std::size_t> (decoder->channels);
    const auto wanted = interleaved.size() / width * width;
    std::size_t filled = 0;

    while (filled < wanted && ! decoder->broken)
    {
        if (decoder->taken == decoder->pending.size())
        {
            if (auto more = decoder->decodeMore(); ! more)
                decoder->broken = more.error();
            if (decoder->pending.empty())
                break;
        }

        const auto count = std::min (wanted - filled, decoder->pending.size() - decoder->taken);
        std::copy_n (decoder->pending.begin() + static_cast<std::ptrdiff_t> (decoder->taken), count,
                     interleaved.begin() + static_cast<std::ptrdiff_t> (filled));
        decoder->taken += count;
        filled += count;
    }

    if (filled == 0 && wanted > 0 && decoder->broken)
        return *decoder->broken;
    return filled / width;
}

Result<AudioFileContent> readAudioFile (const std::filesystem::path& file,
                                        double maxSeconds,
                                        AudioFileReader::StopCheck shouldStop)
{
    auto reader = AudioFileReader::open (file, std::move (shouldStop));
    if (! reader)
        return reader.error();

    AudioFileContent content;
    content.sampleRate = reader.value()->sampleRate();
    const auto channels = static_cast<std::size_t> (reader.value()->channels());
    std::vector<float> block (4096 * channels);

    for (;;)
    {
        const auto frames = reader.value()->read (block);
        if (! frames)
            return frames.error();
        if (frames.value() == 0)
        {
            content.missing = reader.value()->missing();
            return content;
        }

        for (std::size_t i = 0; i < frames.value(); ++i)
        {
            float sum = 0.0f;
            for (std::size_t c = 0; c < channels; ++c)
                sum += block[i * channels + c];
            content.samples.push_back (sum / static_cast<float> (channels));
        }
        if (static_cast<double> (content.samples.size()) > maxSeconds * content.sampleRate)
            return Error{ "too_long",
                          file.string() + " is longer than " + std::to_string (static_cast<int> (maxSeconds)) + " s" };
    }
}

} // namespace kikitori
