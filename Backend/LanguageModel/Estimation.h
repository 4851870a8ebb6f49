/*  Estimates an n-gram model from text: interpolated modified Kneser-Ney smoothing (S. F. Chen, J. Goodman, An
   Empirical Study of Smoothing Techniques for Language Modeling, Harvard TR-10-98, section 3.3), mixtures of several,
   and pruning of what says little (K. Seymore, R. Rosenfeld, Scalable Backoff Language Models, ICSLP 1996).

    Threads: pure functions.
    Failure: std::bad_alloc only; the texts must fit into memory.
*/
#pragma once

#include "Backend/LanguageModel/NGramTable.h"

#include <span>

namespace kikitori::backend
{

/** Sentences as words. */
using Text = std::vector<std::vector<std::string>>;

struct WeightedText
{
    Text sentences;
    double weight = 1.0;   ///< in the mixture
    bool allWords = false; ///< its words are all in the vocabulary, however rare
};

/** <unk>, <s>, </s>, all words of the texts that ask for it, then the most frequent others, `size` in all. */
std::vector<std::string> chooseVocabulary (std::span<const WeightedText> texts, std::size_t size);

/** A model of one text over these words; words that are not among them are <unk>. order: 2 to longestNGram. */
NGramTable estimate (const Text& text, const std::vector<std::string>& words, int order);

/** p = sum of weight_i p_i, over the same words. Weights are positive and add up to 1. */
NGramTable mix (std::span<const NGramTable> tables, std::span<const double> weights);

/** Leaves out n-grams (of two words or more) with p(n-gram) |log p(word | history) - log of it backed off| below the
    threshold, and makes the backoff weights right again. */
void prune (NGramTable& table, double threshold);

} // namespace kikitori::backend
