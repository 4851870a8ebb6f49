#include "Backend/Serving/DatasetRoutes.h"

#include "Core/Credentials.h"
#include "Platform/FileFacts.h"
#include "Protocol/JsonReading.h"

#include <cmath>

namespace kikitori::backend
{

using nlohmann::json;

namespace
{
json describe (const DatasetStatus& one, const std::optional<DatasetJob>& job)
{
    const auto& facts = one.statistics;
    const auto bytes = facts.is_object() ? facts.value ("bytes", 0.0) : 0.0;
    json entry{ { "name", one.name },
                { "status", one.isThere ? "downloaded" : "not_downloaded" },
                { "num_files", facts.is_object() ? facts.value ("utterances", 0) : 0 },
                { "size_mb", std::round (bytes / 1048576.0 * 100.0) / 100.0 },
                { "path", one.path.string() },
                { "own", one.isOwn },
                { "config", { { "url", addressWithoutUser (one.settings.url) }, { "layout", one.settings.layout } } } };

    if (job && job->dataset == one.name && ! job->hasEnded())
        entry["download"] = toJson (*job);

    return entry;
}

/** For which a request waits for its folder to be measured; the disk's other requests wait as long. */
constexpr std::chrono::seconds measuredAtOnce{ 2 };

RestReply notMeasured (const Error& error) { return failure (error.code == "bad_data" ? 400 : 500, error.message); }

int filesOf (const DatasetStatus& one)
{
    return one.statistics.is_object() ? one.statistics.value ("utterances", 0) : 0;
}
} // namespace

DatasetRoutes::DatasetRoutes (DatasetLibrary& libraryToUse, bool mayTakeFolders)
    : library (libraryToUse), takesFolders (mayTakeFolders)
{
}

RestReply DatasetRoutes::list() const
{
    auto datasets = json::array();

    for (const auto& one : library.list())
        datasets.push_back (describe (one, library.job()));

    return jsonReply (200, { { "datasets", datasets } });
}

RestReply DatasetRoutes::show (const RestRequest& request) const
{
    const auto one = library.find (request.name);

    if (! one)
        return failure (404, "Dataset '" + request.name.substr (0, 80) + "' is not a valid dataset name.");

    auto body = describe (*one, library.job());
    body["statistics"] = one->statistics;
    return jsonReply (200, body);
}

RestReply DatasetRoutes::refuseFolders() const
{
    return failure (403, "Folders of this machine are added in its config.yaml (available_datasets, datasets); only a "
                         "backend that its user's own programs start takes them from a client.");
}

RestReply DatasetRoutes::add (const RestRequest& request)
{
    const auto parsed = parseJson (request.body);

    if (! takesFolders)
        return refuseFolders();
    if (! parsed || ! parsed.value().is_object())
        return invalid ({ "body" }, "value is not a valid dict", "type_error.dict");

    const auto place = stringAt (parsed.value(), "path");

    if (place.empty())
        return invalid ({ "body", "path" }, "field required", "value_error.missing");
    if (library.isBusy())
        return failure (409, "Dataset '" + library.job()->dataset + "' is being fetched; wait for it or cancel it.");

    const auto added = library.add (place);

    if (! added)
        return failure (added.error().code == "disk_failed" ? 500 : 400, added.error().message);

    if (const auto started = library.start (added.value()); ! started)
        return failure (409, started.error().message);

    return jsonReply (202, { { "message", "Dataset '" + added.value() + "' is being measured in background." },
                             { "dataset_name", added.value() },
                             { "path", place } });
}

RestReply DatasetRoutes::remove (const RestRequest& request)
{
    if (! takesFolders)
        return refuseFolders();

    if (const auto removed = library.remove (request.name); ! removed)
    {
        const auto& code = removed.error().code;
        return failure (code == "busy" ? 409 : code == "disk_failed" ? 500 : 404, removed.error().message);
    }

    return jsonReply (200, { { "message", "Dataset '" + request.name + "' is taken off; its recordings stay." } });
}

RestReply DatasetRoutes::download (const RestRequest& request)
{
    const auto parsed = parseJson (request.body);

    if (request.body.empty())
        return invalid ({ "body" }, "field required", "value_error.missing");
    if (! parsed || ! parsed.value().is_object())
        return invalid ({ "body" }, "value is not a valid dict", "type_error.dict");

    const auto name = stringAt (parsed.value(), "dataset_name", "None");
    const auto one = library.find (name);

    if (one && one->isThere && ! boolAt (parsed.value(), "again", false))
        return jsonReply (200, { { "message", "Dataset '" + name + "' already exists" },
                                 { "path", one->path.string() },
                                 { "num_wavs", filesOf (*one) } });

    if (const auto started = library.start (name); ! started)
        return failure (started.error().code == "busy" ? 409 : 400, started.error().message);

    // Measuring a folder is a matter of moments, unless it is large; a download never is.
    if (! one->settings.path.empty())
        if (const auto ended = library.waitFor (name, measuredAtOnce))
            return ended->error ? notMeasured (*ended->error)
                                : jsonReply (200, { { "message", "Dataset '" + name + "' is ready." },
                                                    { "path", one->path.string() },
                                                    { "num_wavs", filesOf (*library.find (name)) } });

    return jsonReply (202, { { "message", "Dataset '" + name + "' is being downloaded in background." },
                             { "path", one->path.string() },
                             { "num_wavs", 0 } });
}

std::optional<RestReply> DatasetRoutes::measureFirst (const std::string& name)
{
    const auto one = library.find (name);

    if (! one || one->isThere || ! platform::isFolder (one->settings.path))
        return std::nullopt;

    const auto job = library.job();
    const auto isUnderWay = job && job->dataset == name && ! job->hasEnded();

    if (const auto started = isUnderWay ? success() : library.start (name); ! started)
        return failure (409, started.error().message);

    const auto ended = library.waitFor (name, measuredAtOnce);

    if (! ended)
        return failure (409, "Dataset '" + name
                                 + "' is being measured, which takes a while. Start the training when that has ended; GET "
                                   "/api/dataset/download tells how far it is.");

    return ended->error ? std::optional (notMeasured (*ended->error)) : std::nullopt;
}

RestReply DatasetRoutes::progress() const
{
    const auto job = library.job();
    return jsonReply (200, { { "download", job ? toJson (*job) : json() } });
}

RestReply DatasetRoutes::cancel()
{
    return library.cancel() ? jsonReply (200, { { "message", "The download is cancelled." } })
                            : failure (404, "No dataset is being downloaded.");
}

} // namespace kikitori::backend
