/*  One pass of the encoder over the chunks of one or several streams that share their weights. Matrix products take the
    frames of all streams together; attention and convolutions, which have a past, go stream by stream.

    Threads: each thread has its own; a pass belongs to it.
    Failure: none. Its scratch only grows, to the largest chunks that the thread has seen.
*/
#pragma once

#include "Backend/Model/StreamingConformer.h"

namespace kikitori::backend
{

class EncoderPass
{
public:
    static EncoderPass& ofThisThread();

    /** As StreamingConformer::processTogether. */
    void run (std::span<StreamingConformer::Turn> turns);

private:
    using Turns = std::span<StreamingConformer::Turn>;

    void reserve (const ModelConfig& config, int largest);
    void subsample (const ConformerWeights& weights,
                    StreamingConformer& stream,
                    const float* features,
                    int count,
                    float* out);
    void feedForward (const Norm& norm, const Linear& in, const Linear& out);
    void attention (const ConformerLayer& layer, std::size_t index, Turns turns);
    template <typename Cached>
    void attendHeads (const ConformerLayer& layer,
                      AttentionCache<Cached>& cache,
                      const StreamingConformer& stream,
                      const float* projected,
                      int count,
                      float* out);
    void convolution (const ConformerLayer& layer, std::size_t index, Turns turns);

    int size = 0;   ///< d_model
    int frames = 0; ///< of all streams of this pass
    std::vector<float> x, normed, wide, mixed, scores, logits;
    std::vector<float> subsampled, shifted; ///< of one stream
};

} // namespace kikitori::backend
