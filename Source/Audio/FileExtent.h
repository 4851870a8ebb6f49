/*  How far an audio file says it goes, and how far it was found to go; for AudioFileReader alone. Only lengths that a
    container states are believed (WAV, W64, CAF, AU, AIFF, FLAC, MP3 with a Xing or VBRI header, MP4, Matroska); a
    length estimated from the bit rate, a stream's placeholder and formats whose lengths count otherwise say nothing.
    Ogg, other MP3 and ADTS state none: there the last page or frame tells, if it is not whole.

    Threads: one at a time.
    Failure: what is not known counts as complete.
*/
#pragma once

#include "Audio/MediaInput.h"
#include "Audio/StatedLength.h"

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
    FileExtent (const MediaInput& inputToUse, int streamToUse);

    void onPacket (const AVPacket& packet); ///< of any stream
    void onFrame (const AVFrame& frame);    ///< decoded from ours
    void onDamage();                        ///< a packet of ours could not be decoded
    void onBreak() noexcept { isBroken = true; } ///< the container could not be read on

    /** Seconds by the number of samples that the header states. */
    std::optional<double> statedLength() const;

    /** At the end of the file: incomplete_audio and how much of it is missing. */
    std::optional<Error> missing (const std::string& name) const;

private:
    std::optional<double> announcedEnd() const;
    double reachedEnd() const noexcept;

    std::optional<double> statedEnd() const;

    const MediaInput& input;
    const AVFormatContext& format;
    const AVStream& stream;
    const std::optional<StatedData> stated;
    const bool countsSamples;      ///< the announced length is one in samples, to the sample
    double ownEnd = 0.0;           ///< of our packets, on the container's clock
    double everyEnd = 0.0;         ///< of all streams' packets
    double lastPacketSeconds = 0.0;
    double waitingDamage = 0.0;    ///< counts once good audio follows: many MP3 files end with half a frame
    double damage = 0.0;           ///< seconds
    double decoded = 0.0;          ///< seconds
    bool isBroken = false;
    bool endsDamaged = false;      ///< of the last packet nothing could be decoded
    bool endsWithinFrame = false;  ///< the last packet announces more than it holds
};

} // namespace kikitori
