#include "Backend/Model/EncoderPass.h"

#include "Backend/Model/Subsampling.h"

#include <algorithm>

namespace kikitori::backend
{

namespace
{
constexpr int longestKernel = 64; ///< as ModelConfig allows

std::size_t area (int a, int b) { return static_cast<std::size_t> (a) * static_cast<std::size_t> (b); }

void grow (std::vector<float>& scratch, std::size_t wanted)
{
    if (scratch.size() < wanted)
        scratch.resize (wanted);
}

int framesOf (const StreamingConformer::Turn& turn)
{
    return static_cast<int> (turn.features.size()) / (subsamplingFactor * melBins);
}

void cached (const float* x, int count, float* out) { std::copy_n (x, count, out); }
void cached (const float* x, int count, ShortFloat* out) { kernels().shorten (x, count, out); }

void attend (const AttentionHead<float>& head) { kernels().attend (head); }
void attend (const AttentionHead<ShortFloat>& head) { kernels().attendShort (head); }

/** Behind those of the frames before: key as a column, value as a row. */
template <typename Cached>
void append (AttentionCache<Cached>& cache, int place, const float* key, const float* value)
{
    Cached column[rowsInBlock];

    for (int i = 0; i < cache.size; i += rowsInBlock)
    {
        const auto count = std::min (rowsInBlock, cache.size - i);
        cached (key + i, count, column);

        for (int j = 0; j < count; ++j)
            cache.keys[area (i + j, cache.keyStride) + static_cast<std::size_t> (place)] = column[j];
    }

    cached (value, cache.size, cache.values.data() + area (place, cache.size));
}
} // namespace

EncoderPass& EncoderPass::ofThisThread()
{
    static thread_local EncoderPass pass;
    return pass;
}

void EncoderPass::reserve (const ModelConfig& config, int largest)
{
    const auto channels = config.subsamplingChannels;
    grow (x, area (frames, size));
    grow (normed, area (frames, size));
    grow (mixed, area (frames, size));
    grow (wide, area (frames, std::max (config.feedForwardSize, 3 * size)));
    grow (scores, area (4, config.leftContext + largest + rowsInBlock));
    grow (logits, area (frames * config.headFrames, static_cast<int> (config.vocabulary.size())));
    grow (subsampled, area (4 * largest, channels * melBins / 2));
    grow (shifted, area (2 * largest, channels * melBins / 4));
}

void EncoderPass::run (Turns turns)
{
    const auto& weights = *turns.front().stream->weights;
    const auto& config = weights.config;
    size = config.modelSize;
    frames = 0;
    auto largest = 0;

    for (const auto& turn : turns)
    {
        turn.stream->makeRoom (framesOf (turn));
        frames += framesOf (turn);
        largest = std::max (largest, framesOf (turn));
    }

    reserve (config, largest);
    auto* out = x.data();

    for (const auto& turn : turns)
    {
        subsample (weights, *turn.stream, turn.features.data(), framesOf (turn), out);
        out += area (framesOf (turn), size);
    }

    for (std::size_t i = 0; i < weights.layers.size(); ++i)
    {
        const auto& layer = weights.layers[i];
        feedForward (layer.normFeedForward1, layer.feedForward1In, layer.feedForward1Out);
        attention (layer, i, turns);
        convolution (layer, i, turns);
        feedForward (layer.normFeedForward2, layer.feedForward2In, layer.feedForward2Out);
        layerNorm (x.data(), layer.normOut.weight.data(), layer.normOut.bias.data(), size, frames, x.data());
    }

    apply (weights.head, x.data(), frames, logits.data());
    const auto vocabulary = static_cast<int> (config.vocabulary.size());

    for (int i = 0; i < frames * config.headFrames; ++i)
        logSoftmax (logits.data() + area (i, vocabulary), vocabulary);

    auto* result = logits.data();

    for (auto& turn : turns)
    {
        turn.logProbabilities = { result, area (framesOf (turn), weights.head.rows) };
        result += turn.logProbabilities.size();
        turn.stream->advance (framesOf (turn));
    }
}

void EncoderPass::subsample (const ConformerWeights& w,
                             StreamingConformer& stream,
                             const float* features,
                             int count,
                             float* out)
{
    const auto channels = w.config.subsamplingChannels;
    firstConvolution (w, features, 8 * count, stream.previous0.data(), subsampled.data());
    depthwiseStrided (w.depthwise1, w.depthwise1Bias, channels, melBins / 2, subsampled.data(), 4 * count,
                      stream.previous1.data(), shifted.data());
    apply (w.pointwise1, shifted.data(), 2 * count * melBins / 4, subsampled.data(), Then::relu);
    depthwiseStrided (w.depthwise2, w.depthwise2Bias, channels, melBins / 4, subsampled.data(), 2 * count,
                      stream.previous2.data(), shifted.data());
    apply (w.pointwise2, shifted.data(), count * melBins / 8, subsampled.data(), Then::relu);
    apply (w.subsamplingOut, subsampled.data(), count, out);
}

void EncoderPass::feedForward (const Norm& norm, const Linear& in, const Linear& out)
{
    layerNorm (x.data(), norm.weight.data(), norm.bias.data(), size, frames, normed.data());
    apply (in, normed.data(), frames, wide.data(), Then::silu);
    apply (out, wide.data(), frames, x.data(), Then::addHalf);
}

void EncoderPass::attention (const ConformerLayer& layer, std::size_t index, Turns turns)
{
    layerNorm (x.data(), layer.normAttention.weight.data(), layer.normAttention.bias.data(), size, frames,
               normed.data());
    apply (layer.attentionIn, normed.data(), frames, wide.data());
    const auto* projected = wide.data();
    auto* out = mixed.data();

    for (const auto& turn : turns)
    {
        const auto count = framesOf (turn);
        auto& state = turn.stream->layers[index];

        if (turn.stream->weights->isQuantised)
            attendHeads (layer, state.shortened, *turn.stream, projected, count, out);
        else
            attendHeads (layer, state.exact, *turn.stream, projected, count, out);

        projected += area (count, 3 * size);
        out += area (count, size);
    }

    apply (layer.attentionOut, mixed.data(), frames, x.data(), Then::add);
}

template <typename Cached>
void EncoderPass::attendHeads (const ConformerLayer& layer,
                               AttentionCache<Cached>& cache,
                               const StreamingConformer& stream,
                               const float* projected,
                               int count,
                               float* out)
{
    const auto& weights = *stream.weights;

    for (int frame = 0; frame < count; ++frame)
    {
        const auto* row = projected + area (frame, 3 * size);
        append (cache, stream.cacheEnd + frame, row + size, row + 2 * size);
    }

    const auto first = stream.cacheEnd - stream.history;
    AttentionHead<Cached> head;
    head.size = size / stream.config.heads;
    head.frames = count;
    head.keyCount = stream.history + count;
    head.stride = size;
    head.queryStride = 3 * size;
    head.keyStride = cache.keyStride;
    head.positionStride = weights.positionStride();
    head.scores = scores.data();

    for (int offset = 0; offset < size; offset += head.size)
    {
        head.query = projected + offset;
        head.contentBias = layer.contentBias.data() + offset;
        head.positionBias = layer.positionBias.data() + offset;
        head.keys = cache.keys.data() + area (offset, cache.keyStride) + first;
        head.values = cache.values.data() + area (first, size) + offset;
        head.positions =
            layer.positions.data() + area (offset, head.positionStride) + weights.positionColumn (stream.history);
        head.out = out + offset;
        attend (head);
    }
}

void EncoderPass::convolution (const ConformerLayer& layer, std::size_t index, Turns turns)
{
    layerNorm (x.data(), layer.normConvolution.weight.data(), layer.normConvolution.bias.data(), size, frames,
               normed.data());
    apply (layer.pointwise1, normed.data(), frames, wide.data());
    gatedLinearUnit (wide.data(), size, frames, normed.data());
    const auto* in = normed.data();
    auto* out = mixed.data();

    for (const auto& turn : turns)
    {
        const auto count = framesOf (turn);
        const auto taps = turn.stream->config.convolutionKernel;
        auto* state = turn.stream->layers[index].convolution.data();
        std::copy_n (in, area (count, size), state + area (taps - 1, size));

        for (int frame = 0; frame < count; ++frame)
        {
            const float* inputs[longestKernel];

            for (int tap = 0; tap < taps; ++tap)
                inputs[tap] = state + area (frame + tap, size);

            kernels().depthwise (inputs, taps, layer.depthwise.data(), layer.depthwiseBias.data(), size, out);
            out += size;
        }

        std::copy_n (state + area (count, size), area (taps - 1, size), state);
        in += area (count, size);
    }

    layerNorm (mixed.data(), layer.normDepthwise.weight.data(), layer.normDepthwise.bias.data(), size, frames,
               normed.data());
    silu (normed.data(), frames * size);
    apply (layer.pointwise2, normed.data(), frames, x.data(), Then::add);
}

} // namespace kikitori::backend
