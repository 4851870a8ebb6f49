#include "Audio/AudioFileReader.h"

#include "Audio/DecodedFrame.h"
#include "Audio/FileExtent.h"
#include "Audio/FrameMixer.h"
#include "Audio/MediaInput.h"
#include "Audio/MediaStreams.h"
#include "Audio/StreamClock.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

extern "C"
{
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/error.h>
#include <libavutil/mem.h>
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

/** "1 channel. Leave the choice out.", "2 channels. Choose one from 1 to 2." */
std::string countOf (std::ptrdiff_t count, const std::string& thing)
{
    const auto number = std::to_string (count);
    return number + " " + thing + (count == 1 ? ". Leave the choice out." : "s. Choose one from 1 to " + number + ".");
}

/** Seconds. Shorter ones, as of a lost packet, are filled and not told. */
constexpr double shortestHole = 0.5;

} // namespace

struct AudioFileReader::Decoder
{
    Decoder (std::string shownName, AudioChoice wanted) : name (std::move (shownName)), choice (wanted) {}

    const std::string name;
    const AudioChoice choice;
    std::unique_ptr<MediaInput> input;
    std::vector<AudioTrack> tracks;
    Owned<AVCodecContext> codec;
    Owned<AVPacket> packet{ av_packet_alloc() };
    Owned<AVFrame> frame{ av_frame_alloc() };
    int stream = 0;
    int track = 0;
    double sampleRate = 0.0;
    std::optional<StreamClock> clock;
    std::optional<FrameMixer> mixer;
    std::vector<float> pending;    ///< decoded
    std::size_t taken = 0;         ///< of pending
    std::size_t silence = 0;       ///< samples that come before pending[silenceAt]
    std::size_t silenceAt = 0;
    bool silenceIsHole = false;
    bool hasBegun = false;
    bool gaveHole = false; ///< to the last read()
    bool packetsEnded = false;
    std::size_t goodFrames = 0;
    std::size_t damagedPackets = 0;
    std::optional<FileExtent> extent;
    std::optional<Error> broken; ///< comes out once what was decoded before it has been read

    Status open (Result<std::unique_ptr<MediaInput>> opened);
    Status chooseStream (const AVCodec*& decoder);
    Status openCodec (const AVCodec* decoder);
    int makeCodec (const AVCodec* decoder, std::span<const std::uint8_t> extradata);
    bool takeChainedHeader();
    Status decodeMore();
    Status feedPacket();
    Status takeFrame();
    void placeFrame();
    std::size_t take (std::span<float> target);
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
    if (auto chosen = chooseStream (decoder); ! chosen)
        return chosen;
    auto codecOpened = openCodec (decoder);
    if (codecOpened)
        extent.emplace (*input, stream);
    return codecOpened;
}

Status AudioFileReader::Decoder::chooseStream (const AVCodec*& decoder)
{
    const auto streams = audioStreams (input->format());
    for (const auto index : streams)
        tracks.push_back (describeTrack (*input->format().streams[index]));
    if (streams.empty())
        return unreadableAudio (name, "it has no audio");
    if (choice.track > std::ssize (streams))
        return Error{ "no_track", name + " has " + countOf (std::ssize (streams), "audio track") };

    const auto wanted = choice.track > 0 ? streams[static_cast<std::size_t> (choice.track - 1)] : -1;
    stream = av_find_best_stream (&input->format(), AVMEDIA_TYPE_AUDIO, wanted, -1, nullptr, 0);
    track = static_cast<int> (std::find (streams.begin(), streams.end(), stream) - streams.begin()) + 1;
    if (stream >= 0)
    {
        auto& codecParameters = *input->format().streams[stream]->codecpar;
        codecParameters.codec_id = codecOf (*input, *input->format().streams[stream]);
        decoder = avcodec_find_decoder (codecParameters.codec_id);
    }
    if (decoder == nullptr)
        return unreadableAudio (name, "its codec is not known");

    const auto channels = tracks[static_cast<std::size_t> (track - 1)].channels;
    if (choice.channel.kind == ChannelChoice::Kind::numbered && choice.channel.number >= channels)
        return Error{ "no_channel", name + " has " + countOf (channels, "channel") };
    return success();
}

