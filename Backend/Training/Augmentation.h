/*  Changes of log-mel features that keep the words: other speaking rates, voices, levels, rooms' noise, and holes
    (SpecAugment, arXiv 1904.08779). Random numbers come from the caller's generator and from libtorch's global one.

    Threads: one at a time (libtorch's generator).
    Failure: none.
*/
#pragma once

#include <torch/torch.h>

#include <random>

namespace kikitori::backend
{

/** Log-mel value of digital silence, ln 2^-24. */
inline constexpr double silentLogMel = -16.635532;

/** One utterance, not yet normalised [frames, bins]: rate 0.85–1.18, vocal tract 0.87–1.15, level -9–+7 dB. */
torch::Tensor varySpeaker (torch::Tensor logMel, std::mt19937_64& random);

/** Adds steady noise of a random level and tilt. */
torch::Tensor addNoise (const torch::Tensor& logMel, std::mt19937_64& random);

/** Two masks over bins and, for each 1.5 s begun, so many over time, in normalised features. */
torch::Tensor maskFeatures (torch::Tensor normalised, std::mt19937_64& random, int timeMasks = 1);

} // namespace kikitori::backend
