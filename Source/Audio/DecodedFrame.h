/*  What FFmpeg has decoded, as floats; for AudioFileReader alone.

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

/** The frame's samples, a vector for each channel, nominally in -1..1. False: its sample format is not known. */
bool toPlanes (std::vector<std::vector<float>>& planes, const AVFrame& frame);

/** For MonoMix: by what each channel is for, as ITU-R BS.775 has it; 1 where the frame does not say. */
std::vector<float> mixWeights (const AVFrame& frame);

} // namespace kikitori