/** extradata: in place of the container's, if there is any. One of FFmpeg's codes. */
int AudioFileReader::Decoder::makeCodec (const AVCodec* decoder, std::span<const std::uint8_t> extradata)
{
    const auto& from = *input->format().streams[stream];
    codec.reset (avcodec_alloc_context3 (decoder));
    int code = codec == nullptr ? AVERROR (ENOMEM) : avcodec_parameters_to_context (codec.get(), from.codecpar);
    if (code < 0)
        return code;

    codec->thread_count = 1;
    codec->pkt_timebase = from.time_base; // for what is cut off at the beginning
    if (! extradata.empty())
    {
        av_freep (&codec->extradata);
        codec->extradata = static_cast<std::uint8_t*> (av_mallocz (extradata.size() + AV_INPUT_BUFFER_PADDING_SIZE));
        if (codec->extradata == nullptr)
            return AVERROR (ENOMEM);
        std::copy (extradata.begin(), extradata.end(), codec->extradata);
        codec->extradata_size = static_cast<int> (extradata.size());
    }
    return avcodec_open2 (codec.get(), decoder, nullptr);
}

/** The packet is no audio but begins another recording in the same file. */
bool AudioFileReader::Decoder::takeChainedHeader()
{
    if (packet->stream_index != stream || ! isContainer (input->format(), "ogg"))
        return false;

    const auto header = chainedHeader (codec->codec_id, { packet->data, static_cast<std::size_t> (packet->size) });
    if (header && ! header->empty())
        makeCodec (codec->codec, *header); // what cannot be decoded then counts as damage
    return header.has_value();
}

