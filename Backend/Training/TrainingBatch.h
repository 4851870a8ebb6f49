/*  A data set with its features, and a batch of it as tensors.

    Threads: one at a time.
    Failure: none past opening.
*/
#pragma once

#include "Backend/Training/EpochPlan.h"
#include "Backend/Training/FeatureCache.h"

namespace kikitori::backend
{

struct TrainingSet
{
    std::vector<Utterance> utterances;
    FeatureCache cache;
    std::size_t validationTotal = 0; ///< dev utterances of the data set, of which `utterances` may hold a sample
    int separator = 1; ///< token between joined utterances; 0: none, the tokens hold their spaces themselves

    /** The training utterances, as planEpoch takes them. */
    std::vector<PlannedUtterance> planned() const;
};

/** Normalisation as tensors. */
struct Scaling
{
    explicit Scaling (const FeatureNormalisation& normalisation);
    torch::Tensor operator() (const torch::Tensor& logMel) const { return (logMel - mean) * factor; }

    torch::Tensor mean, factor;
};

struct TrainingBatch
{
    torch::Tensor features;      ///< [batch, frames, melBins], normalised, zero past an item's end
    torch::Tensor lengths;       ///< encoder frames of each item, int64
    torch::Tensor targets;       ///< all tokens, one item after the other, int64
    torch::Tensor targetLengths; ///< int64
    int views = 1;           ///< rows of each item, one after the other: the same words behind other noise and masks
    std::vector<int> chunks; ///< of each view, encoder frames that attention sees together; 0: all
    double seconds = 0.0;    ///< audio, without padding
    std::size_t utterances = 0;
};

/** Batch `number` of `epoch`; seeds libtorch's global generator, so that everything random in this step (dropout too)
    depends on seed, epoch and number alone. */
TrainingBatch makeBatch (const TrainingSet& set,
                         const Batch& batch,
                         const Scaling& scaling,
                         const TrainingOptions& options,
                         int epoch,
                         std::size_t number);

/** The items rank, rank + count, ... of a batch, with its padding: what one of `count` processes takes. May be empty.
 */
TrainingBatch partOf (const TrainingBatch& batch, int rank, int count);

} // namespace kikitori::backend
