/*  The weights of one model, read once and shared by all of its streams.

    Threads: const after load(); any number at once.
    Failure: those of ModelConfig and SafetensorsFile.
*/
#pragma once

#include "Backend/Model/Kernels.h"
#include "Backend/Model/ModelConfig.h"

#include <memory>

namespace kikitori::backend
{

struct Norm
{
    std::vector<float> weight, bias;
};

struct ConformerLayer
{
    Norm normFeedForward1, normAttention, normConvolution, normFeedForward2, normOut;
    Linear feedForward1In, feedForward1Out, feedForward2In, feedForward2Out;
    Linear attentionIn; ///< query, key and value: [3 d_model, d_model]
    Linear attentionOut;
    std::vector<float> contentBias;  ///< u, [d_model]
    std::vector<float> positionBias; ///< v, [d_model]
    std::vector<float> positions;    ///< linear_pos of each relative position, [d_model, positionStride]
    Linear pointwise1, pointwise2;
    std::vector<float> depthwise; ///< [kernel, d_model]
    std::vector<float> depthwiseBias;
    Norm normDepthwise;
};

struct ConformerWeights
{
    ModelConfig config;
    int largestChunk = 0;     ///< encoder frames
    bool isQuantised = false; ///< int8 matrices

    // Convolutions as [time tap, frequency tap, channel], so that the loops run over channels.
    std::vector<float> convolution0, convolution0Bias;
    std::vector<float> depthwise1, depthwise1Bias;
    Linear pointwise1;
    std::vector<float> depthwise2, depthwise2Bias;
    Linear pointwise2;
    Linear subsamplingOut; ///< columns ordered [frequency, channel]
    std::vector<ConformerLayer> layers;
    Linear head;

    std::uint64_t parameterCount = 0;

    /** Column of ConformerLayer::positions for query minus key = distance, leftContext + largestChunk - 1 … down to
        -(largestChunk - 1): the keys' own order. */
    int positionColumn (int distance) const noexcept { return config.leftContext + largestChunk - 1 - distance; }
    /** Whole vectors may be read from any column on. */
    int positionStride() const noexcept { return config.leftContext + 2 * largestChunk - 1 + rowsInBlock; }

    /** Reads a model folder. quantise: matrices become int8. longestChunk: encoder frames of the longest chunk that
       will be asked for, if that is more than the model was trained for. */
    static Result<std::shared_ptr<const ConformerWeights>> load (const std::filesystem::path& folder,
                                                                 bool quantise,
                                                                 int longestChunk = 0);
};

} // namespace kikitori::backend