Status AudioFileReader::Decoder::openCodec (const AVCodec* decoder)
{
    constexpr int lowestRate = 8000, highestRate = 192000, mostChannels = 64;

    if (const int code = makeCodec (decoder, {}); code < 0)
        return unreadableAudio (name, describeMediaError (code));

    const auto channels = channelsOf (*codec);
    sampleRate = codec->sample_rate;
    if (codec->sample_rate < lowestRate || codec->sample_rate > highestRate)
        return unreadableAudio (name, "its sample rate is " + std::to_string (codec->sample_rate)
                                     + " Hz, allowed are 8000 to 192000");
    if (channels < 1 || channels > mostChannels)
        return unreadableAudio (name, "it has " + std::to_string (channels) + " channels, allowed are 1 to 64");

    clock.emplace (clockOf (input->format()));
    mixer.emplace (sampleRate, choice.channel);
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

        if (takeChainedHeader())
        {
            av_packet_unref (packet.get());
            continue;
        }
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

/** Puts silence before the frame where its time is later than the end of the one before. */
void AudioFileReader::Decoder::placeFrame()
{
    const auto time = timeOf (*frame, input->format(), *input->format().streams[stream]);
    const auto length = frame->sample_rate > 0 ? static_cast<double> (frame->nb_samples) / frame->sample_rate : 0.0;
    silence = static_cast<std::size_t> (std::llround (clock->silenceBefore (time, length) * sampleRate));
    silenceIsHole = std::exchange (hasBegun, true) && static_cast<double> (silence) >= shortestHole * sampleRate;
    if (silence > 0)
        mixer->finish (pending);
    silenceAt = pending.size();
}

Status AudioFileReader::Decoder::takeFrame()
{
    placeFrame();
    auto added = mixer->add (*frame, pending);
    extent->onFrame (*frame);
    av_frame_unref (frame.get());
    ++goodFrames;
    return added ? added : Status (unreadableAudio (name, added.error().message));
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
    taken = silence = silenceAt = 0;

    while (pending.empty() && silence == 0)
    {
        const int code = avcodec_receive_frame (codec.get(), frame.get());
        if (code == AVERROR_EOF || (code == AVERROR (EAGAIN) && packetsEnded))
        {
            mixer->finish (pending);
            return checkEnd();
        }

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

Result<std::unique_ptr<AudioFileReader>> AudioFileReader::open (const std::filesystem::path& file,
                                                               StopCheck shouldStop,
                                                               AudioChoice choice)
{
    auto decoder = std::make_unique<Decoder> (file.string(), choice);
    if (auto opened = decoder->open (MediaInput::open (file, std::move (shouldStop))); ! opened)
        return opened.error();
    return std::unique_ptr<AudioFileReader> (new AudioFileReader (std::move (decoder)));
}

Result<std::unique_ptr<AudioFileReader>> AudioFileReader::open (ByteSource bytes,
                                                               const std::string& name,
                                                               AudioChoice choice)
{
    auto decoder = std::make_unique<Decoder> (name, choice);
    if (auto opened = decoder->open (MediaInput::open (std::move (bytes), name)); ! opened)
        return opened.error();
    return std::unique_ptr<AudioFileReader> (new AudioFileReader (std::move (decoder)));
}

std::optional<Error> AudioFileReader::missing() const { return decoder->extent->missing (decoder->name); }

double AudioFileReader::sampleRate() const noexcept { return decoder->sampleRate; }
const std::vector<AudioTrack>& AudioFileReader::tracks() const noexcept { return decoder->tracks; }
int AudioFileReader::track() const noexcept { return decoder->track; }
bool AudioFileReader::isHole() const noexcept { return decoder->gaveHole; }
bool AudioFileReader::channelsCancelled() const noexcept { return decoder->mixer->cancelled(); }

double AudioFileReader::duration() const noexcept
{
    if (const auto stated = decoder->extent->statedLength())
        return *stated;
    const auto duration = decoder->input->format().duration;
    return duration > 0 ? static_cast<double> (duration) / AV_TIME_BASE : 0.0;
}

/** Up to where silence begins or ends. */
std::size_t AudioFileReader::Decoder::take (std::span<float> target)
{
    if (silence > 0 && taken == silenceAt)
    {
        const auto count = std::min (target.size(), silence);
        std::fill_n (target.begin(), count, 0.0f);
        silence -= count;
        return count;
    }

    const auto until = silence > 0 ? silenceAt : pending.size();
    const auto count = std::min (target.size(), until - taken);
    std::copy_n (pending.begin() + static_cast<std::ptrdiff_t> (taken), count, target.begin());
    taken += count;
    return count;
}

Result<std::size_t> AudioFileReader::read (std::span<float> samples)
{
    auto& d = *decoder;
    std::size_t filled = 0;
    d.gaveHole = false;

    while (filled < samples.size())
    {
        if (d.taken == d.pending.size() && d.silence == 0)
        {
            if (d.broken)
                break;
            if (auto more = d.decodeMore(); ! more)
                d.broken = more.error();
            if (d.pending.empty() && d.silence == 0)
                break;
        }

        // A hole comes alone.
        const bool isHole = d.silenceIsHole && d.silence > 0 && d.taken == d.silenceAt;
        if (isHole && filled > 0)
            break;
        filled += d.take (samples.subspan (filled));
        if (isHole)
        {
            d.gaveHole = true;
            break;
        }
    }

    if (filled == 0 && ! samples.empty() && d.broken)
        return *d.broken;
    return filled;
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
    std::vector<float> block (4096);

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

        content.samples.insert (content.samples.end(), block.begin(),
                                block.begin() + static_cast<std::ptrdiff_t> (frames.value()));
        if (static_cast<double> (content.samples.size()) > maxSeconds * content.sampleRate)
            return Error{ "too_long",
                          file.string() + " is longer than " + std::to_string (static_cast<int> (maxSeconds)) + " s" };
    }
}

} // namespace kikitori
