/*  The encoder and its head for one stream, chunk by chunk: subsampling, attention and convolutions keep what they
    need of the past, so a chunk costs the same at any length of the stream, and its result equals that of the whole
    input under the same chunk mask.

    Threads: one stream belongs to one thread at a time; the weights are shared. Results lie in scratch of the thread.
    Failure: none. No allocation but the thread's scratch, which grows to the largest chunks that it has seen.
*/
#pragma once

#include "Backend/Model/AttentionCache.h"
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
        of a segment. Gives log probabilities [n · headFrames, vocabulary], valid until the thread's next chunk. */
    std::span<const float> process (std::span<const float> features);

    /** A chunk of one of several streams. */
    struct Turn
    {
        StreamingConformer* stream = nullptr;
        std::span<const float> features;
        std::span<const float> logProbabilities; ///< the result, valid until the thread's next chunks
    };

    /** One chunk of each of these streams, which have the same weights: these are read once for all. Gives each what
        process() would give it, to the last bit. */
    static void processTogether (std::span<Turn> turns);

    /** Bytes that this stream holds besides the shared weights. */
    std::size_t memoryBytes() const noexcept;

private:
    friend class EncoderPass;

    struct LayerState
    {
        AttentionCache<float> exact;          ///< with fp32 weights
        AttentionCache<ShortFloat> shortened; ///< with int8 weights
        std::vector<float> convolution;       ///< [kernel - 1 + chunk, d_model], the newest inputs first of all
    };

    /** Moves the history to the front where the next chunk would not fit behind it. */
    void makeRoom (int frames);
    /** After a chunk. */
    void advance (int frames);

    const std::shared_ptr<const ConformerWeights> weights;
    const ModelConfig& config;
    const int chunk;
    const int capacity; ///< keys and values are appended until it is full

    int history = 0;  ///< frames that the next chunk may look back at, at most leftContext
    int cacheEnd = 0; ///< after the newest one

    std::vector<float> previous0, previous1, previous2; ///< last time step before each of the three strided steps
    std::vector<LayerState> layers;
};

} // namespace kikitori::backend
