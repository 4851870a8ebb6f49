/*  The model as libtorch modules: a cache-aware FastConformer with a CTC head (arXiv 2305.05084, 2312.17279), its
    parameters named as in model.safetensors. The engine in Backend/Model computes the same without libtorch.

    Threads: one at a time.
    Failure: libtorch throws c10::Error on shapes that do not fit; sizes are checked before (ModelConfig).
*/
#pragma once

#include "Backend/Model/ModelConfig.h"

#include <torch/torch.h>

namespace kikitori::backend
{

struct ConformerOutput
{
    torch::Tensor logits;       ///< [batch, encoder frames * headFrames, vocabulary]
    torch::Tensor intermediate; ///< the same of the middle layer while training, else undefined
};

class ConformerImpl : public torch::nn::Module
{
public:
    ConformerImpl (const ModelConfig& configToUse, double dropoutProbability);

    /** features [batch, frames (multiple of 8), melBins], normalised, zero past an utterance's end; lengths [batch] in
        encoder frames (int64). chunks: encoder frames that attention sees together, 0 for the whole input; one for all
        rows, or so many that row i takes chunks[i % size]. */
    ConformerOutput forward (const torch::Tensor& features,
                             const torch::Tensor& lengths,
                             const std::vector<int>& chunks);

    const ModelConfig config;

private:
    torch::Tensor subsample (torch::Tensor features);
    torch::Tensor chunkMasks (std::int64_t rows, std::int64_t frames, const std::vector<int>& chunks) const;
    torch::Tensor dropped (const torch::Tensor& x) { return torch::dropout (x, dropout, is_training()); }

    const double dropout;
    struct Layer;
    struct Front;
    std::shared_ptr<Front> front;
    std::vector<std::shared_ptr<Layer>> layers;
    torch::Tensor headWeight, headBias;
    torch::nn::Linear intermediateHead{ nullptr };
};

TORCH_MODULE (Conformer);

/** Of the parameters that are served: everything but the intermediate head. */
bool isServed (const std::string& parameterName);

/** [frames, frames] of bool, true where the frame of the row does not see that of the column. */
torch::Tensor chunkMask (std::int64_t frames, int chunk, int leftContext);

} // namespace kikitori::backend
