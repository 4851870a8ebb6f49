/*  Word and character error rates by the least number of edits (Levenshtein, 1966), summed over a corpus.

    Threads: plain values.
    Failure: none; a corpus without reference words has the rate 0 if nothing was heard, else 100 %.
*/
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace kikitori::evaluation
{

struct ErrorCounts
{
    std::size_t substitutions = 0;
    std::size_t deletions = 0;  ///< in the reference, not in the hypothesis
    std::size_t insertions = 0; ///< in the hypothesis, not in the reference
    std::size_t reference = 0;  ///< words or characters of the reference

    std::size_t errors() const noexcept { return substitutions + deletions + insertions; }

    /** Errors per reference unit in percent; over 100 is possible. */
    double percent() const noexcept;

    ErrorCounts& operator+= (const ErrorCounts& other) noexcept;
    bool operator== (const ErrorCounts&) const = default;
};

/** Edits that make hypothesis out of reference, each of weight 1. */
ErrorCounts countErrors (const std::vector<std::string>& reference, const std::vector<std::string>& hypothesis);
ErrorCounts countErrors (const std::u32string& reference, const std::u32string& hypothesis);

/** Where the rate lies with 95 % confidence, in percent. */
struct Interval
{
    double low = 0.0, high = 0.0;
};

/** From 1000 corpora drawn, utterance by utterance with replacement, from this one (M. Bisani, H. Ney, Bootstrap
    estimates for confidence intervals in ASR performance evaluation, ICASSP 2004). Seeded: the same counts give the
   same interval. */
Interval confidenceInterval (const std::vector<ErrorCounts>& utterances);

} // namespace kikitori::evaluation
