#include "Backend/Serving/InferenceRoutes.h"

#include "Backend/Serving/InferenceUpload.h"

#include <algorithm>
#include <random>

namespace kikitori::backend
{

namespace fs = std::filesystem;
using nlohmann::json;

namespace
{
constexpr std::size_t longestId = 64;

bool isJobId (const std::string& id)
{
    return ! id.empty() && id.size() <= longestId
           && std::all_of (id.begin(), id.end(),
                           [] (unsigned char c) { return c < 0x80 && (std::isalnum (c) || c == '-' || c == '_'); });
}

/** An id that others cannot guess: who knows it may read the words and cancel the job. */
std::string randomId()
{
    std::random_device source;
    static constexpr auto* digits = "0123456789abcdef";
    std::string id;

    for (int i = 0; i < 32; ++i)
        id += digits[source() % 16];

    return id;
}
} // namespace

InferenceRoutes::InferenceRoutes (FileInference& worker,
                                  const CheckpointStore& store,
                                  const ModelStore& modelStore,
                                  fs::path uploadFolder,
                                  Post postTask)
    : inference (worker), checkpoints (store), models (modelStore), uploads (std::move (uploadFolder)),
      post (std::move (postTask))
{
    std::error_code ignored;
    fs::remove_all (uploads, ignored);
}

std::optional<RestReply> InferenceRoutes::chooseModel (const RestRequest& request, InferenceRequest& job) const
{
    const auto path = request.argument ("checkpoint_path"), dataset = request.argument ("dataset_name");
    const auto isNamed = std::any_of (request.query.begin(), request.query.end(),
                                      [] (const auto& one) { return one.first == "model_name"; });
    job.model = isNamed ? request.argument ("model_name") : "conformer";
    const auto hasId = std::any_of (request.query.begin(), request.query.end(),
                                    [] (const auto& one) { return one.first == "job_id"; });

    if (hasId && ! isJobId (request.argument ("job_id")))
        return invalid ({ "query", "job_id" }, "Give 1 to 64 letters, digits, '-' or '_'.", "value_error");

    job.id = hasId ? request.argument ("job_id") : randomId();

    if (! models.isServed (job.model))
        return failure (400, "Model '" + job.model.substr (0, 80) + "' is not a valid model name.");
    if (path.empty() && dataset.empty())
        return std::nullopt;

    // A checkpoint's path is one that GET /api/checkpoints tells, or its name: nothing outside that folder is opened.
    const fs::path asked (path);
    const auto isInside = asked.parent_path().empty() || asked.parent_path() == checkpoints.path();

    if (! path.empty() && ! isInside)
        return failure (400, "The checkpoint must be one of those that /api/checkpoints lists.");

    const auto found =
        path.empty() ? checkpoints.latest (job.model, dataset) : checkpoints.find (asked.filename().string());

    if (! found)
        return failure (found.error().code == "not_found" ? 404 : 400, found.error().message);

    job.checkpoint = found.value();
    return std::nullopt;
}

std::unique_ptr<Upload> InferenceRoutes::begin (const RestRequest& request)
{
    InferenceRequest job;
    std::error_code ignored;
    fs::create_directories (uploads, ignored);
    job.file = uploads / ("upload-" + std::to_string (++count)); // a name that no message holds by chance
    return std::make_unique<InferenceUpload> (*this, request, std::move (job));
}

RestReply InferenceRoutes::list() const
{
    auto jobs = json::array();

    for (const auto& state : inference.list())
    {
        auto entry = InferenceUpload::describe (state, false);
        entry.erase ("result"); // may be long; the job itself tells it
        jobs.push_back (std::move (entry));
    }

    return jsonReply (200, { { "jobs", jobs } });
}

RestReply InferenceRoutes::show (const RestRequest& request) const
{
    const auto state = inference.find (request.name);
    return state ? jsonReply (200, InferenceUpload::describe (*state, request.argument ("tokens") == "true"))
                 : failure (404, "There is no inference job of this id.");
}

RestReply InferenceRoutes::cancel (const RestRequest& request) const
{
    if (inference.cancel (request.name))
        return jsonReply (200, { { "message", "The job is cancelled." } });

    return inference.find (request.name) ? failure (409, "The job has ended already.")
                                         : failure (404, "There is no inference job of this id.");
}

} // namespace kikitori::backend
