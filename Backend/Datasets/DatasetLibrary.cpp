#include "Backend/Datasets/DatasetLibrary.h"

#include "Backend/Datasets/DatasetIndex.h"
#include "Core/Guarded.h"

namespace kikitori::backend
{

namespace fs = std::filesystem;
using nlohmann::json;
using Phase = DatasetJob::Phase;

namespace
{
const char* nameOf (Phase phase)
{
    switch (phase)
    {
        case Phase::waiting: return "waiting";
        case Phase::downloading: return "downloading";
        case Phase::extracting: return "extracting";
        case Phase::indexing: return "indexing";
        case Phase::done: return "done";
        case Phase::failed: return "failed";
        case Phase::cancelled: return "cancelled";
    }

    return "";
}
} // namespace

json toJson (const DatasetJob& job)
{
    json body{ { "topic", "dataset" },
               { "dataset_name", job.dataset },
               { "status", nameOf (job.phase) },
               { "done", job.done },
               { "total", job.total },
               { "progress",
                 job.total > 0 ? json (static_cast<double> (job.done) / static_cast<double> (job.total)) : json() } };

    if (job.error)
    {
        body["code"] = job.error->code;
        body["message"] = job.error->message;
    }

    return body;
}

DatasetLibrary::DatasetLibrary (std::map<std::string, DatasetSettings> settingsToUse,
                                fs::path folderToFill,
                                std::uint64_t mostBytes,
                                Listener listenerToTell)
    : settings (std::move (settingsToUse)), folder (std::move (folderToFill)), largestDownload (mostBytes),
      listener (std::move (listenerToTell)), own (folder / "own.json"), thread (guardedThread ("datasets", [this] { run(); }))
{
}

DatasetLibrary::~DatasetLibrary()
{
    shouldEnd = true;
    wake.notify_all();
    thread.join();
}

DatasetStatus DatasetLibrary::statusOf (const std::string& name, const DatasetSettings& one) const
{
    std::error_code ignored;
    DatasetStatus status;
    status.name = name;
    status.settings = one;
    status.isThere = fs::exists (manifestOf (name, one, folder), ignored);
    status.path = one.path.empty() ? folder / name : one.path;
    status.isOwn = ! settings.contains (name);
    status.statistics = readStatistics (folder / name);
    return status;
}

std::vector<DatasetStatus> DatasetLibrary::list() const
{
    std::vector<DatasetStatus> all;

    for (const auto& [name, one] : allSettings())
        all.push_back (statusOf (name, one));

    return all;
}

std::optional<DatasetStatus> DatasetLibrary::find (const std::string& name) const
{
    const auto known = allSettings();
    const auto found = known.find (name);
    return found != known.end() ? std::optional (statusOf (name, found->second)) : std::nullopt;
}

std::map<std::string, DatasetSettings> DatasetLibrary::allSettings() const
{
    auto all = settings;
    const std::lock_guard lock (mutex);

    for (const auto& [name, place] : own.all())
        all.try_emplace (name, DatasetSettings{ place, {}, {}, {} }); // config.yaml's come first

    return all;
}

std::map<std::string, fs::path> DatasetLibrary::ownManifests() const
{
    std::map<std::string, fs::path> manifests;

    for (const auto& [name, one] : allSettings())
        if (! settings.contains (name))
            manifests[name] = manifestOf (name, one, folder);

    return manifests;
}

Result<std::string> DatasetLibrary::add (const fs::path& place)
{
    const std::lock_guard lock (mutex);
    return own.add (place, [this] (const auto& name) { return settings.contains (name); });
}

Status DatasetLibrary::remove (const std::string& name)
{
    const std::lock_guard lock (mutex);

    if (current && ! current->hasEnded() && current->dataset == name)
        return Error{ "busy", "Dataset '" + name + "' is being measured; wait for it or cancel it." };

    auto removed = own.remove (name);
    std::error_code ignored;

    if (removed && ! settings.contains (name))
        fs::remove_all (folder / name, ignored); // its index; the recordings lie elsewhere

    return removed;
}

Status DatasetLibrary::start (const std::string& name)
{
    const auto known = allSettings();
    const auto found = known.find (name);

    if (found == known.end())
        return Error{ "unknown_dataset", "Dataset '" + name.substr (0, 80) + "' is not a valid dataset name." };
    if (found->second.url.empty() && found->second.path.empty())
        return Error{ "no_source",
                      "Dataset '" + name + "' has neither a url to fetch it from nor a path in config.yaml." };

    const std::lock_guard lock (mutex);

    if (current && ! current->hasEnded())
        return Error{ "busy", "Dataset '" + current->dataset + "' is being fetched; wait for it or cancel it." };

    current = DatasetJob{ name, Phase::waiting, 0, 0, {} };
    isCancelled = false;
    wake.notify_one();
    return success();
}

bool DatasetLibrary::cancel (const std::string& name)
{
    const std::lock_guard lock (mutex);

    if (! current || current->hasEnded() || (! name.empty() && current->dataset != name))
        return false;

    isCancelled = true;
    return true;
}

std::optional<DatasetJob> DatasetLibrary::job() const
{
    const std::lock_guard lock (mutex);
    return current;
}

bool DatasetLibrary::isBusy() const
{
    const auto now = job();
    return now && ! now->hasEnded();
}

std::optional<DatasetJob> DatasetLibrary::waitFor (const std::string& name, std::chrono::milliseconds limit) const
{
    std::unique_lock lock (mutex);
    const auto isOver = [&] { return ! current || current->dataset != name || current->hasEnded(); };
    const auto came = hasEnded.wait_for (lock, limit, isOver);
    return came && current && current->dataset == name ? current : std::nullopt;
}

} // namespace kikitori::backend
