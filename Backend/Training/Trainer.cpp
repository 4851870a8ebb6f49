#include "Backend/Training/Trainer.h"

#include "Backend/Storage/RunNames.h"
#include "Backend/Training/ConsistencyLoss.h"
#include "Backend/Training/InitialWeights.h"
#include "Backend/Training/TrainingSetup.h"
#include "Protocol/JsonReading.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>

namespace kikitori::backend
{

namespace
{
constexpr double smallestRatePart = 0.02;
constexpr int badStepsAllowed = 20;

TrainingOptions withRun (TrainingOptions options)
{
    if (options.runId.empty())
        options.runId = options.resume.empty() ? newRunId() : runToContinue (options.resume);

    return options;
}
} // namespace

std::int64_t steadyMilliseconds()
{
    return std::chrono::duration_cast<std::chrono::milliseconds> (std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

std::string timeNow()
{
    const auto now = std::time (nullptr);
    char text[32];
    std::strftime (text, sizeof (text), "%Y-%m-%dT%H:%M:%SZ", std::gmtime (&now));
    return text;
}

Trainer::Trainer (TrainingOptions optionsToUse, TrainingReport& reportToUse, std::function<bool()> stop)
    : options (withRun (std::move (optionsToUse))), report (reportToUse), shouldStop (std::move (stop)),
      history (nlohmann::json::array()), startedAt (timeNow()), beganWith (options.initialise.string())
{
}

Status Trainer::run()
{
    torch::set_num_threads (options.threads);
    startMilliseconds = steadyMilliseconds();
    report.status (options.resume.empty() ? "starting" : "resuming",
                   "Training " + options.modelName + " on " + options.datasetName);

    if (auto done = prepare(); ! done && done.error().code == "stopped")
    {
        report.status ("stopped", done.error().message);
        return success();
    }
    else if (! done)
        return done;

    if (isFirst())
    {
        measureBeginning();
        measureServing();
    }

    meter.since = steadyMilliseconds();

    while (state->position.epoch < options.epochs && ! stopping())
        if (auto done = trainEpoch(); ! done)
            return done;

    if (unsaved) // stopped after an epoch that has no checkpoint of its own
        if (auto done = saveCheckpoint(); ! done)
            return done;

    const auto complete = state->position.epoch >= options.epochs;
    report.status (complete ? "completed" : "stopped", std::to_string (state->position.epoch) + " of "
                                                           + std::to_string (options.epochs) + " epochs are complete");
    return success();
}

Status Trainer::prepare()
{
    auto setup = setUpTraining (options, report, [this] { return wantsToStop(); });

    if (! setup)
        return setup.error();

    data.emplace (std::move (setup.value().data));

    if (options.workers.count > 1)
    {
        auto opened = GradientExchange::open (options.workers);

        if (! opened)
            return opened.error();

        exchange = std::move (opened).value();
    }

    planSteps();
    return openState (std::move (setup.value().config), std::move (setup.value().tokenizer));
}

/** Counts the steps to come, and shortens a warm-up that would take most of them. */
void Trainer::planSteps()
{
    constexpr int longestPart = 4, fittedPart = 10;
    const auto planned = data->planned();
    easySteps = static_cast<std::int64_t> (planEpoch (planned, options, 0).size());
    usualSteps = options.easyEpochs == 0
                     ? easySteps
                     : static_cast<std::int64_t> (planEpoch (planned, options, options.easyEpochs).size());
    const auto total = stepsFrom (0);

    if (options.warmupSteps <= total / longestPart)
        return;

    const auto fitted = static_cast<int> (std::max<std::int64_t> (1, total / fittedPart));

    if (fitted < options.warmupSteps && ! options.lightweight) // which says nothing of its steps
        report.log ("WARNING", "warmup_steps is " + std::to_string (options.warmupSteps) + ", but this training has about "
                                   + std::to_string (total) + " steps: its learning rate rises over the first "
                                   + std::to_string (fitted));

    options.warmupSteps = std::min (options.warmupSteps, fitted);
}

std::int64_t Trainer::stepsFrom (int epoch) const
{
    const auto easyEnd = std::min (options.easyEpochs, options.epochs);
    return std::max (0, easyEnd - epoch) * easySteps
           + std::max (0, options.epochs - std::max (epoch, easyEnd)) * usualSteps;
}

/** A run that goes on for longer has another rate at the same place than it ended with. */
void Trainer::tellJump (const nlohmann::json& metadata)
{
    constexpr double worthTelling = 1.5;
    const auto parameters = metadata.value ("training_params", nlohmann::json::object());
    const auto epochs = numberAt (parameters, "epochs");

    if (! epochs || *epochs < 1.0)
        return;

    auto before = options;
    before.learningRate = numberAt (parameters, "learning_rate").value_or (before.learningRate);
    before.warmupSteps = static_cast<int> (numberAt (parameters, "warmup_steps").value_or (before.warmupSteps));
    before.decayPart = numberAt (parameters, "decay_part").value_or (before.decayPart);
    const auto& position = state->position;
    const auto rateBefore = learningRateAt (before, position.step, std::min (1.0, position.epoch / *epochs));
    const auto rate = learningRateAt (options, position.step, static_cast<double> (position.epoch) / options.epochs);

    if (const auto times = rate / rateBefore; times > worthTelling || times < 1.0 / worthTelling)
    {
        char text[200];
        std::snprintf (text, sizeof (text),
                       "The learning rate goes from %.3g to %.3g here, because the run was planned for %.0f epochs with "
                       "a rate of %.3g and now has %d with %.3g",
                       rateBefore, rate, *epochs, before.learningRate, options.epochs, options.learningRate);
        report.log ("WARNING", text);
    }
}

Status Trainer::openState (ModelConfig config, std::string tokenizer)
{
    scaling.emplace (config.normalisation);
    torch::manual_seed (options.seed);
    state = std::make_unique<TrainingState> (config, options);
    state->model->train();
    state->average->eval();
    state->tokenizer = std::move (tokenizer);

    if (! options.initialise.empty())
    {
        const auto taken = beginWithWeights (options.initialise, *state);

        if (taken)
            report.log ("INFO", taken.value());

        return taken ? success() : Status (taken.error());
    }

    if (options.resume.empty())
        return success();

    if (auto done = readCheckpoint (options.resume, *state); ! done)
        return done;

    const auto metadata = readTrainingMetadata (options.resume);
    history = metadata.value().value ("history", nlohmann::json::array());
    startedAt = metadata.value().value ("started_at", startedAt);
    epochLossSum = numberAt (metadata.value(), "epoch_loss_sum").value_or (0.0);
    epochSteps = static_cast<std::size_t> (numberAt (metadata.value(), "epoch_loss_steps").value_or (0.0));
    secondsBefore = metadata.value().value ("trained_seconds", 0.0);
    beganWith = stringAt (metadata.value().value ("training_params", nlohmann::json::object()), "initialise");
    report.log ("INFO", "Resumed after epoch " + std::to_string (state->position.epoch) + ", step "
                            + std::to_string (state->position.step));
    tellJump (metadata.value());
    return success();
}

Status Trainer::trainEpoch()
{
    auto& position = state->position;
    const auto batches = planEpoch (data->planned(), options, position.epoch);

    if (position.batch > batches.size())
    {
        report.log ("WARNING", "The data has changed: the epoch under way begins again");
        position.batch = 0;
        epochLossSum = 0.0;
        epochSteps = 0;
    }

    while (position.batch < batches.size() && ! stopping())
    {
        const auto batch =
            makeBatch (*data, batches[position.batch], *scaling, options, position.epoch, position.batch);
        const auto progress =
            (position.epoch + static_cast<double> (position.batch) / static_cast<double> (batches.size()))
            / options.epochs;

        if (auto done = step (batch, progress); ! done)
            return done;

        ++position.batch;
        reportProgress (batches.size(), batch);
    }

    return position.batch < batches.size() ? saveCheckpoint() : finishEpoch();
}

Status Trainer::step (const TrainingBatch& whole, double progress)
{
    meter.learningRate = learningRateAt (options, state->position.step, progress);

    for (auto& group : state->optimizer.param_groups())
        static_cast<torch::optim::AdamWOptions&> (group.options()).lr (meter.learningRate);

    state->optimizer.zero_grad();
    auto loss = 0.0;

    if (exchange == nullptr)
    {
        loss = backward (whole, 1.0);
    }
    else
    {
        const auto part = partOf (whole, options.workers.rank, options.workers.count);

        if (! isFirst()) // other items, so another dropout
            torch::manual_seed (seedOf (options.seed + static_cast<std::uint64_t> (options.workers.rank),
                                        state->position.epoch, state->position.batch));

        if (part.lengths.numel() > 0)
            loss = backward (part,
                             static_cast<double> (part.targets.numel()) / static_cast<double> (whole.targets.numel()));

        if (auto done = exchangeGradients (loss); ! done)
            return done;
    }

    meter.gradientNorm = torch::nn::utils::clip_grad_norm_ (state->model->parameters(), options.clipNorm);
    return noteStep (loss);
}

double Trainer::backward (const TrainingBatch& batch, double share)
{
    auto& model = state->model;
    const auto output = model->forward (batch.features, batch.lengths, batch.chunks);
    const auto frames = batch.lengths * model->config.headFrames;
    const auto last = ctcLoss (output.logits, frames, batch.targets, batch.targetLengths);
    auto loss = last;

    if (options.intermediateLoss > 0.0)
        loss = (1.0 - options.intermediateLoss) * last
               + options.intermediateLoss * ctcLoss (output.intermediate, frames, batch.targets, batch.targetLengths);

    if (batch.views > 1)
        loss =
            loss + options.consistency * consistencyLoss (output.logits, frames, batch.targets.numel() / batch.views);

    if (share != 1.0) // of the tokens of a batch that several processes share
        loss = loss * share;

    loss.backward();
    return last.item<double>() * share;
}

Status Trainer::exchangeGradients (double& loss)
{
    const auto sums = exchange->sum (state->model->parameters(), loss, wantsToStop());

    if (! sums)
        return sums.error();

    loss = sums.value().loss;
    othersStop = sums.value().stop;
    return success();
}

Status Trainer::noteStep (double loss)
{
    if (! std::isfinite (loss) || ! std::isfinite (meter.gradientNorm))
    {
        if (++badSteps >= badStepsAllowed)
            return Error{ "diverged", "The loss is not a number for " + std::to_string (badSteps)
                                          + " steps in a row; lower learning_rate or check the recordings" };
    }
    else
    {
        badSteps = 0;
        state->optimizer.step();
        updateAverage();
        meter.lossSum += loss;
        ++meter.steps;
        epochLossSum += loss;
        ++epochSteps;
    }

    stepLosses.push_back (loss);
    ++state->position.step;
    unsaved = true;
    return success();
}

void Trainer::updateAverage()
{
    const torch::NoGradGuard noGradient;
    const auto step = static_cast<double> (state->position.step);
    const auto keep = std::min (options.averageDecay, (step + 1.0) / (step + 20.0)); // short at first
    const auto from = state->model->parameters();
    auto to = state->average->parameters();

    for (std::size_t i = 0; i < to.size(); ++i)
        to[i].mul_ (keep).add_ (from[i], 1.0 - keep);
}

void Trainer::reportProgress (std::size_t batches, const TrainingBatch& batch)
{
    meter.audioSeconds += batch.seconds;
    meter.utterances += batch.utterances;
    const auto& position = state->position;

    if (position.step % options.progressSteps != 0 && position.batch < batches)
        return;

    const auto now = steadyMilliseconds();
    const auto seconds = std::max (0.001, static_cast<double> (now - meter.since) / 1000.0);
    const auto stepsLeft =
        static_cast<double> (batches - position.batch) + static_cast<double> (stepsFrom (position.epoch + 1));

    TrainingProgress progress;
    progress.epoch = position.epoch + 1;
    progress.totalEpochs = options.epochs;
    progress.step = position.step;
    progress.totalSteps = position.step + static_cast<std::int64_t> (stepsLeft);
    progress.loss = meter.lossSum / static_cast<double> (std::max<std::size_t> (1, meter.steps));
    progress.learningRate = meter.learningRate;
    progress.gradientNorm = meter.gradientNorm;
    progress.utterancesPerSecond = static_cast<double> (meter.utterances) / seconds;
    progress.audioSecondsPerSecond = meter.audioSeconds / seconds;
    progress.etaSeconds = stepsLeft * seconds / static_cast<double> (std::max<std::size_t> (1, meter.steps));
    report.progress (progress);
    meter = {};
    meter.since = now;
}

double learningRateAt (const TrainingOptions& options, std::int64_t step, double progress)
{
    const auto warm = std::min (1.0, static_cast<double> (step + 1) / options.warmupSteps);
    const auto decay = options.decayPart > 0.0 ? (1.0 - progress) / options.decayPart : 1.0;
    return options.learningRate * warm * std::clamp (decay, smallestRatePart, 1.0);
}

} // namespace kikitori::backend
