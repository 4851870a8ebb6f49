/*  The one place where recordings reach FFmpeg. Only containers of recordings are opened, by their content: no
    playlist, no list of files, no device and no address. Whatever a file names is not opened. FFmpeg gets bytes and never a path.

    Threads: one at a time; the stop check is called on the same thread.
    Failure: unreadable_audio with the reason; cancelled. A file whose reading does not come to an end is given up.
*/
#pragma once

#include "Core/Result.h"
#include "Platform/FileReader.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

extern "C"
{
#include <libavformat/avformat.h>
}

namespace kikitori
{

/** The message for a file that is not read, and what can be. */
Error unreadableAudio (const std::string& name, const std::string& why);
/** FFmpeg's words for one of its codes. */
std::string describeMediaError (int code);

class MediaInput
{
public:
    /** The next bytes of a stream that cannot go back; 0 at its end. */
    using ByteSource = std::function<std::size_t (std::span<char>)>;
    /** True: give up soon. */
    using StopCheck = std::function<bool()>;

    static Result<std::unique_ptr<MediaInput>> open (const std::filesystem::path& file, StopCheck shouldStop);
    static Result<std::unique_ptr<MediaInput>> open (ByteSource bytes, const std::string& name);

    ~MediaInput();
    MediaInput (const MediaInput&) = delete;
    MediaInput& operator= (const MediaInput&) = delete;

    AVFormatContext& format() const noexcept { return *context; }

    /** Reads what tells the streams' formats. */
    Status findStreams();
    /** As av_read_frame. */
    int nextPacket (AVPacket& packet);
    /** Why the last step was given up; none where it was not. */
    std::optional<Error> stopped() const;

    bool isFile() const noexcept { return file.has_value(); }
    /** The file's size, or the bytes that have come of a stream. */
    std::uint64_t size() const noexcept { return file ? file->size() : position; }
    /** Fills all of a range; of a stream only where it lies in its first 64 KiB. */
    bool readAt (std::uint64_t offset, std::span<char> target) const;

private:
    explicit MediaInput (std::string nameToTell) : name (std::move (nameToTell)) {}

    Status openFormat();
    void beginStep() noexcept { stepBytes = 0; }
    bool mustStop() const;
    Result<std::size_t> fill (std::span<char> target);
    static int readCallback (void* self, std::uint8_t* buffer, int size);
    static std::int64_t seekCallback (void* self, std::int64_t offset, int whence);

    struct ContextDeleter
    {
        void operator() (AVFormatContext* p) const;
    };
    struct BytesDeleter
    {
        void operator() (AVIOContext* p) const;
    };

    const std::string name;
    std::optional<platform::FileReader> file; ///< none: bytes
    ByteSource bytes;
    StopCheck shouldStop;
    std::vector<char> head; ///< of a stream
    std::uint64_t position = 0;
    std::uint64_t stepBytes = 0;
    std::unique_ptr<AVIOContext, BytesDeleter> io; ///< after the context, which uses it, has gone
    std::unique_ptr<AVFormatContext, ContextDeleter> context;
};

} // namespace kikitori
