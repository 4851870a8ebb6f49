#include "Audio/MediaInput.h"

#include <algorithm>
#include <utility>

extern "C"
{
#include <libavutil/avstring.h>
#include <libavutil/error.h>
#include <libavutil/log.h>
#include <libavutil/mem.h>
}

namespace kikitori
{

namespace
{
/** FFmpeg's names of the containers that recordings come in. None of them leads to another file. */
constexpr const char* allowedContainers = "wav,w64,flac,ogg,mp3,aac,loas,mov,matroska,aiff,caf,amr,amrnb,amrwb,au,asf,"
                                          "avi,flv,mpegts,mpeg,mxf,ac3,eac3,wv,ape,tta";
constexpr std::size_t headBytes = 1 << 16;
constexpr int bufferBytes = 1 << 15;

/** One step (opening, a packet) may go through a file twice; more is a loop. */
constexpr std::uint64_t timesOfFile = 2, extraBytes = 64u << 20;

int refuseToOpen (AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) { return AVERROR (EACCES); }
} // namespace

Error unreadableAudio (const std::string& name, const std::string& why)
{
    return { "unreadable_audio",
             name + " cannot be read as audio: " + why + "; WAV, FLAC, MP3, M4A, OGG and Opus files can be read" };
}

std::string describeMediaError (int code)
{
    char buffer[AV_ERROR_MAX_STRING_SIZE]{};
    return av_strerror (code, buffer, sizeof buffer) == 0 ? buffer : "error " + std::to_string (code);
}

void MediaInput::ContextDeleter::operator() (AVFormatContext* p) const { avformat_close_input (&p); }

void MediaInput::BytesDeleter::operator() (AVIOContext* p) const
{
    av_freep (&p->buffer);
    avio_context_free (&p);
}

MediaInput::~MediaInput() = default;

Result<std::unique_ptr<MediaInput>> MediaInput::open (const std::filesystem::path& path, StopCheck check)
{
    auto opened = platform::FileReader::open (path);

    if (! opened && opened.error().code == "file_missing")
        return Error{ "file_missing", path.string() + ": no such file; check the path" };
    if (! opened)
        return unreadableAudio (path.string(), opened.error().message);

    std::unique_ptr<MediaInput> input (new MediaInput (path.string()));
    input->shouldStop = std::move (check);

    if (opened.value().isPlain())
        input->file.emplace (std::move (opened).value());
    else
        input->bytes = [pipe = std::make_shared<platform::FileReader> (std::move (opened).value()),
                        stop = input->shouldStop] (std::span<char> target)
        { return pipe->readNext (target, [&stop] { return stop && stop(); }); };

    if (auto formatOpened = input->openFormat(); ! formatOpened)
        return formatOpened.error();
    return input;
}

Result<std::unique_ptr<MediaInput>> MediaInput::open (ByteSource bytes, const std::string& name)
{
    std::unique_ptr<MediaInput> input (new MediaInput (name));
    input->bytes = std::move (bytes);

    if (auto opened = input->openFormat(); ! opened)
        return opened.error();
    return input;
}

Status MediaInput::openFormat()
{
    // Damage is reported by what reads; FFmpeg's own lines on standard error would only repeat it.
    av_log_set_level (AV_LOG_QUIET);
    auto* buffer = static_cast<unsigned char*> (av_malloc (bufferBytes));
    io.reset (avio_alloc_context (buffer, bufferBytes, 0, this, readCallback, nullptr, file ? seekCallback : nullptr));

    const AVInputFormat* kind = nullptr;
    const auto shortName = std::filesystem::path (name).filename().string(); // its ending is a hint, nothing more
    const auto hint = file ? shortName.c_str() : "";
    auto code = av_probe_input_buffer2 (io.get(), &kind, hint, nullptr, 0, 0);

    if (auto stop = stopped())
        return *stop;
    if (code < 0)
        return unreadableAudio (name, describeMediaError (code));
    if (av_match_list (kind->name, allowedContainers, ',') == 0)
        return unreadableAudio (name, std::string ("files of this kind (") + kind->name + ") are not read");

    auto* opened = avformat_alloc_context();
    opened->pb = io.get();
    opened->io_open = refuseToOpen;
    opened->interrupt_callback = { [] (void* self) { return static_cast<MediaInput*> (self)->mustStop() ? 1 : 0; },
                                   this };
    // Also for what a container holds within itself.
    opened->format_whitelist = av_strdup (allowedContainers);
    opened->protocol_whitelist = av_strdup ("");
    beginStep();
    code = avformat_open_input (&opened, hint, kind, nullptr);
    context.reset (opened);

    if (auto stop = stopped())
        return *stop;
    return code < 0 ? Status (unreadableAudio (name, describeMediaError (code))) : success();
}

Status MediaInput::findStreams()
{
    beginStep();
    const auto code = avformat_find_stream_info (context.get(), nullptr);
    if (auto stop = stopped())
        return *stop;
    return code < 0 ? Status (unreadableAudio (name, describeMediaError (code))) : success();
}

int MediaInput::nextPacket (AVPacket& packet)
{
    beginStep();
    return av_read_frame (context.get(), &packet);
}

std::optional<Error> MediaInput::stopped() const
{
    if (shouldStop && shouldStop())
        return Error{ "cancelled", name + ": reading was cancelled." };
    if (mustStop())
        return unreadableAudio (name, "it is damaged, reading it does not come to an end");
    return std::nullopt;
}

bool MediaInput::mustStop() const
{
    return (shouldStop && shouldStop()) || (file && stepBytes > timesOfFile * file->size() + extraBytes);
}

bool MediaInput::readAt (std::uint64_t offset, std::span<char> target) const
{
    if (file)
    {
        const auto count = file->readAt (offset, target);
        return count && count.value() == target.size();
    }
    if (offset > head.size() || target.size() > head.size() - offset)
        return false;
    std::copy_n (head.begin() + static_cast<std::ptrdiff_t> (offset), target.size(), target.begin());
    return true;
}

Result<std::size_t> MediaInput::fill (std::span<char> target)
{
    if (file)
        return file->readAt (position, target);
    const auto count = bytes (target);
    const auto kept = std::min (count, headBytes - std::min (headBytes, head.size()));
    head.insert (head.end(), target.begin(), target.begin() + static_cast<std::ptrdiff_t> (kept));
    return count;
}

int MediaInput::readCallback (void* self, std::uint8_t* buffer, int size)
{
    auto& input = *static_cast<MediaInput*> (self);
    if (input.mustStop())
        return AVERROR_EXIT;

    const auto count = input.fill ({ reinterpret_cast<char*> (buffer), static_cast<std::size_t> (size) });
    if (! count)
        return AVERROR (EIO);
    input.position += count.value();
    input.stepBytes += count.value();
    return count.value() > 0 ? static_cast<int> (count.value()) : AVERROR_EOF;
}

std::int64_t MediaInput::seekCallback (void* self, std::int64_t offset, int whence)
{
    auto& input = *static_cast<MediaInput*> (self);
    const auto size = static_cast<std::int64_t> (input.file->size());

    switch (whence & ~AVSEEK_FORCE)
    {
        case AVSEEK_SIZE: return size;
        case SEEK_SET: break;
        case SEEK_CUR: offset += static_cast<std::int64_t> (input.position); break;
        case SEEK_END: offset += size; break;
        default: return AVERROR (EINVAL);
    }

    if (offset < 0)
        return AVERROR (EINVAL);
    input.position = static_cast<std::uint64_t> (offset);
    return offset;
}

} // namespace kikitori
