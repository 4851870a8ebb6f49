/*  The encoder and its head for one stream, chunk by chunk: subsampling, attention and convolutions keep what they
    need of the past, so a chunk costs the same at any length of the stream, and its result equals that of the whole
    input under the same chunk mask.

    Threads: one stream belongs to one thread at a time; the weights are shared.
    Failure: none. No allocation after construction.
*/
#pragma once

#include "Backend/Model/ConformerWeights.h"

#include <span>

namespace kikitori::backend
{

class StreamingConformer
{
public:
    /** chunkFrames: encoder frames (80 ms each) whose attention sees each other; at most weights->largestChunk. */
    StreamingConformer (std::shared_ptr<const ConformerWeights> weights, int chunkFrames);

    int chunkFrames() const noexcept { return chunk; }
    /** Feature frames that one whole chunk takes. */
    std::size_t featureFrames() const noexcept { return static_cast<std::size_t> (chunk) * subsamplingFactor; }

    /** Forgets the past: a new segment. */
    void reset();

    /** One chunk: features [n · 8, 80] of 1 ≤ n ≤ chunkFrames encoder frames; fewer than chunkFrames only at the end
        of a segment. Gives log probabilities [n · headFrames, vocabulary], valid until the next call. */
    std::span<const float> process (std::span<const float> features);

    /** Bytes that this stream holds besides the shared weights. */
    std::size_t memoryBytes() const noexcept;

private:
    struct LayerState
    {
        std::vector<float> keys, values; ///< [capacity, d_model], the newest `history` rows count
        std::vector<float> convolution;  ///< [kernel - 1, d_model], the newest inputs
    };

    void subsample (const float* features, int frames);
    void feedForward (const Norm& norm, const Linear& in, const Linear& out, int frames);
    void attention (const ConformerLayer& layer, LayerState& state, int frames);
    void attendHead (const ConformerLayer& layer, const LayerState& state, int frame, int head, int keys);
    void convolution (const ConformerLayer& layer, LayerState& state, int frames);

    const std::shared_ptr<const ConformerWeights> weights;
    const ModelConfig& config;
    const int chunk;
    const int cacheCapacity; ///< rows of keys and values: appended until full, then the history moves to the front

    int history = 0;  ///< rows that the next chunk may look back at, at most leftContext
    int cacheEnd = 0; ///< row after the newest one

    std::vector<float> previous0, previous1, previous2; ///< last time step before each of the three strided steps
    std::vector<LayerState> layers;
    std::vector<float> x, normed, wide, query, mixed, scores, subsampled0, subsampled1, subsampled2, logits, shifted;
};

} // namespace kikitori::backend
