#include "Backend/Serving/RunRoutes.h"

#include "Backend/Storage/RunNames.h"
#include "Core/Log.h"
#include "Platform/FileFacts.h"
#include "Platform/FileWriter.h"
#include "Platform/ReadFile.h"
#include "Protocol/JsonReading.h"

#include <algorithm>
#include <cmath>

namespace kikitori::backend
{

namespace fs = std::filesystem;
using nlohmann::json;

namespace
{
constexpr std::size_t longestName = 200, largestSettings = 1u << 20;

json readObject (const fs::path& file)
{
    const auto text = platform::readFile (file, largestSettings);
    auto parsed = text ? parseJson (text.value()) : Result<json> (text.error());
    return parsed && parsed.value().is_object() ? std::move (parsed).value() : json::object();
}

/** The last epoch whose error was measured best; null where none was. */
json bestEpochOf (const json& history)
{
    json best;

    for (const auto& epoch : history)
        if (numberAt (epoch, "score") && (best.is_null() || *numberAt (epoch, "score") < *numberAt (best, "score")))
            best = epoch;

    return best;
}

RestReply notThere() { return failure (404, "There is no run with this ID."); }
} // namespace

struct RunRoutes::Run
{
    std::string id, model, dataset;
    std::vector<Checkpoint> checkpoints; ///< newest first
    json settings = json::object();
    std::string name;
    fs::path folder; ///< empty: it has none
    std::uint64_t bytes = 0;

    const json& metadata() const
    {
        static const json none = json::object();
        return checkpoints.empty() || ! checkpoints.front().metadata.is_object() ? none : checkpoints.front().metadata;
    }

