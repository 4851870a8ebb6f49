// What the routes of the configuration and of the training answer.
#include "Backend/Serving/RestApi.h"
#include "Backend/Serving/TrainingRun.h"
#include "Backend/Storage/InstalledModels.h"
#include "Core/Log.h"
#include "Protocol/JsonReading.h"
#include "Protocol/PeerProof.h"

#include <algorithm>
#include <chrono>

namespace kikitori::backend
{

using nlohmann::json;

RestReply RestApi::configuration() const
{
    auto names = json::array();

    for (const auto& [name, manifest] : withOwnRecordings().datasets)
        names.push_back (name);

    const auto installed = listInstalledModels (config.modelFolder, config.dataFolder);
    auto modelNames = config.models;

    for (const auto& model : installed)
        if (model.folder.parent_path() == userModelFolder (config.dataFolder)
            && std::find (modelNames.begin(), modelNames.end(), model.name) == modelNames.end())
            modelNames.push_back (model.name);

    auto replaced = json::object();

    for (const auto& [name, replacement] : models.replacements())
        replaced[name] = replacement.source;

    const auto& training = config.training;
    return jsonReply (200, { { "available_models", modelNames },
                             { "installed_models", toJson (installed) },
                             { "in_service", replaced },
                             { "available_datasets", names },
                             { "training_config",
                               { { "optimizer", "AdamW" },
                                 { "learning_rate", training.learningRate },
                                 { "weight_decay", training.weightDecay },
                                 { "betas", { 0.9, 0.98 } },
                                 { "eps", 1e-8 },
                                 { "scheduler", "WarmupConstantLinear" },
                                 { "warmup_steps", training.warmupSteps },
                                 { "batch_size", training.batchSize },
                                 { "num_epochs", training.epochs },
                                 { "grad_clip_thresh", training.gradientClip },
                                 { "log_interval", training.logInterval },
                                 { "checkpoint_interval", training.checkpointInterval },
                                 { "auto_resume", true },
                                 { "checkpoint_retention", training.keepCheckpoints } } } });
}

/** What the user has added by hand can be trained with as well. */
BackendConfig RestApi::withOwnRecordings() const
{
    auto extended = config;
    extended.datasets.merge (datasets.ownManifests());
    return extended;
}

RestReply RestApi::progress() const
{
    const auto now = trainer.progress();
    const auto share = now.totalSteps > 0.0 ? std::clamp (now.step / now.totalSteps, 0.0, 1.0) : 0.0;
    json body{ { "is_training", now.isTraining },
               { "current_epoch", countOf (now.epoch) },
               { "current_step", countOf (now.step) },
               { "total_epochs", countOf (now.totalEpochs) },
               { "total_steps", countOf (now.totalSteps) },
               { "current_loss", now.loss },
               { "current_learning_rate", now.learningRate },
               { "progress", share },
               { "latest_logs", now.logs },
               { "server_time",
                 std::chrono::duration<double> (std::chrono::system_clock::now().time_since_epoch()).count() } };

    for (const auto& [key, value] :
         { std::pair{ "current_grad_norm", now.gradientNorm }, std::pair{ "samples_per_second", now.samplesPerSecond },
           std::pair{ "eta_seconds", now.etaSeconds }, std::pair{ "val_loss", now.validationLoss },
           std::pair{ "wer", now.wordErrorRate }, std::pair{ "cer", now.characterErrorRate } })
        if (value)
            body[key] = *value;

    for (const auto& [key, value] : { std::pair{ "val_utterances", now.validationUtterances },
                                      std::pair{ "val_total", now.validationTotal } })
        if (value)
            body[key] = countOf (*value);

    if (! now.runId.empty())
        body["run_id"] = now.runId;
    if (now.error)
        body["latest_error"] = { { "message", now.error->first }, { "traceback", now.error->second } };

    return jsonReply (200, body);
}

RestReply RestApi::startTraining (const RestRequest& request, bool mustResume)
{
    const auto parsed = parseJson (request.body);

    if (! parsed || ! parsed.value().is_object())
        return invalid ({ "body" }, "The body must be a JSON object.", "value_error.jsondecode");

    if (trainer.isTraining())
        return failure (409, "Training is already in progress.");

    const auto run = prepareTrainingRun (withOwnRecordings(), parsed.value(), mustResume,
                                         [this] (const std::string& name) { return models.folderOf (name); });

    if (const auto* wrong = std::get_if<TrainingRunError> (&run))
        return wrong->status == 422 ? invalid ({ "body", wrong->field }, wrong->detail, "type_error")
                                    : failure (wrong->status, wrong->detail);

    if (const auto notYet = datasetRoutes.measureFirst (stringAt (parsed.value(), "dataset_name")))
        return *notYet;

    const auto& [file, id] = std::get<PreparedRun> (run);
    const auto started = trainer.start (file, id);

    if (! started)
        return failure (started.error().code == "already_running" ? 409 : 500, started.error().message);

    if (const auto kept = keepRunSettings (config.dataFolder / "runs", id, file); ! kept)
        log::write (log::Level::error, "training", "settings", kept.error().message);

    trainedRun = id;
    trainedPrefix =
        stringAt (parsed.value(), "model_name") + "-" + stringAt (parsed.value(), "dataset_name") + "-epoch-";

    return jsonReply (200, { { "message", mustResume ? "Training resumed from checkpoint in background."
                                                     : "Training started in background." },
                             { "run_id", id } });
}

void RestApi::goOnWithTraining (const InterruptedRun& run)
{
    const auto prepared = prepareContinuation (run, [this] (const std::string& name) { return models.folderOf (name); });
    const auto started = prepared ? trainer.start (run.config, prepared.value().id) : Status (prepared.error());

    if (! started)
        return log::write (log::Level::error, "training", "go_on",
                           "the training that the backend's end cut off does not go on: " + started.error().message);

    trainedRun = prepared.value().id;
    trainedPrefix = prepared.value().training + "-epoch-";
    log::write (log::Level::info, "training", "go_on", "the training that the backend's end cut off goes on");
}

RestReply RestApi::stopTraining()
{
    return trainer.requestStop() ? jsonReply (200, { { "message", "Stop signal sent to training process." } })
                                 : failure (404, "No training process is running.");
}

RestReply RestApi::challenge (const RestRequest& request) const
{
    if (! services.proveToken)
        return failure (404, "This backend has no token to prove.");
    if (! isNonce (request.argument ("nonce")))
        return invalid ({ "query", "nonce" }, "must be 32 hexadecimal digits", "value_error");

    return jsonReply (200, services.proveToken (request.argument ("nonce")));
}

RestReply RestApi::metrics() const
{
    const auto training = trainer.progress();
    std::string text;
    const auto add = [&text] (const std::string& name, const std::string& help, double value) {
        text +=
            "# HELP " + name + " " + help + "\n# TYPE " + name + " gauge\n" + name + " " + json (value).dump() + "\n";
    };

    add ("kikitori_streams", "Streams that are open now.", services.activeStreams());
    add ("kikitori_streams_limit", "Streams that are taken at most.", config.serving.sessions);
    add ("kikitori_training", "1 while a training runs.", training.isTraining ? 1 : 0);
    add ("kikitori_training_step", "Steps of the training so far.", training.step);

    add ("kikitori_io_longest_turn_seconds", "The longest time for which the sockets had to wait for other work.",
         services.longestTurn());

    for (const auto& name : config.models)
        text += "kikitori_model_loaded{model=\"" + name + "\"} " + (models.isLoaded (name) ? "1" : "0") + "\n";

    return { 200, text, "text/plain; version=0.0.4" };
}

} // namespace kikitori::backend
