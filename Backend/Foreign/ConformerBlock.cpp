#include "Backend/Foreign/ConformerBlock.h"

#include "Backend/Model/Kernels.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace kikitori::backend
{

namespace
{
std::size_t area (int rows, int columns)
{
    return static_cast<std::size_t> (rows) * static_cast<std::size_t> (columns);
}

void activate (const BlockShape& shape, std::vector<float>& x, std::size_t count)
{
    if (shape.gelu)
        gelu (x.data(), count);
    else
        silu (x.data(), static_cast<int> (count));
}

/** x += ½ feed-forward (norm (x)) */
void feedForward (const NormWeights& norm,
                  const Dense& in,
                  const Dense& out,
                  const BlockShape& shape,
                  float* x,
                  int frames,
                  BlockWorkspace& w)
{
    const auto count = area (frames, shape.size);
    w.normed.resize (count);
    w.out.resize (count);
    w.wide.resize (area (frames, in.rows));
    layerNorm (x, norm.weight.data(), norm.bias.data(), shape.size, frames, w.normed.data());
    multiply (in, w.normed.data(), frames, w.wide.data());
    activate (shape, w.wide, w.wide.size());
    multiply (out, w.wide.data(), frames, w.out.data());
    addScaled (x, w.out.data(), 0.5f, static_cast<int> (count));
}

/** Rotates each head's halves by the frame's angles, as wav2vec2-conformer does before the projections. */
void rotate (const BlockShape& shape, std::vector<float>& x, int frames)
{
    const auto headSize = shape.size / shape.heads;
    const auto half = headSize / 2;

    for (int t = 0; t < frames; ++t)
    {
        for (int i = 0; i < half; ++i)
        {
            const auto angle = t * std::pow (10000.0, -2.0 * i / headSize);
            const auto c = static_cast<float> (std::cos (angle)), s = static_cast<float> (std::sin (angle));

            for (int head = 0; head < shape.heads; ++head)
            {
                auto* begin = x.data() + area (t, shape.size) + area (head, headSize) + static_cast<std::size_t> (i);
                const auto a = begin[0], b = begin[half];
                begin[0] = a * c - b * s;
                begin[half] = b * c + a * s;
            }
        }
    }
}

void attention (const ConformerBlock& block,
                const BlockShape& shape,
                PositionRange range,
                float* x,
                int frames,
                BlockState* state,
                BlockWorkspace& w)
{
    const auto count = area (frames, shape.size);
    const auto past = state != nullptr ? state->keys.size() : 0;
    w.normed.resize (count);
    w.query.resize (count);
    w.keys.resize (past + count);
    w.values.resize (past + count);
    layerNorm (x, block.normAttention.weight.data(), block.normAttention.bias.data(), shape.size, frames,
               w.normed.data());
    multiply (block.value, w.normed.data(), frames, w.values.data() + past);

    if (shape.positions == Positions::rotary)
        rotate (shape, w.normed, frames);

    multiply (block.query, w.normed.data(), frames, w.query.data());
    multiply (block.key, w.normed.data(), frames, w.keys.data() + past);

    if (state != nullptr)
    {
        std::copy (state->keys.begin(), state->keys.end(), w.keys.begin());
        std::copy (state->values.begin(), state->values.end(), w.values.begin());
        const auto kept = std::min (w.keys.size(), area (state->mostHistory, shape.size));
        state->keys.assign (w.keys.end() - static_cast<std::ptrdiff_t> (kept), w.keys.end());
        state->values.assign (w.values.end() - static_cast<std::ptrdiff_t> (kept), w.values.end());
    }

    w.out.resize (count);
    attend (block, shape, range, frames, static_cast<int> ((past + count) / static_cast<std::size_t> (shape.size)), w,
            w.normed.data());
    multiply (block.attentionOut, w.normed.data(), frames, w.out.data());
    addScaled (x, w.out.data(), 1.0f, static_cast<int> (count));
}

void convolution (const ConformerBlock& block,
                  const BlockShape& shape,
                  float* x,
                  int frames,
                  BlockState* state,
                  BlockWorkspace& w)
{
    const auto size = static_cast<std::size_t> (shape.size);
    const auto count = area (frames, shape.size);
    const auto left = static_cast<std::size_t> (shape.causal ? shape.kernel - 1 : (shape.kernel - 1) / 2);
    w.normed.resize (count);
    w.wide.resize (2 * count);
    w.out.resize (count);
    layerNorm (x, block.normConvolution.weight.data(), block.normConvolution.bias.data(), shape.size, frames,
               w.normed.data());
    multiply (block.pointwise1, w.normed.data(), frames, w.wide.data());

    // Zeros, or the newest inputs of the chunks before, in front; zeros behind where the convolution looks ahead.
    w.padded.assign (count + size * static_cast<std::size_t> (shape.kernel - 1), 0.0f);
    gatedLinearUnit (w.wide.data(), shape.size, frames, w.padded.data() + left * size);

    if (state != nullptr)
    {
        std::copy (state->convolution.begin(), state->convolution.end(), w.padded.begin());
        state->convolution.assign (w.padded.end() - static_cast<std::ptrdiff_t> (left * size), w.padded.end());
    }

    for (int t = 0; t < frames; ++t)
    {
        auto* y = w.normed.data() + area (t, shape.size);
        std::copy (block.depthwiseBias.begin(), block.depthwiseBias.end(), y);

        for (int k = 0; k < shape.kernel; ++k)
        {
            const auto* in = w.padded.data() + area (t + k, shape.size);
            const auto* taps = block.depthwise.data() + area (k, shape.size);

            for (std::size_t c = 0; c < size; ++c)
                y[c] += in[c] * taps[c];
        }
    }

    if (shape.layerNorm)
        layerNorm (w.normed.data(), block.normDepthwise.weight.data(), block.normDepthwise.bias.data(), shape.size,
                   frames, w.normed.data());

    activate (shape, w.normed, count);
    multiply (block.pointwise2, w.normed.data(), frames, w.out.data());
    addScaled (x, w.out.data(), 1.0f, static_cast<int> (count));
}
} // namespace

void gelu (float* x, std::size_t count)
{
    for (std::size_t i = 0; i < count; ++i)
        x[i] = 0.5f * x[i] * (1.0f + std::erf (x[i] / std::numbers::sqrt2_v<float>));
}

void attend (const ConformerBlock& block,
             const BlockShape& shape,
             PositionRange range,
             int frames,
             int keyCount,
             BlockWorkspace& w,
             float* out)
{
    const auto size = shape.size, headSize = size / shape.heads;
    const auto scale = 1.0f / std::sqrt (static_cast<float> (headSize));
    const auto isRelative = shape.positions == Positions::relative;
    const auto distances = frames + keyCount - 1; // query minus key from -(frames - 1) to keyCount - 1
    w.scores.resize (area (frames, keyCount));
    w.biased = w.query;

    const auto addToQuery = [&] (const std::vector<float>& bias, int offset)
    {
        for (int t = 0; t < frames; ++t)
        {
            const auto row = area (t, size);

            for (auto i = static_cast<std::size_t> (offset); i < static_cast<std::size_t> (offset + headSize); ++i)
                w.biased[row + i] = w.query[row + i] + bias[i];
        }
    };

    for (int head = 0; head < shape.heads; ++head)
    {
        const auto offset = head * headSize;

        if (isRelative)
            addToQuery (block.contentBias, offset);

        multiplyTransposed ({ w.biased.data() + offset, size }, { w.keys.data() + offset, size }, frames, keyCount,
                            headSize, scale, w.scores.data(), keyCount);

        if (isRelative)
        {
            addToQuery (block.positionBias, offset);
            w.distances.resize (area (frames, distances));
            multiplyTransposed ({ w.biased.data() + offset, size },
                                { block.positions.data() + area (range.ahead - (frames - 1), size) + offset, size },
                                frames, distances, headSize, scale, w.distances.data(), distances);

            for (int t = 0; t < frames; ++t)
            {
                // Key j is keyCount - frames + t - j frames before query t.
                const auto* last = w.distances.data() + area (t, distances) + (keyCount - frames + t) + (frames - 1);
                auto* row = w.scores.data() + area (t, keyCount);

                for (int j = 0; j < keyCount; ++j)
                    row[j] += last[-j];
            }
        }

        for (int t = 0; t < frames; ++t)
            softmax (w.scores.data() + area (t, keyCount), keyCount);

        multiplyPlain ({ w.scores.data(), keyCount }, { w.values.data() + offset, size }, frames, headSize, keyCount,
                       out + offset, size);
    }
}

void runConformerBlock (const ConformerBlock& block,
                        const BlockShape& shape,
                        PositionRange range,
                        float* x,
                        int frames,
                        BlockState* state,
                        BlockWorkspace& w)
{
    feedForward (block.normFeedForward1, block.feedForward1In, block.feedForward1Out, shape, x, frames, w);
    attention (block, shape, range, x, frames, state, w);
    convolution (block, shape, x, frames, state, w);
    feedForward (block.normFeedForward2, block.feedForward2In, block.feedForward2Out, shape, x, frames, w);
    layerNorm (x, block.normOut.weight.data(), block.normOut.bias.data(), shape.size, frames, x);
}

} // namespace kikitori::backend
