#include "Backend/Serving/RestApi.h"

#include "Backend/Serving/OpenApi.h"
#include "Backend/Serving/TrainingRun.h"
#include "Backend/Storage/InstalledModels.h"
#include "Protocol/JsonReading.h"

#include <algorithm>
#include <chrono>

namespace kikitori::backend
{

using nlohmann::json;

namespace
{
/** The routes' table: who answers which method and path. */
struct Route
{
    const char* method;
    const char* path;
    std::function<RestReply (RestApi&, const RestRequest&)> answer;
};

json routeNames (const std::string& prefix)
{
    std::vector<std::string> names;

    for (const auto& [method, path] : RestApi::routes())
        if (path.starts_with (prefix) && std::find (names.begin(), names.end(), path) == names.end())
            names.push_back (path);

    return names;
}

/** Does the path fit, and what stands where the route leaves it open? */
bool fits (std::string_view pattern, std::string_view path, std::string& name)
{
    const auto open = pattern.find ('{');

    if (open == std::string_view::npos)
        return pattern == path;

    const auto end = pattern.substr (pattern.find ('}') + 1);

    if (path.size() <= open + end.size() || ! path.starts_with (pattern.substr (0, open)) || ! path.ends_with (end))
        return false;

    name = path.substr (open, path.size() - open - end.size());
    return name.find ('/') == std::string::npos;
}

constexpr auto usePath = "/api/models/{model_name}/use";
} // namespace

struct RestApi::Table
{
    static const std::vector<Route>& all()
    {
        using Request = const RestRequest&;
        static const std::vector<Route> table{
            { "GET", "/",
              [] (RestApi&, Request) {
                  return jsonReply (200, { { "message", "Kikitori backend " KIKITORI_VERSION } });
              } },
            { "GET", "/debug",
              [] (RestApi&, Request)
              {
                  return jsonReply (200, { { "message", "Debug endpoint is working" },
                                           { "routes", routeNames ("/") },
                                           { "api_routes", routeNames ("/api") } });
              } },
            { "GET", "/api/test",
              [] (RestApi&, Request) {
                  return jsonReply (
                      200, { { "message", "Test endpoint is working" }, { "endpoints", routeNames ("/api") } });
              } },
            { "GET", "/api/config", [] (RestApi& api, Request) { return api.configuration(); } },
            { "GET", "/api/status",
              [] (RestApi& api, Request) {
                  return jsonReply (200, { { "is_training", api.trainer.isTraining() } });
              } },
            { "GET", "/api/progress", [] (RestApi& api, Request) { return api.progress(); } },
            { "POST", "/api/train/start", [] (RestApi& api, Request r) { return api.startTraining (r, false); } },
            { "POST", "/api/train/resume", [] (RestApi& api, Request r) { return api.startTraining (r, true); } },
            { "POST", "/api/train/stop", [] (RestApi& api, Request) { return api.stopTraining(); } },
            { "GET", "/api/checkpoints", [] (RestApi& api, Request r) { return api.modelRoutes.checkpoints (r); } },
            { "GET", "/api/models", [] (RestApi& api, Request) { return api.modelRoutes.models(); } },
            { "DELETE", "/api/models", [] (RestApi& api, Request r) { return api.modelRoutes.removeAll (r); } },
            { "GET", "/api/models/bulk-download",
              [] (RestApi& api, Request r) { return api.modelRoutes.download (r); } },
            { "DELETE", "/api/models/{model_name}",
              [] (RestApi& api, Request r) { return api.modelRoutes.remove (r); } },
            { "POST", usePath, {} },          // answered later (beginUpload)
            { "POST", "/api/inference", {} }, // an upload
            { "GET", "/api/inference", [] (RestApi& api, Request) { return api.inferenceRoutes.list(); } },
            { "GET", "/api/inference/{job_id}", [] (RestApi& api, Request r) { return api.inferenceRoutes.show (r); } },
            { "DELETE", "/api/inference/{job_id}",
              [] (RestApi& api, Request r) { return api.inferenceRoutes.cancel (r); } },
            { "GET", "/api/datasets", [] (RestApi& api, Request) { return api.datasetRoutes.list(); } },
            { "GET", "/api/datasets/{dataset_name}",
              [] (RestApi& api, Request r) { return api.datasetRoutes.show (r); } },
            { "POST", "/api/dataset/download",
              [] (RestApi& api, Request r) { return api.datasetRoutes.download (r); } },
            { "GET", "/api/dataset/download", [] (RestApi& api, Request) { return api.datasetRoutes.progress(); } },
            { "DELETE", "/api/dataset/download", [] (RestApi& api, Request) { return api.datasetRoutes.cancel(); } },
            { "GET", "/openapi.json",
              [] (RestApi&, Request) {
                  return RestReply{ 200, openApiDocument() };
              } },
            { "GET", "/healthz", [] (RestApi&, Request) { return health ("ok", 200); } },
            { "GET", "/readyz", [] (RestApi& api, Request) { return api.ready(); } },
            { "GET", "/metrics", [] (RestApi& api, Request) { return api.metrics(); } },
        };
        return table;
    }

