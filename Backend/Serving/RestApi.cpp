#include "Backend/Serving/RestApi.h"

#include "Backend/Serving/TrainingRun.h"
#include "Protocol/JsonReading.h"

#include <algorithm>
#include <chrono>

namespace kikitori::backend
{

using nlohmann::json;

namespace
{
RestReply reply (int status, const json& body)
{
    return { status, body.dump (-1, ' ', false, json::error_handler_t::replace), "application/json" };
}

RestReply failure (int status, const std::string& detail) { return reply (status, { { "detail", detail } }); }

const std::vector<std::pair<std::string, std::string>>& routes()
{
    static const std::vector<std::pair<std::string, std::string>> all{
        { "GET", "/" },
        { "GET", "/debug" },
        { "GET", "/api/test" },
        { "GET", "/api/config" },
        { "GET", "/api/status" },
        { "GET", "/api/progress" },
        { "POST", "/api/train/start" },
        { "POST", "/api/train/resume" },
        { "POST", "/api/train/stop" },
        { "GET", "/healthz" },
        { "GET", "/readyz" },
        { "GET", "/metrics" },
    };
    return all;
}

json routeNames (const std::string& prefix)
{
    auto names = json::array();

    for (const auto& [method, path] : routes())
        if (path.starts_with (prefix))
            names.push_back (path);

    return names;
}
} // namespace

RestApi::RestApi (const BackendConfig& configToShow,
                  TrainerSupervisor& trainerToUse,
                  const ModelStore& modelStore,
                  std::function<int()> streamCount)
    : config (configToShow), trainer (trainerToUse), models (modelStore), activeStreams (std::move (streamCount))
{
}

RestReply RestApi::handle (const RestRequest& request)
{
    const auto& path = request.path;
    const auto isRoute = [&] (const auto& route) { return route.second == path; };

    if (std::none_of (routes().begin(), routes().end(), isRoute))
        return failure (404, "Not Found");
    if (std::none_of (routes().begin(), routes().end(),
                      [&] (const auto& route) { return isRoute (route) && route.first == request.method; }))
        return failure (405, "Method Not Allowed");

    if (path == "/")
        return reply (200, { { "message", "Kikitori backend " KIKITORI_VERSION } });
    if (path == "/debug")
        return reply (200, { { "message", "Debug endpoint is working" },
                             { "routes", routeNames ("/") },
                             { "api_routes", routeNames ("/api") } });
    if (path == "/api/test")
        return reply (200, { { "message", "Test endpoint is working" }, { "endpoints", routeNames ("/api") } });
    if (path == "/api/config")
        return configuration();
    if (path == "/api/status")
        return reply (200, { { "is_training", trainer.isTraining() } });
    if (path == "/api/progress")
        return progress();
    if (path == "/api/train/start")
        return startTraining (request, false);
    if (path == "/api/train/resume")
        return startTraining (request, true);
    if (path == "/api/train/stop")
        return stopTraining();
    if (path == "/metrics")
        return metrics();

    // /healthz: the process answers; /readyz: it would take another stream.
    const auto isFull = path == "/readyz" && activeStreams() >= config.serving.sessions;
    return reply (isFull ? 503 : 200,
                  { { "status", isFull ? "busy" : "ok" }, { "protocol", 2 }, { "version", KIKITORI_VERSION } });
}

RestReply RestApi::configuration() const
{
    auto datasets = json::array();

    for (const auto& [name, manifest] : config.datasets)
        datasets.push_back (name);

    const auto& training = config.training;
    return reply (200, { { "available_models", config.models },
                         { "available_datasets", datasets },
                         { "training_config",
                           { { "optimizer", "AdamW" },
                             { "learning_rate", training.learningRate },
                             { "weight_decay", training.weightDecay },
                             { "warmup_steps", training.warmupSteps },
                             { "batch_size", training.batchSize },
                             { "num_epochs", training.epochs },
                             { "grad_clip_thresh", training.gradientClip } } } });
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

    if (now.error)
        body["latest_error"] = { { "message", now.error->first }, { "traceback", now.error->second } };

    return reply (200, body);
}

RestReply RestApi::startTraining (const RestRequest& request, bool mustResume)
{
    const auto parsed = parseJson (request.body);

    if (! parsed || ! parsed.value().is_object())
        return reply (422, { { "detail", json::array ({ { { "loc", { "body" } },
                                                          { "msg", "The body must be a JSON object." },
                                                          { "type", "value_error.jsondecode" } } }) } });

    if (trainer.isTraining())
        return failure (409, "Training is already in progress.");

    const auto run = prepareTrainingRun (config, parsed.value(), mustResume);

    if (const auto* wrong = std::get_if<TrainingRunError> (&run))
    {
        if (wrong->status == 422)
            return reply (422, { { "detail", json::array ({ { { "loc", { "body", wrong->field } },
                                                              { "msg", wrong->detail },
                                                              { "type", "type_error" } } }) } });

        return failure (wrong->status, wrong->detail);
    }

    const auto started = trainer.start (std::get<std::filesystem::path> (run));

    if (! started)
        return failure (started.error().code == "already_running" ? 409 : 500, started.error().message);

    return reply (200, { { "message", mustResume ? "Training resumed from checkpoint in background."
                                                 : "Training started in background." } });
}

RestReply RestApi::stopTraining()
{
    return trainer.requestStop() ? reply (200, { { "message", "Stop signal sent to training process." } })
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

    add ("kikitori_streams", "Streams that are open now.", activeStreams());
    add ("kikitori_streams_limit", "Streams that are taken at most.", config.serving.sessions);
    add ("kikitori_training", "1 while a training runs.", training.isTraining ? 1 : 0);
    add ("kikitori_training_step", "Steps of the training so far.", training.step);

    for (const auto& name : config.models)
        text += "kikitori_model_loaded{model=\"" + name + "\"} " + (models.isLoaded (name) ? "1" : "0") + "\n";

    return { 200, text, "text/plain; version=0.0.4" };
}

} // namespace kikitori::backend
