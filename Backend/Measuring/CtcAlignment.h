/*  Where the words of a text are in a recording, by the model with the whole recording in view: the most likely CTC
   path that spells the text (A. Graves et al., Connectionist Temporal Classification, ICML 2006; Viterbi instead of
   sums).

    Threads: pure functions; the weights are shared.
    Failure: an empty result where the text cannot be spelled or is too long for the recording.
*/
#pragma once

#include "Backend/Measuring/Recordings.h"
#include "Backend/Model/ConformerWeights.h"

namespace kikitori::backend
{

struct WordSpan
{
    double start = 0.0, end = 0.0; ///< seconds
};

/** Longest recording that can be aligned, in encoder frames of 80 ms. */
inline constexpr int longestAlignment = 400;

/** weights: loaded with longestAlignment as their longest chunk. */
std::vector<WordSpan> alignWithWholeContext (const std::shared_ptr<const ConformerWeights>& weights,
                                             const Recording& recording,
                                             const std::vector<std::string>& words);

/** First and last frame of each token on the best path; empty where there is none. logProbabilities: [frames,
    vocabulary], id 0 is blank. */
std::vector<std::pair<int, int>> bestCtcPath (std::span<const float> logProbabilities,
                                              int vocabulary,
                                              const std::vector<int>& tokens);

} // namespace kikitori::backend
