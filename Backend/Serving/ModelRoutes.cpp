#include "Backend/Serving/ModelRoutes.h"

#include "Backend/Storage/RunNames.h"
#include "Backend/Storage/ZipStream.h"
#include "Core/Log.h"
#include "Protocol/JsonReading.h"

#include <algorithm>
#include <cmath>

namespace kikitori::backend
{

using nlohmann::json;

namespace
{
constexpr std::size_t mostNames = 1000;

double megabytes (std::uint64_t bytes) { return std::round (static_cast<double> (bytes) / 1048576.0 * 100.0) / 100.0; }

/** A checkpoint's name changes when a newer run takes it. */
bool isSource (const Checkpoint& one, const Replacement& replacement)
{
    if (replacement.run.empty())
        return replacement.source == one.name;

    return replacement.run == one.run && splitRunName (replacement.source).first == splitRunName (one.name).first;
}

/** The models as which a checkpoint serves, as long as it is the one that was copied. */
json namesServedBy (const Checkpoint& one, const std::map<std::string, Replacement>& replacements)
{
    std::error_code failed;
    const auto written = std::filesystem::last_write_time (one.path / "model.safetensors", failed);
    auto names = json::array();

    for (const auto& [name, replacement] : replacements)
        if (! failed && isSource (one, replacement) && written <= replacement.at)
            names.push_back (name);

    return names;
}

json describe (const Checkpoint& one, const std::map<std::string, Replacement>& replacements)
{
    return { { "name", one.name },
             { "run_id", one.run.empty() ? json() : json (one.run) },
             { "dataset_name", one.parts.dataset },
             { "path", one.path.string() },
             { "size_mb", megabytes (one.bytes) },
             { "file_count", one.files.size() },
             { "created_at", one.createdAt },
             { "files", one.files },
             { "latest", one.isLatest },
             { "in_service", namesServedBy (one, replacements) } };
}

int statusOf (const Error& error)
{
    return error.code == "not_found" ? 404 : error.code == "in_use" ? 409 : error.code == "disk_failed" ? 500 : 400;
}

std::vector<std::string> namesIn (const RestRequest& request)
{
    std::vector<std::string> names;

    for (const auto& [key, value] : request.query)
    {
        if (key != "model_names")
            continue;

        for (std::size_t from = 0; from <= value.size();)
        {
            const auto comma = std::min (value.find (',', from), value.size());
            if (comma > from)
                names.push_back (value.substr (from, comma - from));
            from = comma + 1;
        }
    }

    return names;
}
} // namespace

ModelRoutes::ModelRoutes (const CheckpointStore& checkpointStore,
                          const ModelStore& modelStore,
                          std::function<bool (const std::string&)> isUsed)
    : store (checkpointStore), served (modelStore), usedByTraining (std::move (isUsed))
{
}

RestReply ModelRoutes::checkpoints (const RestRequest& request) const
{
    const auto model = request.argument ("model_name"), dataset = request.argument ("dataset_name");
    auto all = store.list();
    std::erase_if (all,
                   [&] (const auto& one)
                   {
                       return ! one.parts.number() || (! model.empty() && one.parts.model != model)
                              || (! dataset.empty() && one.parts.dataset != dataset);
                   });
    std::stable_sort (all.begin(), all.end(),
                      [] (const auto& a, const auto& b) { return *a.parts.number() > *b.parts.number(); });
    const auto replacements = served.replacements();
    auto list = json::array();

    for (const auto& one : all)
    {
        auto entry = describe (one, replacements);
        entry["model_name"] = one.parts.model;
        entry["epoch"] = *one.parts.number();
        list.push_back (std::move (entry));
    }

    return jsonReply (200, { { "checkpoints", list } });
}

RestReply ModelRoutes::models() const
{
    const auto replacements = served.replacements();
    auto list = json::array();

    for (const auto& one : store.list())
    {
        auto entry = describe (one, replacements);
        entry["epoch"] = one.parts.epoch.empty() ? json() : json (one.parts.epoch);
        entry["in_use"] = usedByTraining (one.name);

        if (one.metadata.is_object())
        {
            entry["training_metadata"] = one.metadata;
            for (const auto& [to, from] : { std::pair{ "training_start_time", "started_at" },
                                            std::pair{ "training_end_time", "saved_at" },
                                            std::pair{ "training_params", "training_params" } })
                if (const auto found = one.metadata.find (from); found != one.metadata.end())
                    entry[to] = *found;
        }

        list.push_back (std::move (entry));
    }

    return jsonReply (200, { { "models", list } });
}

/** For each name why it was not deleted, or nothing. */
std::vector<std::optional<Error>> ModelRoutes::removeNames (const std::vector<std::string>& names, bool isForced) const
{
    std::vector<std::optional<Error>> problems (names.size());
    std::vector<std::string> doomed;

    for (std::size_t i = 0; i < names.size(); ++i)
    {
        if (! isForced && usedByTraining (names[i]) && store.find (names[i]))
            problems[i] = Error{ "in_use", "Model '" + names[i]
                                               + "' is used by the training that runs; stop it first, or delete the model "
                                                 "all the same with force=true" };
        else
            doomed.push_back (names[i]);
    }

    const auto removed = store.remove (doomed);

    for (std::size_t i = 0, next = 0; i < names.size(); ++i)
    {
        if (problems[i])
            continue;
        if (const auto& status = removed[next++]; ! status)
            problems[i] = status.error();
        else
            log::write (log::Level::info, "models", "delete_model", "deleted " + names[i]);
    }

    return problems;
}

RestReply ModelRoutes::remove (const RestRequest& request) const
{
    if (const auto problem = removeNames ({ request.name }, request.argument ("force") == "true").front())
        return failure (statusOf (*problem), problem->message);

    return jsonReply (200, { { "message", "Model '" + request.name + "' deleted successfully" } });
}

RestReply ModelRoutes::removeAll (const RestRequest& request) const
{
    const auto parsed = parseJson (request.body);
    const auto isList = parsed && parsed.value().is_array() && parsed.value().size() <= mostNames
                        && std::all_of (parsed.value().begin(), parsed.value().end(),
                                        [] (const auto& name) { return name.is_string(); });

    if (! isList)
        return invalid ({ "body" }, "The body must be a JSON list of at most 1000 names.", "type_error.list");

    auto deleted = json::array(), failed = json::array();
    auto reasons = json::object();

    const auto names = parsed.value().get<std::vector<std::string>>();
    const auto problems = removeNames (names, request.argument ("force") == "true");

    for (std::size_t i = 0; i < names.size(); ++i)
    {
        (problems[i] ? failed : deleted).push_back (names[i]);

        if (problems[i])
            reasons[names[i]] = problems[i]->message;
    }

    const auto message =
        "Deleted " + std::to_string (deleted.size()) + " of " + std::to_string (parsed.value().size()) + " models";
    return jsonReply (
        200, { { "deleted", deleted }, { "failed", failed }, { "reasons", reasons }, { "message", message } });
}

RestReply ModelRoutes::download (const RestRequest& request) const
{
    const auto names = namesIn (request);

    if (names.empty() || names.size() > mostNames)
        return invalid ({ "query", "model_names" }, "Give 1 to 1000 names.", "value_error.missing");

    std::vector<std::filesystem::path> folders;

    for (const auto& name : names)
    {
        const auto found = store.find (name);

        if (! found)
            return failure (statusOf (found.error()), found.error().message);
        if (std::find (folders.begin(), folders.end(), found.value()) == folders.end())
            folders.push_back (found.value());
    }

    RestReply reply;
    reply.contentType = "application/zip";
    reply.headers.emplace_back ("content-disposition", "attachment; filename=\"models.zip\"");
    reply.source = [zip = std::make_shared<ZipStream> (folders)] { return zip->next(); };
    return reply;
}

} // namespace kikitori::backend
