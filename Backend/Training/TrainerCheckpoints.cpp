// What a training does at the end of an epoch, and what it keeps.
#include "Backend/Storage/RunNames.h"
#include "Backend/Training/CheckpointKeeper.h"
#include "Backend/Training/Trainer.h"
#include "Core/LanguageTag.h"

#include <algorithm>
#include <ctime>

namespace kikitori::backend
{

namespace
{
std::string percent (const std::vector<ErrorCount>& each, bool byWords)
{
    ErrorCount sum;

    for (const auto& one : each)
        sum.add (one);

    char text[32];
    std::snprintf (text, sizeof (text), "%.1f %%", 100.0 * (byWords ? sum.wordErrorRate() : sum.characterErrorRate()));
    return text;
}
} // namespace

/** Epoch 0: the model whose weights the training begins with. */
void Trainer::measureBeginning()
{
    if (options.initialise.empty() || ! history.empty())
        return;

    const auto result = validate (state->average, *data, *scaling, [this] { return wantsToStop(); });

    if (result.errors.characters == 0 || wantsToStop())
        return;

    auto entry = validationJson (result);
    entry["epoch"] = 0;
    entry["step"] = 0;
    entry["score"] =
        hasWordSpaces (options.language) ? result.errors.wordErrorRate() : result.errors.characterErrorRate();
    history.push_back (entry);
    report.validation (0, result);
}

void Trainer::measureServing()
{
    if (! options.serveBest)
        return;

    rival.isThere = ! options.serving.empty();
    rival.isMeasured = ! rival.isThere;

    if (! rival.isThere)
        return;

    const auto config = readModelConfig (options.serving);
    auto loaded = config ? success() : Status (config.error());
    std::optional<Conformer> model;

    if (loaded)
        loaded = loadWeights (options.serving, model.emplace (config.value(), 0.0));

    if (! loaded)
        return report.log ("WARNING", "No checkpoint will be put into service, because the model that serves cannot be "
                                      "measured: "
                                          + loaded.error().message);

    rival.errors =
        countErrors (*model, *data, Scaling (config.value().normalisation), [this] { return wantsToStop(); });
    rival.isMeasured = ! rival.errors.empty() && ! wantsToStop();
    const auto byWords = hasWordSpaces (options.language);

    if (rival.isMeasured)
        report.log ("INFO", "The model in service has an error rate of " + percent (rival.errors, byWords) + " on "
                                + std::to_string (rival.errors.size()) + " recordings");
}

bool Trainer::shouldServe (bool isBest)
{
    if (! isBest || ! rival.isMeasured || measured.empty())
        return false;

    const auto byWords = hasWordSpaces (options.language);

    if (rival.isThere && ! beats (measured, rival.errors, byWords))
    {
        report.log ("INFO", "Not put into service: an error rate of " + percent (measured, byWords) + " against "
                                + percent (rival.errors, byWords) + " of the model in service, on "
                                + std::to_string (measured.size()) + " recordings, may be chance");
        return false;
    }

    rival = { true, true, measured };
    return true;
}

Status Trainer::finishEpoch()
{
    if (epochSteps == 0 && badSteps > 0)
        return Error{ "diverged", "No step of this epoch had a loss that is a number; lower learning_rate or check the "
                                  "recordings. The last checkpoint stays." };

    auto& position = state->position;
    ++position.epoch;
    position.batch = 0;

    if (isFirst())
    {
        const auto result = validate (state->average, *data, *scaling, [this] { return wantsToStop(); });
        const auto isMeasured = result.errors.characters > 0; // there was something to measure by
        auto entry = isMeasured ? validationJson (result) : nlohmann::json::object();
        entry["epoch"] = position.epoch;
        entry["step"] = position.step;
        entry["loss"] = epochLossSum / static_cast<double> (std::max<std::size_t> (1, epochSteps));

        if (isMeasured && ! wantsToStop()) // else it was cut short
            entry["score"] =
                hasWordSpaces (options.language) ? result.errors.wordErrorRate() : result.errors.characterErrorRate();

        history.push_back (entry);
        measured = entry.contains ("score") ? result.each : std::vector<ErrorCount>();

        if (isMeasured)
            report.validation (position.epoch, result);
    }

    epochLossSum = 0.0;
    epochSteps = 0;
    auto done = checkpointIsDue() ? saveCheckpoint() : success();
    meter.since = steadyMilliseconds();
    return done;
}

bool Trainer::checkpointIsDue() const noexcept
{
    const auto epoch = state->position.epoch;
    return epoch % options.checkpointEpochs == 0 || epoch >= options.epochs;
}

Status Trainer::saveCheckpoint()
{
    unsaved = false;

    if (! isFirst())
        return success();

    if (auto done = takePlainNames(); ! done)
        return done;

    auto path = writeCheckpoint (*state, options, facts());

    if (! path)
        return path.error();

    const auto kept = CheckpointKeeper (options).tidy (path.value());

    if (! kept)
        return kept.error();
    if (const auto& average = kept.value().average; ! average)
        report.log ("WARNING", "The best checkpoints have no average: " + average.error().message);

    report.checkpoint (path.value().string(), state->position.epoch, path.value().filename().string(),
                       kept.value().isBest, shouldServe (kept.value().isBest));
    return success();
}

/** Not before there is something to name, so that a training that never gets there leaves the last run's names alone. */
Status Trainer::takePlainNames()
{
    if (hasPlainNames)
        return success();

    auto done = makeNewest (options.checkpointFolder, trainingName (options), options.runId);
    hasPlainNames = done.ok();
    return done;
}

nlohmann::json Trainer::facts() const
{
    auto manifests = nlohmann::json::array();

    for (const auto& manifest : options.manifests)
        manifests.push_back (
            { { "name", manifest.name }, { "path", manifest.path.string() }, { "share", manifest.share } });

    return { { "model_name", options.modelName },
             { "dataset_name", options.datasetName },
             { "datasets", manifests },
             { "run_name", options.runName },
             { "settings", nlohmann::json::parse (options.settings, nullptr, false) },
             { "seed", options.seed },
             { "lightweight", options.lightweight },
             { "history", history },
             { "epoch_loss_sum", epochLossSum }, // of the epoch under way
             { "epoch_loss_steps", epochSteps },
             { "started_at", startedAt },
             { "saved_at", timeNow() },
             { "trained_seconds",
               secondsBefore + static_cast<double> (steadyMilliseconds() - startMilliseconds) / 1000.0 },
             { "training_params",
               { { "epochs", options.epochs },
                 { "batch_seconds", options.batchSeconds },
                 { "learning_rate", options.learningRate },
                 { "warmup_steps", options.warmupSteps },
                 { "decay_part", options.decayPart },
                 { "weight_decay", options.weightDecay },
                 { "clip_norm", options.clipNorm },
                 { "average_decay", options.averageDecay },
                 { "dropout", options.dropout },
                 { "intermediate_loss", options.intermediateLoss },
                 { "consistency", options.consistency },
                 { "easy_epochs", options.easyEpochs },
                 { "augment", options.augment },
                 { "noise", options.noise },
                 { "spec_augment", options.specAugment },
                 { "limit_samples", options.limitSamples },
                 { "initialise", beganWith } } } };
}

} // namespace kikitori::backend
