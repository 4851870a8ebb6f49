/*  How far apart a model's answers to two views of the same words lie: CR-CTC (Z. Yao et al., CR-CTC: Consistency
    regularization on CTC for improved speech recognition, arXiv 2410.05101). It keeps a model from trusting what noise
    or a hole can take away.

    Threads: one at a time.
    Failure: none.
*/
#pragma once

#include <torch/torch.h>

namespace kikitori::backend
{

/** Half the sum of both Kullback-Leibler divergences of each frame, the other view taken as given, divided by the
   number of tokens. logits: [2 · items, frames, vocabulary], the views of an item one after the other; frames: of each
   row. */
torch::Tensor consistencyLoss (const torch::Tensor& logits, const torch::Tensor& frames, std::int64_t tokens);

} // namespace kikitori::backend
