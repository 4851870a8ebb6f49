/*  What a beam search adds to the tokens' log probabilities before it looks at them: a model that was trained on little
    speech is too sure of the blank and of the frequent letters, and the language model counts their frequency once more.
    So a share of each letter's frequency goes off again, as hybrid decoding divides by the states' priors (H. Bourlard,
    N. Morgan, Connectionist Speech Recognition, 1994; for CTC: Y. Miao et al., EESEN, arXiv 1507.08240).

    Threads: pure functions.
    Failure: none.
*/
#pragma once

#include "Backend/Decoding/DecoderSettings.h"
#include "Backend/LanguageModel/NGramModel.h"

#include <span>
#include <string>
#include <vector>

namespace kikitori::backend
{

/** For each token, in natural logs; empty where there is nothing to add. The frequencies are those of the letters in
    the model's words, and of a space behind each word; where tokens are pieces of words (SentencePiece), only the blank
    has something. A letter that is as frequent as all would be if they were equal stays as it is. */
std::vector<float> tokenBias (const NGramModel& model,
                              const std::vector<std::string>& tokens,
                              const BeamOptions& options);

/** The log probabilities of a frame with the bias, which again sum to 1. Both have the same size. */
void addBias (std::span<const float> logProbabilities, std::span<const float> bias, std::vector<float>& into);

} // namespace kikitori::backend
