/*  NeMo's strided 3×3 convolutions in front of an encoder ("striding" and "dw_striding"), for a whole input or causal
    and piece by piece.

    Data are [time, frequency, channel]. Causal convolutions are padded by two steps before and one behind, in time and
    in frequency, as NeMo's CausalConv2D; others by one on each side.

    Threads: the weights are const and shared; a state belongs to one stream.
    Failure: readConvSubsampling() leaves its complaint in the reader.
*/
#pragma once

#include "Backend/Foreign/ForeignConfig.h"
#include "Backend/Foreign/TensorReader.h"

namespace kikitori::backend
{

struct ConvSubsampling
{
    struct Stage
    {
        int channelsIn = 0, widthIn = 0, widthOut = 0;
        bool depthwise = false;
        Dense full;                       ///< [channels, 9 · channelsIn], columns [time tap, frequency tap, channel]
        std::vector<float> taps, tapBias; ///< depthwise: [9, channels], [channels]
        Dense pointwise;                  ///< depthwise: follows it
    };

    int channels = 0;
    bool causal = false;
    std::vector<Stage> stages;
    Dense out; ///< columns [frequency, channel]
};

ConvSubsampling readConvSubsampling (TensorReader& reader, const ConformerCtcConfig& config);

/** The input steps that the next output of each stage needs again. */
struct SubsamplingState
{
    std::vector<std::vector<float>> rows; ///< one a stage, [0 to 2, widthIn, channelsIn]
};

SubsamplingState beginSubsampling (const ConvSubsampling& subsampling);

/** Takes features [frames, mel bins] and gives encoder inputs [n, d_model], as many as are complete. isLast: the input
    ends, so what is padded behind it counts. */
std::vector<float> subsample (const ConvSubsampling& subsampling,
                              SubsamplingState& state,
                              std::vector<float> features,
                              bool isLast);

} // namespace kikitori::backend
