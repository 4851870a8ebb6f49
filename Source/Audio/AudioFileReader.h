/*  Decodes an audio file piece by piece: the containers of recordings (WAV, FLAC, MP3, M4A, OGG, Opus, ...; see
    MediaInput) with any codec that FFmpeg's libavcodec reads. What comes out is one channel at one rate on the
    container's clock: silence stands before audio that begins later, and for what is missing in between (StreamClock).

    Threads: one at a time.
    Failure: an error names the file, what is wrong with it and what can be read instead. A file that breaks off in
    the middle gives what comes before and ends; missing() tells. Samples are finite: NaN and infinity become 0.
*/
#pragma once

#include "Audio/AudioChoice.h"
#include "Core/Result.h"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace kikitori
{

class AudioFileReader
{
public:
    /** True: reading shall end soon. Called on the thread that reads. */
    using StopCheck = std::function<bool()>;
    /** Errors: file_missing, unreadable_audio, no_track, no_channel; here and in read() cancelled. */
    static Result<std::unique_ptr<AudioFileReader>> open (const std::filesystem::path& file,
                                                          StopCheck shouldStop = {},
                                                          AudioChoice choice = {});

    /** The next bytes of a stream that cannot go back; 0 at its end. */
    using ByteSource = std::function<std::size_t (std::span<char>)>;
    /** The same of a pipe; name: for messages. */
    static Result<std::unique_ptr<AudioFileReader>> open (ByteSource bytes,
                                                          const std::string& name,
                                                          AudioChoice choice = {});

    ~AudioFileReader();
    AudioFileReader (const AudioFileReader&) = delete;
    AudioFileReader& operator= (const AudioFileReader&) = delete;

    double sampleRate() const noexcept; ///< Hz, 8000 to 192000
    double duration() const noexcept;   ///< seconds, as the file says; 0 when it does not

    const std::vector<AudioTrack>& tracks() const noexcept; ///< that the file has, with their channels
    int track() const noexcept;                             ///< the one that is read, from 1

    /** Fills samples, nominally in -1..1; gives their number, 0 at the end. Error: unreadable_audio. */
    Result<std::size_t> read (std::span<float> samples);

    /** What read() gave last is the silence of a hole: the recording has nothing there. */
    bool isHole() const noexcept;

    /** After the end: the channels cancelled each other for most of the time, and the loudest was taken. */
    bool channelsCancelled() const noexcept;

    /** After the end: incomplete_audio, where the file announced more than it holds, or part of it is damaged. */
    std::optional<Error> missing() const;

private:
    struct Decoder;
    explicit AudioFileReader (std::unique_ptr<Decoder> decoderToUse);

    std::unique_ptr<Decoder> decoder;
};

struct AudioFileContent
{
    std::vector<float> samples;
    double sampleRate = 0.0;
    std::optional<Error> missing; ///< see AudioFileReader::missing()
};

/** A whole file as mono. Errors as AudioFileReader, and too_long past maxSeconds. */
Result<AudioFileContent> readAudioFile (const std::filesystem::path& file,
                                        double maxSeconds = 3600.0,
                                        AudioFileReader::StopCheck shouldStop = {});

} // namespace kikitori
