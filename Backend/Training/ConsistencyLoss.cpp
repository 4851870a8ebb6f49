#include "Backend/Training/ConsistencyLoss.h"

#include <algorithm>

namespace kikitori::backend
{

torch::Tensor consistencyLoss (const torch::Tensor& logits, const torch::Tensor& frames, std::int64_t tokens)
{
    const auto answers = torch::log_softmax (logits, -1).unflatten (0, { -1, 2 }); // [items, 2, frames, vocabulary]
    const auto first = answers.select (1, 0), second = answers.select (1, 1);
    const auto apart = [] (const torch::Tensor& given, const torch::Tensor& answer)
    {
        const auto fixed = given.detach();
        return (fixed.exp() * (fixed - answer)).sum (-1);
    };
    const auto isSpeech = torch::arange (logits.size (1), frames.options()).unsqueeze (0)
                          < frames.unflatten (0, { -1, 2 }).select (1, 0).unsqueeze (1);
    const auto both = (apart (first, second) + apart (second, first)) * isSpeech;
    return 0.5 * both.sum() / static_cast<double> (std::max<std::int64_t> (1, tokens));
}

} // namespace kikitori::backend
