/*  A training from its options to its last checkpoint: data, model, epochs, validation.

    Method: CTC with an intermediate loss at the middle layer, AdamW with warm-up, hold and linear decay, gradient
    clipping, dynamic chunks (arXiv 2012.05481), exponential moving average of the weights. Everything random depends on
    seed, epoch and batch, so a training that was stopped and resumed takes the very steps of one that was not.

    Threads: run() blocks the calling thread; libtorch uses as many as the options say.
    Failure: codes bad_config, bad_data, file_missing, checkpoint_missing, model_*, disk_failed, diverged. Running out
   of memory throws (std::bad_alloc or c10::Error), which the program turns into its exit code.
*/
#pragma once

#include "Backend/Training/Checkpoint.h"
#include "Backend/Training/GradientExchange.h"
#include "Backend/Training/TrainingBatch.h"
#include "Backend/Training/TrainingReport.h"

#include <functional>
#include <optional>

namespace kikitori::backend
{

class Trainer
{
public:
    /** shouldStop is asked between steps; a stop leaves a checkpoint, also between epochs. */
    Trainer (TrainingOptions optionsToUse, TrainingReport& reportToUse, std::function<bool()> shouldStop);

    /** Trains until the epochs are done or a stop was asked for. */
    Status run();

    /** CTC losses of this run's steps, in order. */
    const std::vector<double>& losses() const noexcept { return stepLosses; }

private:
    Status openState (ModelConfig config, std::string tokenizer);
    void planSteps();
    std::int64_t stepsFrom (int epoch) const;
    void tellJump (const nlohmann::json& metadata);
    Status prepare();
    Status trainEpoch();
    Status step (const TrainingBatch& batch, double progress);
    double backward (const TrainingBatch& batch, double share);
    Status exchangeGradients (double& loss);
    Status noteStep (double loss);
    void updateAverage();
    void reportProgress (std::size_t batches, const TrainingBatch& batch);
    Status finishEpoch();
    Status saveCheckpoint();
    bool checkpointIsDue() const noexcept;
    Status takePlainNames();
    void measureBeginning();
    void measureServing();
    bool shouldServe (bool isBest);
    bool wantsToStop() const { return shouldStop() || report.broken(); }
    /** Processes that train together stop after the same step. */
    bool stopping() const { return exchange != nullptr ? othersStop : wantsToStop(); }
    bool isFirst() const noexcept { return options.workers.rank == 0; }
    nlohmann::json facts() const;

    TrainingOptions options; ///< const once they are planned
    TrainingReport& report;
    const std::function<bool()> shouldStop;

    std::optional<TrainingSet> data;
    std::optional<Scaling> scaling;
    std::unique_ptr<TrainingState> state;
    std::unique_ptr<GradientExchange> exchange; ///< where several processes train together
    bool othersStop = false;
    nlohmann::json history;     ///< of the epochs, kept in the checkpoints
    std::string startedAt;      ///< UTC, of the training's first run
    double secondsBefore = 0.0; ///< that earlier runs trained
    std::string beganWith;      ///< the model whose weights the first run took, or empty
    std::int64_t startMilliseconds = 0;

    struct Meter
    {
        double lossSum = 0.0, audioSeconds = 0.0, gradientNorm = 0.0, learningRate = 0.0;
        std::size_t steps = 0, utterances = 0;
        std::int64_t since = 0; ///< steady clock, milliseconds
    };

    Meter meter;
    std::int64_t easySteps = 0, usualSteps = 0; ///< of an epoch, as planned
    double epochLossSum = 0.0;
    std::size_t epochSteps = 0;
    int badSteps = 0;     ///< in a row
    bool unsaved = false; ///< steps since the last checkpoint
    std::vector<ErrorCount> measured; ///< of the last epoch's validation, by utterance

    /** What the checkpoints must beat to be served, by its errors. */
    struct Rival
    {
        bool isMeasured = false; ///< else no checkpoint is served
        bool isThere = false;    ///< else every best one is
        std::vector<ErrorCount> errors;
    };

    Rival rival;
    bool hasPlainNames = false; ///< the names without an id are this run's
    std::vector<double> stepLosses;
};

/** Warm-up over the first steps, then the full rate, then a straight line to 2 % over the last part of the epochs.
    progress: 0 at the first step of all, 1 at the end. */
double learningRateAt (const TrainingOptions& options, std::int64_t step, double progress);

/** Of the steady clock. */
std::int64_t steadyMilliseconds();

/** UTC, as 2026-01-31T12:00:00Z. */
std::string timeNow();

} // namespace kikitori::backend
