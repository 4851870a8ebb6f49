#include "Backend/Model/StreamingConformer.h"

#include "Backend/Model/Subsampling.h"

#include <algorithm>
#include <cmath>

namespace kikitori::backend
{

namespace
{
std::size_t area (int a, int b) { return static_cast<std::size_t> (a) * static_cast<std::size_t> (b); }
} // namespace

StreamingConformer::StreamingConformer (std::shared_ptr<const ConformerWeights> sharedWeights, int chunkFrames)
    : weights (std::move (sharedWeights)), config (weights->config),
      chunk (std::clamp (chunkFrames, 1, weights->largestChunk)), cacheCapacity (2 * config.leftContext + chunk)
{
    const auto d = config.modelSize;
    const auto channels = config.subsamplingChannels;

    previous0.resize (melBins);
    previous1.resize (area (channels, melBins / 2));
    previous2.resize (area (channels, melBins / 4));
    subsampled0.resize (area (4 * chunk, channels * melBins / 2));
    subsampled1.resize (area (2 * chunk, channels * melBins / 4));
    subsampled2.resize (area (chunk, channels * melBins / 8));
    shifted.resize (area (2 * chunk, channels * melBins / 4));

    layers.resize (static_cast<std::size_t> (config.layers));
    for (auto& layer : layers)
    {
        layer.keys.resize (area (cacheCapacity, d));
        layer.values.resize (area (cacheCapacity, d));
        layer.convolution.resize (area (config.convolutionKernel - 1 + chunk, d));
    }

    x.resize (area (chunk, d));
    normed.resize (area (chunk, d));
    query.resize (area (chunk, d));
    mixed.resize (area (chunk, d));
    wide.resize (area (chunk, std::max (config.feedForwardSize, 2 * d)));
    scores.resize (static_cast<std::size_t> (config.leftContext + chunk));
    logits.resize (area (chunk, weights->head.rows));
    reset();
}

void StreamingConformer::reset()
{
    history = 0;
    cacheEnd = 0;

    for (auto* cache : { &previous0, &previous1, &previous2 })
        std::fill (cache->begin(), cache->end(), 0.0f);

    for (auto& layer : layers)
        std::fill (layer.convolution.begin(), layer.convolution.end(), 0.0f);
}

std::size_t StreamingConformer::memoryBytes() const noexcept
{
    auto floats = x.size() + normed.size() + wide.size() + query.size() + mixed.size() + scores.size() + logits.size()
                  + subsampled0.size() + subsampled1.size() + subsampled2.size() + shifted.size() + previous0.size()
                  + previous1.size() + previous2.size();

    for (const auto& layer : layers)
        floats += layer.keys.size() + layer.values.size() + layer.convolution.size();

    return floats * sizeof (float);
}

std::span<const float> StreamingConformer::process (std::span<const float> features)
{
    const auto d = config.modelSize;
    const auto frames = static_cast<int> (features.size()) / (subsamplingFactor * melBins);
    subsample (features.data(), frames);

    if (cacheEnd + frames > cacheCapacity)
    {
        for (auto& layer : layers)
        {
            for (auto* cache : { &layer.keys, &layer.values })
                std::copy_n (cache->begin() + static_cast<std::ptrdiff_t> (area (cacheEnd - history, d)),
                             area (history, d), cache->begin());
        }

        cacheEnd = history;
    }

    for (std::size_t i = 0; i < layers.size(); ++i)
    {
        const auto& layer = weights->layers[i];
        feedForward (layer.normFeedForward1, layer.feedForward1In, layer.feedForward1Out, frames);
        attention (layer, layers[i], frames);
        convolution (layer, layers[i], frames);
        feedForward (layer.normFeedForward2, layer.feedForward2In, layer.feedForward2Out, frames);
        layerNorm (x.data(), layer.normOut.weight.data(), layer.normOut.bias.data(), d, frames, x.data());
    }

    cacheEnd += frames;
    history = std::min (config.leftContext, history + frames);

    apply (weights->head, x.data(), frames, logits.data());
    const auto vocabulary = static_cast<int> (config.vocabulary.size());
    for (int i = 0; i < frames * config.headFrames; ++i)
        logSoftmax (logits.data() + area (i, vocabulary), vocabulary);

    return { logits.data(), area (frames, weights->head.rows) };
}

void StreamingConformer::subsample (const float* features, int frames)
{
    const auto& w = *weights;
    const auto channels = config.subsamplingChannels;

    firstConvolution (w, features, 8 * frames, previous0.data(), subsampled0.data());
    depthwiseStrided (w.depthwise1, w.depthwise1Bias, channels, melBins / 2, subsampled0.data(), 4 * frames,
                      previous1.data(), shifted.data());
    apply (w.pointwise1, shifted.data(), 2 * frames * melBins / 4, subsampled1.data());
    relu (subsampled1.data(), 2 * frames * melBins / 4 * channels);
    depthwiseStrided (w.depthwise2, w.depthwise2Bias, channels, melBins / 4, subsampled1.data(), 2 * frames,
                      previous2.data(), shifted.data());
    apply (w.pointwise2, shifted.data(), frames * melBins / 8, subsampled2.data());
    relu (subsampled2.data(), frames * melBins / 8 * channels);
    apply (w.subsamplingOut, subsampled2.data(), frames, x.data());
}

void StreamingConformer::feedForward (const Norm& norm, const Linear& in, const Linear& out, int frames)
{
    const auto d = config.modelSize;
    layerNorm (x.data(), norm.weight.data(), norm.bias.data(), d, frames, normed.data());
    apply (in, normed.data(), frames, wide.data());
    silu (wide.data(), frames * in.rows);
    apply (out, wide.data(), frames, mixed.data());
    addScaled (x.data(), mixed.data(), 0.5f, frames * d);
}

void StreamingConformer::attention (const ConformerLayer& layer, LayerState& state, int frames)
{
    const auto d = config.modelSize;
    layerNorm (x.data(), layer.normAttention.weight.data(), layer.normAttention.bias.data(), d, frames, normed.data());
    apply (layer.query, normed.data(), frames, query.data());
    apply (layer.key, normed.data(), frames, state.keys.data() + area (cacheEnd, d));
    apply (layer.value, normed.data(), frames, state.values.data() + area (cacheEnd, d));
    std::fill_n (mixed.begin(), area (frames, d), 0.0f);

    for (int frame = 0; frame < frames; ++frame)
        for (int head = 0; head < config.heads; ++head)
            attendHead (layer, state, frame, head, history + frames);

    apply (layer.attentionOut, mixed.data(), frames, normed.data());
    addScaled (x.data(), normed.data(), 1.0f, frames * d);
}

void StreamingConformer::attendHead (const ConformerLayer& layer,
                                     const LayerState& state,
                                     int frame,
                                     int head,
                                     int keys)
{
    const auto d = config.modelSize;
    const auto size = d / config.heads;
    const auto offset = area (head, size);
    const auto scale = 1.0f / std::sqrt (static_cast<float> (size));
    const auto firstRow = cacheEnd - history;
    float withContent[512];
    float withPosition[512];

    for (int i = 0; i < size; ++i)
    {
        const auto q = query[area (frame, d) + offset + static_cast<std::size_t> (i)];
        withContent[i] = q + layer.contentBias[offset + static_cast<std::size_t> (i)];
        withPosition[i] = q + layer.positionBias[offset + static_cast<std::size_t> (i)];
    }

    for (int key = 0; key < keys; ++key)
    {
        const auto distance = history + frame - key;
        scores[static_cast<std::size_t> (key)] =
            scale
            * (dot (withContent, state.keys.data() + area (firstRow + key, d) + offset, size)
               + dot (withPosition, layer.positions.data() + area (weights->positionRow (distance), d) + offset, size));
    }

    softmax (scores.data(), keys);

    for (int key = 0; key < keys; ++key)
        addScaled (mixed.data() + area (frame, d) + offset, state.values.data() + area (firstRow + key, d) + offset,
                   scores[static_cast<std::size_t> (key)], size);
}

void StreamingConformer::convolution (const ConformerLayer& layer, LayerState& state, int frames)
{
    const auto d = config.modelSize;
    const auto past = config.convolutionKernel - 1;
    layerNorm (x.data(), layer.normConvolution.weight.data(), layer.normConvolution.bias.data(), d, frames,
               normed.data());
    apply (layer.pointwise1, normed.data(), frames, wide.data());
    gatedLinearUnit (wide.data(), d, frames, state.convolution.data() + area (past, d));

    for (int frame = 0; frame < frames; ++frame)
    {
        auto* out = mixed.data() + area (frame, d);
        std::copy (layer.depthwiseBias.begin(), layer.depthwiseBias.end(), out);

        for (int tap = 0; tap < config.convolutionKernel; ++tap)
        {
            const auto* in = state.convolution.data() + area (frame + tap, d);
            const auto* w = layer.depthwise.data() + area (tap, d);

            for (int i = 0; i < d; ++i)
                out[i] += in[i] * w[i];
        }
    }

    std::copy_n (state.convolution.begin() + static_cast<std::ptrdiff_t> (area (frames, d)), area (past, d),
                 state.convolution.begin());
    layerNorm (mixed.data(), layer.normDepthwise.weight.data(), layer.normDepthwise.bias.data(), d, frames,
               normed.data());
    silu (normed.data(), frames * d);
    apply (layer.pointwise2, normed.data(), frames, mixed.data());
    addScaled (x.data(), mixed.data(), 1.0f, frames * d);
}

} // namespace kikitori::backend
