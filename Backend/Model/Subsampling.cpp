#include "Backend/Model/Subsampling.h"

#include <algorithm>

namespace kikitori::backend
{

void relu (float* x, int count)
{
    for (int i = 0; i < count; ++i)
        x[i] = std::max (x[i], 0.0f);
}

void firstConvolution (const ConformerWeights& weights, const float* features, int frames, float* previous, float* out)
{
    const auto channels = weights.config.subsamplingChannels;

    for (int i = 0; i < frames / 2; ++i)
    {
        for (int f = 0; f < melBins / 2; ++f, out += channels)
        {
            std::copy (weights.convolution0Bias.begin(), weights.convolution0Bias.end(), out);

            for (int timeTap = 0; timeTap < 3; ++timeTap)
            {
                const auto time = 2 * i - 1 + timeTap;
                const auto* row = time < 0 ? previous : features + time * melBins;

                for (int tap = f == 0 ? 1 : 0; tap < 3; ++tap)
                    addScaled (out, weights.convolution0.data() + (timeTap * 3 + tap) * channels, row[2 * f - 1 + tap],
                               channels);
            }

            relu (out, channels);
        }
    }

    std::copy_n (features + (frames - 1) * melBins, melBins, previous);
}

void depthwiseStrided (const std::vector<float>& taps,
                       const std::vector<float>& bias,
                       int channels,
                       int width,
                       const float* in,
                       int frames,
                       float* previous,
                       float* out)
{
    const auto rowSize = width * channels;

    for (int i = 0; i < frames / 2; ++i)
    {
        for (int f = 0; f < width / 2; ++f, out += channels)
        {
            std::copy (bias.begin(), bias.end(), out);

            for (int timeTap = 0; timeTap < 3; ++timeTap)
            {
                const auto time = 2 * i - 1 + timeTap;
                const auto* row = time < 0 ? previous : in + time * rowSize;

                for (int tap = f == 0 ? 1 : 0; tap < 3; ++tap)
                {
                    const auto* source = row + (2 * f - 1 + tap) * channels;
                    const auto* w = taps.data() + (timeTap * 3 + tap) * channels;

                    for (int c = 0; c < channels; ++c)
                        out[c] += source[c] * w[c];
                }
            }
        }
    }

    std::copy_n (in + (frames - 1) * rowSize, rowSize, previous);
}

} // namespace kikitori::backend
