/*  The gradients of several processes that train one model together, summed (data parallel): an all-reduce over
    libtorch's Gloo process group, on one machine or over a network.

    Each process takes its part of every batch (partOf); after the sum all of them make the same step, so their weights
    stay the same without being sent.

    Threads: the training thread; Gloo has threads of its own.
    Failure: open() gives bad_config when the others do not come or this build has no Gloo; sum() gives workers_lost
    when one of them has gone.
*/
#pragma once

#include "Backend/Training/TrainingOptions.h"

#include <torch/torch.h>

#include <memory>

namespace kikitori::backend
{

class GradientExchange
{
public:
    /** Waits until all processes are there, at most two minutes. */
    static Result<std::unique_ptr<GradientExchange>> open (const WorkerGroup& workers);
    ~GradientExchange();

    GradientExchange (const GradientExchange&) = delete;
    GradientExchange& operator= (const GradientExchange&) = delete;

    struct Sums
    {
        double loss = 0.0;
        bool stop = false; ///< one of the processes wants to end
    };

    /** Replaces the gradients by their sums over all processes; a parameter without one counts as zero. */
    Result<Sums> sum (const std::vector<torch::Tensor>& parameters, double loss, bool wantsToStop);

private:
    struct Group;
    explicit GradientExchange (std::unique_ptr<Group> groupToUse);

    const std::unique_ptr<Group> group;
    torch::Tensor buffer; ///< all gradients, the loss, the wish to stop
};

} // namespace kikitori::backend
