#include "Backend/Serving/RestApi.h"

#include "Backend/Serving/OpenApi.h"
#include "Backend/Storage/RunNames.h"

#include <algorithm>

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
    std::function<RestReply (RestApi&, const RestRequest&)> answer; ///< null: an upload
    bool usesDisk = false;                                          ///< else answered at once, from memory
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
            { "GET", "/api/config", [] (RestApi& api, Request) { return api.configuration(); }, true },
            { "GET", "/api/status",
              [] (RestApi& api, Request) {
                  return jsonReply (200, { { "is_training", api.trainer.isTraining() } });
              } },
            { "GET", "/api/progress", [] (RestApi& api, Request) { return api.progress(); } },
            { "POST", "/api/train/start", [] (RestApi& api, Request r) { return api.startTraining (r, false); }, true },
            { "POST", "/api/train/resume", [] (RestApi& api, Request r) { return api.startTraining (r, true); }, true },
            { "POST", "/api/train/stop", [] (RestApi& api, Request) { return api.stopTraining(); } },
            { "GET", "/api/checkpoints", [] (RestApi& api, Request r) { return api.modelRoutes.checkpoints (r); }, true },
            { "GET", "/api/runs", [] (RestApi& api, Request r) { return api.runRoutes.list (r); }, true },
            { "GET", "/api/runs/{run_id}", [] (RestApi& api, Request r) { return api.runRoutes.show (r); }, true },
            { "POST", "/api/runs/{run_id}", [] (RestApi& api, Request r) { return api.runRoutes.rename (r); }, true },
            { "DELETE", "/api/runs/{run_id}", [] (RestApi& api, Request r) { return api.runRoutes.remove (r); }, true },
            { "GET", "/api/models", [] (RestApi& api, Request) { return api.modelRoutes.models(); }, true },
            { "DELETE", "/api/models", [] (RestApi& api, Request r) { return api.modelRoutes.removeAll (r); }, true },
            { "GET", "/api/models/bulk-download",
              [] (RestApi& api, Request r) { return api.modelRoutes.download (r); }, true },
            { "DELETE", "/api/models/{model_name}",
              [] (RestApi& api, Request r) { return api.modelRoutes.remove (r); }, true },
            { "POST", usePath, {} },          // answered later (beginUpload)
            { "POST", "/api/inference", {} }, // an upload
            { "GET", "/api/inference", [] (RestApi& api, Request) { return api.inferenceRoutes.list(); } },
            { "GET", "/api/inference/{job_id}", [] (RestApi& api, Request r) { return api.inferenceRoutes.show (r); } },
            { "DELETE", "/api/inference/{job_id}",
              [] (RestApi& api, Request r) { return api.inferenceRoutes.cancel (r); } },
            { "GET", "/api/datasets", [] (RestApi& api, Request) { return api.datasetRoutes.list(); }, true },
            { "POST", "/api/datasets", [] (RestApi& api, Request r) { return api.datasetRoutes.add (r); }, true },
            { "DELETE", "/api/datasets/{dataset_name}",
              [] (RestApi& api, Request r) { return api.datasetRoutes.remove (r); }, true },
            { "GET", "/api/datasets/{dataset_name}",
              [] (RestApi& api, Request r) { return api.datasetRoutes.show (r); }, true },
            { "POST", "/api/dataset/download",
              [] (RestApi& api, Request r) { return api.datasetRoutes.download (r); }, true },
            { "GET", "/api/dataset/download", [] (RestApi& api, Request) { return api.datasetRoutes.progress(); } },
            { "DELETE", "/api/dataset/download", [] (RestApi& api, Request) { return api.datasetRoutes.cancel(); } },
            { "GET", "/openapi.json",
              [] (RestApi&, Request) {
                  return RestReply{ 200, openApiDocument() };
              } },
            { "GET", "/docs",
              [] (RestApi&, Request) {
                  return RestReply{ 200, openApiPage(), "text/html; charset=utf-8" };
              } },
            { "GET", "/healthz", [] (RestApi&, Request) { return health ("ok", 200); } },
            { "GET", "/challenge", [] (RestApi& api, Request r) { return api.challenge (r); } },
            { "GET", "/readyz", [] (RestApi& api, Request) { return api.ready(); } },
            { "GET", "/metrics", [] (RestApi& api, Request) { return api.metrics(); } },
        };
        return table;
    }

    static const Route* find (const RestRequest& request)
    {
        std::string name;
        const auto found = std::find_if (all().begin(), all().end(), [&] (const Route& route)
                                         { return route.method == request.method && fits (route.path, request.path, name); });
        return found != all().end() ? &*found : nullptr;
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
                   [this] (const std::string& name)
                   {
                       return trainer.isTraining() && ! trainedPrefix.empty() && name.starts_with (trainedPrefix)
                              && splitRunName (name).second.empty(); // an older run's are not touched
                   }),
      runRoutes (checkpoints,
                 config.dataFolder / "runs",
                 [this] (const std::string& run) { return trainer.isTraining() && run == trainedRun; }),
      modelUse (config, checkpoints, models, services.post), inference (models, services.inferenceLimits),
      inferenceRoutes (inference, checkpoints, models, config.dataFolder / "uploads", services.post),
      datasets (config.datasetSettings,
                config.dataFolder / "datasets",
                config.largestDownload,
                [this] (const auto& job) { onDatasetJob (job); }),
      datasetRoutes (datasets, config.takesFolders)
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
    std::string allowed;

    for (const auto& route : Table::all())
    {
        std::string name;

        if (! fits (route.path, request.path, name))
            continue;

        if (route.method != request.method)
        {
            allowed += (allowed.empty() ? "" : ", ") + std::string (route.method);
            continue;
        }

        request.name = name;
        return route.answer (*this, request);
    }

    if (allowed.empty())
        return failure (404, "Not Found");

    auto reply = failure (405, "Method Not Allowed");
    reply.headers.emplace_back ("allow", allowed);
    return reply;
}

bool RestApi::isQuick (const RestRequest& request)
{
    const auto* route = Table::find (request);
    return route == nullptr || ! route->usesDisk;
}

bool RestApi::isUpload (const RestRequest& request)
{
    const auto* route = Table::find (request);
    return route != nullptr && ! route->answer;
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
    // A message may hold the name of a file, which need not be UTF-8.
    const json message{ { "type", "dataset" }, { "payload", toJson (job) } };
    services.post ([broadcast = services.broadcast,
                    text = message.dump (-1, ' ', false, json::error_handler_t::replace)] { broadcast (text); });
}

RestReply RestApi::ready() const
{
    // It would take another stream.
    const auto isFull = services.activeStreams() >= config.serving.sessions;
    return Table::health (isFull ? "busy" : "ok", isFull ? 503 : 200);
}

} // namespace kikitori::backend