    /** An id is the time, or ends in it. */
    std::string began() const
    {
        const auto [training, time] = splitRunName (id);
        return time.empty() ? training : time;
    }
};

Status keepRunSettings (const fs::path& runs, const std::string& run, const fs::path& settings)
{
    const auto text = platform::readFile (settings, largestSettings);

    if (! text)
        return text.error();

    const auto folder = runs / run;
    std::error_code failed;
    fs::create_directories (folder, failed);
    auto before = folder / "run.json";

    for (int i = 1; platform::exists (before); ++i)
        if (const auto free = folder / ("run-" + std::to_string (i) + ".json"); ! platform::exists (free))
            fs::rename (before, free, failed);

    return platform::writeFile (folder / "run.json", text.value());
}

RunRoutes::RunRoutes (const CheckpointStore& checkpointStore,
                      fs::path runFolder,
                      std::function<bool (const std::string&)> trainsNow)
    : store (checkpointStore), runs (std::move (runFolder)), isTraining (std::move (trainsNow))
{
}

std::vector<RunRoutes::Run> RunRoutes::read() const
{
    std::map<std::string, Run> found;

    for (const auto& entry : platform::entriesOf (runs))
        if (auto settings = readObject (entry / "run.json"); platform::isFolder (entry) && ! settings.empty())
        {
            auto& run = found[entry.filename().string()];
            run.model = stringAt (settings, "model_name");
            run.dataset = stringAt (settings, "dataset_name");
            run.settings = std::move (settings);
        }

    for (auto& checkpoint : store.list())
    {
        if (! checkpoint.parts.number() || ! checkpoint.metadata.is_object())
            continue;

        // Runs that got no id of their own may have begun in the same second.
        auto id = runOf (checkpoint.metadata);
        if (stringAt (checkpoint.metadata, "run_id") != id)
            id = checkpoint.parts.model + "-" + checkpoint.parts.dataset + "@" + id;

        if (! isPlainName (id)) // metadata may say anything
            continue;

        auto& run = found[id];
        run.model = checkpoint.parts.model;
        run.dataset = checkpoint.parts.dataset;
        run.bytes += checkpoint.bytes;
        run.checkpoints.push_back (std::move (checkpoint));
    }

    std::vector<Run> all;

    for (auto& [id, run] : found)
    {
        run.id = id;
        std::sort (run.checkpoints.begin(), run.checkpoints.end(), [] (const auto& a, const auto& b)
                   { return *a.parts.number() > *b.parts.number(); });

        if (run.settings.empty() && run.metadata().contains ("settings"))
            run.settings = run.metadata()["settings"];
        if (platform::isFolder (runs / id))
            run.folder = runs / id;

        run.name = stringAt (readObject (runs / id / "about.json"), "name",
                             stringAt (run.settings, "run_name", stringAt (run.metadata(), "run_name")));
        all.push_back (std::move (run));
    }

    return all;
}

json RunRoutes::describe (const Run& run) const
{
    constexpr double bytesPerMegabyte = 1048576.0;
    auto names = json::array();

    for (const auto& checkpoint : run.checkpoints)
        names.push_back (checkpoint.name);

    const auto& metadata = run.metadata();
    const auto history = metadata.find ("history");
    const auto best = history != metadata.end() && history->is_array() ? bestEpochOf (*history) : json();
    json entry{ { "id", run.id },
                { "name", run.name.empty() ? run.id : run.name },
                { "model_name", run.model },
                { "dataset_name", run.dataset },
                { "started_at", stringAt (metadata, "started_at") },
                { "saved_at", stringAt (metadata, "saved_at") },
                { "epoch", run.checkpoints.empty() ? 0 : *run.checkpoints.front().parts.number() },
                { "checkpoints", names },
                { "size_mb", std::round (static_cast<double> (run.bytes) / bytesPerMegabyte * 100.0) / 100.0 },
                { "folder", run.folder.string() },
                { "in_use", isTraining (run.id) },
                { "best", best } };

    if (const auto epochs = numberAt (run.settings, "epochs"))
        entry["total_epochs"] = static_cast<std::int64_t> (*epochs);

    return entry;
}

RestReply RunRoutes::list (const RestRequest& request) const
{
    const auto model = request.argument ("model_name"), dataset = request.argument ("dataset_name");
    auto all = read();
    std::erase_if (all,
                   [&] (const Run& run) {
                       return (! model.empty() && run.model != model) || (! dataset.empty() && run.dataset != dataset);
                   });
    std::sort (all.begin(), all.end(), [] (const Run& a, const Run& b) { return a.began() > b.began(); });
    auto entries = json::array();

    for (const auto& run : all)
        entries.push_back (describe (run));

    return jsonReply (200, { { "runs", entries } });
}

RestReply RunRoutes::show (const RestRequest& request) const
{
    for (const auto& run : read())
        if (run.id == request.name)
        {
            auto entry = describe (run);
            entry["settings"] = run.settings;
            entry["history"] = run.metadata().value ("history", json::array());
            return jsonReply (200, entry);
        }

    return notThere();
}

RestReply RunRoutes::rename (const RestRequest& request) const
{
    const auto body = parseJson (request.body);
    const auto name = body && body.value().is_object() ? stringAt (body.value(), "name") : std::string();

    if (name.empty() || name.size() > longestName
        || std::any_of (name.begin(), name.end(), [] (unsigned char c) { return c < 0x20 || c == 0x7f; }))
        return invalid ({ "body", "name" }, "must be a text of 1 to 200 bytes, in one line", "value_error");

    for (const auto& run : read())
        if (run.id == request.name)
        {
            std::error_code failed;
            fs::create_directories (runs / run.id, failed);
            const auto written = platform::writeFile (runs / run.id / "about.json", json{ { "name", name } }.dump());
            return written ? jsonReply (200, { { "message", "Renamed to '" + name + "'." } })
                           : failure (500, written.error().message);
        }

    return notThere();
}

RestReply RunRoutes::remove (const RestRequest& request) const
{
    for (const auto& run : read())
    {
        if (run.id != request.name)
            continue;
        if (isTraining (run.id))
            return failure (409, "The run is in progress. Stop it first.");

        std::vector<std::string> names;

        for (const auto& checkpoint : run.checkpoints)
            names.push_back (checkpoint.name);

        if (! run.checkpoints.empty()) // the average of the best is no checkpoint, and may not be there
        {
            const auto [plain, id] = splitRunName (run.checkpoints.front().name);
            const auto average =
                plain.substr (0, plain.rfind ("-epoch-")) + "-average" + (id.empty() ? "" : "@" + id);
            if (store.find (average))
                names.push_back (average);
        }

        for (const auto& removed : store.remove (names))
            if (! removed)
                return failure (500, removed.error().message);

        std::error_code failed;
        fs::remove_all (runs / run.id, failed);

        if (failed)
            return failure (500, (runs / run.id).string() + " cannot be deleted: " + failed.message());

        log::write (log::Level::info, "runs", "delete_run", "deleted " + run.id);
        return jsonReply (200, { { "message", "The run and its checkpoints are deleted." } });
    }

    return notThere();
}

} // namespace kikitori::backend
