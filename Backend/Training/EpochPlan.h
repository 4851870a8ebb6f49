/*  Which utterances an epoch takes, in which batches: a pure function of the seed and the epoch, so that a training can
    be resumed at any step.

    Short utterances are joined with pauses into items of 2 to 12 s: streams hold pauses, and padding is saved. Items of
    like length share a batch. The first ("easy") epochs take single utterances of at most 6 s.

    Threads: pure functions.
    Failure: none; without training utterances the plan is empty.
*/
#pragma once

#include "Backend/Training/TrainingOptions.h"

#include <cstdint>
#include <vector>

namespace kikitori::backend
{

struct PlannedUtterance
{
    std::size_t index = 0; ///< into the data set
    std::size_t manifest = 0;
    std::int64_t frames = 0;
};

using BatchItem = std::vector<std::size_t>; ///< utterances that are joined
using Batch = std::vector<BatchItem>;

std::vector<Batch> planEpoch (const std::vector<PlannedUtterance>& training, const TrainingOptions& options, int epoch);

/** A seed of its own for every epoch and batch (splitmix64). */
std::uint64_t seedOf (std::uint64_t seed, int epoch, std::size_t batch);

/** Most frames of silence at an item's begin, between its utterances and at its end. */
inline constexpr int leadingSilence = 60;
inline constexpr int joiningSilence = 40;
inline constexpr int trailingSilence = 80;

} // namespace kikitori::backend
