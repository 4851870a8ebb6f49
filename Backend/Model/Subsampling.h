/*  The strided 3×3 convolutions in front of the encoder, causal in time: output i takes the inputs 2i-1, 2i, 2i+1, and
    the same across frequency, with zeros before the first.

    Data are [time, frequency, channel]. `previous` holds the last time step of the chunk before and is replaced.

    Threads: pure functions on the caller's memory.
    Failure: none.
*/
#pragma once

#include "Backend/Model/ConformerWeights.h"

namespace kikitori::backend
{

/** features [frames, 80] to [frames / 2, 40, channels], with ReLU. */
void firstConvolution (const ConformerWeights& weights, const float* features, int frames, float* previous, float* out);

/** in [frames, width, channels] to [frames / 2, width / 2, channels], each channel for itself. */
void depthwiseStrided (const std::vector<float>& taps,
                       const std::vector<float>& bias,
                       int channels,
                       int width,
                       const float* in,
                       int frames,
                       float* previous,
                       float* out);

} // namespace kikitori::backend