    static RestReply health (const char* status, int code)
    {
        return jsonReply (code, { { "status", status }, { "protocol", 2 }, { "version", KIKITORI_VERSION } });
    }
};

RestApi::RestApi (const BackendConfig& configToShow,
                  TrainerSupervisor& trainerToUse,
                  ModelStore& modelStore,
                  RestServices servicesToUse)
    : config (configToShow), trainer (trainerToUse), models (modelStore), services (std::move (servicesToUse)),
      checkpoints (config.dataFolder / "checkpoints", config.models),
      modelRoutes (checkpoints,
                   models,
                   [this] (const Checkpoint& one)
                   { return trainer.isTraining() && ! trainedPrefix.empty() && one.name.starts_with (trainedPrefix); }),
      modelUse (config, checkpoints, models, services.post), inference (models, InferenceLimits{}),
      inferenceRoutes (inference, checkpoints, config.models, config.dataFolder / "uploads", services.post),
      datasets (config.datasetSettings,
                config.dataFolder / "datasets",
                [this] (const auto& job) { onDatasetJob (job); }),
      datasetRoutes (datasets)
{
}

std::vector<std::pair<std::string, std::string>> RestApi::routes()
{
    std::vector<std::pair<std::string, std::string>> names;

    for (const auto& route : Table::all())
        names.emplace_back (route.method, route.path);

    return names;
}

RestReply RestApi::handle (RestRequest request)
{
    auto isKnown = false;

    for (const auto& route : Table::all())
    {
        std::string name;

        if (! fits (route.path, request.path, name))
            continue;

        isKnown = true;

        if (route.method != request.method)
            continue;

        request.name = name;
        return route.answer (*this, request);
    }

    return isKnown ? failure (405, "Method Not Allowed") : failure (404, "Not Found");
}

std::unique_ptr<Upload> RestApi::beginUpload (RestRequest request)
{
    if (request.method != "POST")
        return nullptr;
    if (fits (usePath, request.path, request.name))
        return modelUse.begin (request);

    return request.path == "/api/inference" ? inferenceRoutes.begin (request) : nullptr;
}

bool RestApi::isBusy() const { return inference.isBusy() || datasets.isBusy(); }

void RestApi::onDatasetJob (const DatasetJob& job) const
{
    services.post ([broadcast = services.broadcast,
                    text = json{ { "type", "dataset" }, { "payload", toJson (job) } }.dump()] { broadcast (text); });
}

RestReply RestApi::ready() const
{
    // It would take another stream.
    const auto isFull = services.activeStreams() >= config.serving.sessions;
    return Table::health (isFull ? "busy" : "ok", isFull ? 503 : 200);
}

RestReply RestApi::configuration() const
{
    auto names = json::array();

    for (const auto& [name, manifest] : config.datasets)
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
                                 { "log_interval", 10 },
                                 { "checkpoint_interval", 1 },
                                 { "auto_resume", true },
                                 { "checkpoint_retention", training.keepCheckpoints } } } });
}

RestReply RestApi::progress() const
{
    const auto now = trainer.progress();
    const auto share = now.totalSteps > 0.0 ? std::clamp (now.step / now.totalSteps, 0.0, 1.0) : 0.0;
    json body{ { "is_training", now.isTraining },
               { "current_epoch", now.epoch },
               { "current_step", now.step },
               { "total_epochs", now.totalEpochs },
               { "total_steps", now.totalSteps },
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

    const auto run = prepareTrainingRun (config, parsed.value(), mustResume);

    if (const auto* wrong = std::get_if<TrainingRunError> (&run))
        return wrong->status == 422 ? invalid ({ "body", wrong->field }, wrong->detail, "type_error")
                                    : failure (wrong->status, wrong->detail);

    const auto started = trainer.start (std::get<std::filesystem::path> (run));

    if (! started)
        return failure (started.error().code == "already_running" ? 409 : 500, started.error().message);

    trainedPrefix =
        stringAt (parsed.value(), "model_name") + "-" + stringAt (parsed.value(), "dataset_name") + "-epoch-";

    return jsonReply (200, { { "message", mustResume ? "Training resumed from checkpoint in background."
                                                     : "Training started in background." } });
}

RestReply RestApi::stopTraining()
{
    return trainer.requestStop() ? jsonReply (200, { { "message", "Stop signal sent to training process." } })
                                 : failure (404, "No training process is running.");
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

    for (const auto& name : config.models)
        text += "kikitori_model_loaded{model=\"" + name + "\"} " + (models.isLoaded (name) ? "1" : "0") + "\n";

    return { 200, text, "text/plain; version=0.0.4" };
}

} // namespace kikitori::backend
