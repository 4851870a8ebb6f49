#include "Backend/Model/StreamingConformer.h"

#include "Backend/Model/EncoderPass.h"

#include <algorithm>

namespace kikitori::backend
{

namespace
{
std::size_t area (int a, int b) { return static_cast<std::size_t> (a) * static_cast<std::size_t> (b); }
} // namespace

StreamingConformer::StreamingConformer (std::shared_ptr<const ConformerWeights> sharedWeights, int chunkFrames)
    : weights (std::move (sharedWeights)), config (weights->config),
      chunk (std::clamp (chunkFrames, 1, weights->largestChunk)),
      capacity (config.leftContext + std::max (4 * chunk, 16))
{
    const auto d = config.modelSize;
    previous0.resize (melBins);
    previous1.resize (area (config.subsamplingChannels, melBins / 2));
    previous2.resize (area (config.subsamplingChannels, melBins / 4));
    layers.resize (static_cast<std::size_t> (config.layers));

    for (auto& layer : layers)
    {
        if (weights->isQuantised)
            layer.shortened.resize (d, capacity);
        else
            layer.exact.resize (d, capacity);

        layer.convolution.resize (area (config.convolutionKernel - 1 + chunk, d));
    }

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
    auto floats = previous0.size() + previous1.size() + previous2.size();

    auto cached = std::size_t{ 0 };

    for (const auto& layer : layers)
    {
        floats += layer.convolution.size();
        cached += layer.exact.bytes() + layer.shortened.bytes();
    }

    return floats * sizeof (float) + cached;
}

void StreamingConformer::makeRoom (int frames)
{
    if (cacheEnd + frames <= capacity)
        return;

    const auto first = cacheEnd - history;

    for (auto& layer : layers)
    {
        layer.exact.moveToFront (first, history);
        layer.shortened.moveToFront (first, history);
    }

    cacheEnd = history;
}

void StreamingConformer::advance (int frames)
{
    cacheEnd += frames;
    history = std::min (config.leftContext, history + frames);
}

std::span<const float> StreamingConformer::process (std::span<const float> features)
{
    Turn turn{ this, features, {} };
    EncoderPass::ofThisThread().run (std::span (&turn, 1));
    return turn.logProbabilities;
}

void StreamingConformer::processTogether (std::span<Turn> turns) { EncoderPass::ofThisThread().run (turns); }

} // namespace kikitori::backend
