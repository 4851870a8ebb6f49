#include "Backend/Model/Subsampling.h"

#include <algorithm>
#include <array>

namespace kikitori::backend
{

void firstConvolution (const ConformerWeights& weights, const float* features, int frames, float* previous, float* out)
{
    const auto channels = weights.config.subsamplingChannels;

    for (int i = 0; i < frames / 2; ++i)
    {
        for (int f = 0; f < melBins / 2; ++f, out += channels)
        {
            float inputs[9];

            for (int timeTap = 0; timeTap < 3; ++timeTap)
            {
                const auto time = 2 * i - 1 + timeTap;
                const auto* row = time < 0 ? previous : features + time * melBins;

                for (int tap = 0; tap < 3; ++tap)
                    inputs[timeTap * 3 + tap] = 2 * f - 1 + tap < 0 ? 0.0f : row[2 * f - 1 + tap];
            }

            kernels().spread (inputs, 9, weights.convolution0.data(), weights.convolution0Bias.data(), channels, out);
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
    static constexpr std::array<float, 1024> silence{}; // as many channels as ModelConfig allows

    for (int i = 0; i < frames / 2; ++i)
    {
        for (int f = 0; f < width / 2; ++f, out += channels)
        {
            const float* inputs[9];

            for (int timeTap = 0; timeTap < 3; ++timeTap)
            {
                const auto time = 2 * i - 1 + timeTap;
                const auto* row = time < 0 ? previous : in + time * rowSize;

                for (int tap = 0; tap < 3; ++tap)
                    inputs[timeTap * 3 + tap] =
                        2 * f - 1 + tap < 0 ? silence.data() : row + (2 * f - 1 + tap) * channels;
            }

            kernels().depthwise (inputs, 9, taps.data(), bias.data(), channels, out);
        }
    }

    std::copy_n (in + (frames - 1) * rowSize, rowSize, previous);
}

} // namespace kikitori::backend
