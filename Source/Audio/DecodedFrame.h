/*  What FFmpeg has decoded, as interleaved floats; for AudioFileReader alone.

    Threads: any, no state.
    Failure: a sample format that is not known gives false. NaN and infinity become 0.
*/
#pragma once

extern "C"
{
#include <libavutil/frame.h>
#include <libavutil/version.h>
}

#include <vector>

namespace kikitori
{

/** Of an AVCodecContext or an AVFrame, in old and new versions of FFmpeg. */
template <typename CodecOrFrame>
int channelsOf (const CodecOrFrame& it)
{
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 24, 100)
    return it.ch_layout.nb_channels;
#else
    return it.channels;
#endif
}

/** Adds the frame's samples, frame by frame, nominally in -1..1. False: its sample format is not known. */
bool appendFrame (std::vector<float>& interleaved, const AVFrame& frame, int channels);

} // namespace kikitori
