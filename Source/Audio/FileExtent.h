/*  How far an audio file says it goes, and how far it was found to go; for AudioFileReader alone. Only lengths that a
    container states are believed (WAV, AIFF, FLAC, MP3 with a Xing or VBRI header, MP4, Matroska); a length
    estimated from the bit rate, a stream's placeholder and formats whose lengths count otherwise say nothing. Ogg states
    none: there the last page tells, if it is not whole.

    Threads: one at a time.
    Failure: what is not known counts as complete.
*/
#pragma once

#include "Core/Result.h"

#include <optional>
#include <string>

extern "C"
{
#include <libavformat/avformat.h>
#include <libavutil/frame.h>
}

namespace kikitori
{

class FileExtent
{
public:
    /** path: "" for a stream that is no file. */
    FileExtent (const AVFormatContext& formatToUse, int streamToUse, std::string path);

    void onPacket (const AVPacket& packet); ///< of any stream
    void onFrame (const AVFrame& frame);    ///< decoded from ours
    void onDamage();                        ///< a packet of ours could not be decoded
    void onBreak() noexcept { isBroken = true; } ///< the container could not be read on

    /** At the end of the file: incomplete_audio and how much of it is missing. */
    std::optional<Error> missing (const std::string& name) const;

private:
    std::optional<double> announcedEnd() const;
    double reachedEnd() const noexcept;
    double decodedSeconds() const noexcept;

    const AVFormatContext& format;
    const AVStream& stream;
    const std::string file;
    const bool countsSamples;      ///< the announced length is one in samples, to the sample
    double ownEnd = 0.0;           ///< of our packets, on the container's clock
    double everyEnd = 0.0;         ///< of all streams' packets
    double lastPacketSeconds = 0.0;
    double waitingDamage = 0.0;    ///< counts once good audio follows: many MP3 files end with half a frame
    double damage = 0.0;           ///< seconds
    std::int64_t samples = 0;
    bool isBroken = false;
};

} // namespace kikitori
