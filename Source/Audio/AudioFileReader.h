/*  Decodes an audio file piece by piece: the containers of recordings (WAV, FLAC, MP3, M4A, OGG, Opus, ...; see
    MediaInput) with any codec that FFmpeg's libavcodec reads.

    Threads: one at a time.
    Failure: an error names the file, what is wrong with it and what can be read instead. A file that breaks off in
    the middle gives what comes before and ends; missing() tells. Samples are finite: NaN and infinity become 0.
*/
#pragma once

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
    /** Opens the file's first audio stream. Errors: file_missing, unreadable_audio; here and in read() cancelled. */
    static Result<std::unique_ptr<AudioFileReader>> open (const std::filesystem::path& file,
                                                          StopCheck shouldStop = {});

    /** The next bytes of a stream that cannot go back; 0 at its end. */
    using ByteSource = std::function<std::size_t (std::span<char>)>;
    /** The same of a pipe; name: for messages. Error: unreadable_audio. */
    static Result<std::unique_ptr<AudioFileReader>> open (ByteSource bytes, const std::string& name);

    ~AudioFileReader();
    AudioFileReader (const AudioFileReader&) = delete;
    AudioFileReader& operator= (const AudioFileReader&) = delete;

    double sampleRate() const noexcept; ///< Hz, 8000 to 192000
    int channels() const noexcept;      ///< 1 to 64
    double duration() const noexcept;   ///< seconds, as the file says; 0 when it does not

    /** Fills interleaved frames, nominally in -1..1; gives the number of whole frames, 0 at the end.
        Error: unreadable_audio. */
    Result<std::size_t> read (std::span<float> interleaved);

    /** After the end: incomplete_audio, where the file announced more than it holds, or part of it is damaged. */
    std::optional<Error> missing() const;

private:
    struct Decoder;
    explicit AudioFileReader (std::unique_ptr<Decoder> decoderToUse);

    std::unique_ptr<Decoder> decoder;
};

struct AudioFileContent
{
    std::vector<float> samples; ///< mono: the channels' mean
    double sampleRate = 0.0;
    std::optional<Error> missing; ///< see AudioFileReader::missing()
};

/** A whole file as mono. Errors as AudioFileReader, and too_long past maxSeconds. */
Result<AudioFileContent> readAudioFile (const std::filesystem::path& file,
                                        double maxSeconds = 3600.0,
                                        AudioFileReader::StopCheck shouldStop = {});

} // namespace kikitori
