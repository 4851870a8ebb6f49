/*  How well a model does on the validation utterances: CTC loss, word and character error rates of the greedy
    transcript, computed with the chunks of a stream.

    Threads: one at a time.
    Failure: none.
*/
#pragma once

#include "Backend/Training/Conformer.h"
#include "Backend/Training/TrainingBatch.h"

#include <functional>
#include <map>

namespace kikitori::backend
{

struct ErrorCount
{
    std::size_t wordErrors = 0, words = 0;
    std::size_t characterErrors = 0, characters = 0;

    void add (const std::string& reference, const std::string& hypothesis);
    void add (const ErrorCount& other);
    double wordErrorRate() const noexcept;      ///< errors / words; 0 without words
    double characterErrorRate() const noexcept; ///< spaces count as characters
};

struct ValidationResult
{
    double loss = 0.0; ///< CTC loss for each character
    ErrorCount errors;
    std::map<std::string, ErrorCount> corpora;
    std::vector<ErrorCount> each; ///< of the measured utterances, in the set's order
    std::size_t total = 0;        ///< dev utterances of the data set
};

/** Fewest insertions, deletions and substitutions that turn one list into the other (Levenshtein). */
std::size_t editDistance (const std::vector<std::string>& a, const std::vector<std::string>& b);

/** The text of the best token of each frame, as streams write it. logits [frames, vocabulary], float. */
std::string greedyText (const torch::Tensor& logits, const std::vector<std::string>& vocabulary);

/** Measures on the set's dev utterances; ends early, with what it has, when shouldStop says so. */
ValidationResult validate (Conformer& model,
                           const TrainingSet& set,
                           const Scaling& scaling,
                           const std::function<bool()>& shouldStop);

/** Every dev utterance's errors of a model that may have other tokens than the set's; ends early as validate(). */
std::vector<ErrorCount> countErrors (Conformer& model,
                                     const TrainingSet& set,
                                     const Scaling& scaling,
                                     const std::function<bool()>& shouldStop);

/** Does one system make fewer errors than another on the same utterances, by more than chance? A paired randomisation
    test (Noreen 1989) at the level 0.05: each utterance's two counts might as well be exchanged, 10,000 times by a seeded
    generator. Fewer than five utterances that differ are never enough. byWords: counts words, else characters. */
bool beats (const std::vector<ErrorCount>& candidate, const std::vector<ErrorCount>& other, bool byWords);

/** Sum of the CTC losses divided by the number of tokens. logits [batch, frames, vocabulary]. */
torch::Tensor ctcLoss (const torch::Tensor& logits,
                       const torch::Tensor& frames,
                       const torch::Tensor& targets,
                       const torch::Tensor& targetLengths);

} // namespace kikitori::backend
