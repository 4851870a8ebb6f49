#include "Backend/Storage/CheckpointStore.h"

#include "Backend/Storage/CheckpointPointer.h"
#include "Backend/Storage/RunNames.h"
#include "Core/Log.h"
#include "Platform/FileFacts.h"
#include "Protocol/JsonReading.h"

#include <algorithm>
#include <fstream>

#include <sys/stat.h>

namespace kikitori::backend
{

namespace fs = std::filesystem;

namespace
{
constexpr std::uintmax_t largestMetadata = 8u << 20;
const std::string deleting = ".deleting-";
const std::string latestEnd = "-latest", bestEnd = "-best", averageEnd = "-average";

nlohmann::json readMetadata (const fs::path& file)
{
    std::error_code failed;
    const auto size = fs::file_size (file, failed);

    if (failed || size > largestMetadata)
        return nullptr;

    std::ifstream in (file);
    const std::string text ((std::istreambuf_iterator<char> (in)), {});
    auto parsed = parseJson (text);
    return parsed && parsed.value().is_object() ? std::move (parsed).value() : nlohmann::json();
}
} // namespace

CheckpointStore::CheckpointStore (fs::path folderToRead, std::vector<std::string> modelNames)
    : folder (std::move (folderToRead)), models (std::move (modelNames))
{
    std::error_code failed;

    for (const auto& entry : platform::entriesOf (folder))
        if (entry.filename().string().starts_with (deleting))
            fs::remove_all (entry, failed);
}

Checkpoint CheckpointStore::read (const fs::path& path) const
{
    Checkpoint found;
    found.name = path.filename().string();
    found.path = path;
    found.parts = parseCheckpointName (found.name, models);

    for (const auto& entry : platform::entriesOf (path))
    {
        std::error_code gone;

        if (! platform::isPlainFile (entry))
            continue;

        found.files.push_back (entry.filename().string());
        const auto size = fs::file_size (entry, gone);
        found.bytes += gone ? 0 : size;
    }

    struct stat status
    {
    };
    if (::stat (path.c_str(), &status) == 0)
        found.createdAt =
            static_cast<double> (status.st_ctim.tv_sec) + 1e-9 * static_cast<double> (status.st_ctim.tv_nsec);

    found.metadata = readMetadata (path / "training_metadata.json");

    if (found.metadata.is_object())
        found.run = runOf (found.metadata);

    if (found.metadata.is_object() && found.parts.number())
    {
        found.parts.model = stringAt (found.metadata, "model_name", found.parts.model);
        found.parts.dataset = stringAt (found.metadata, "dataset_name", found.parts.dataset);
    }

    return found;
}

std::vector<Checkpoint> CheckpointStore::list() const
{
    std::vector<Checkpoint> all;
    std::vector<std::string> latestNames;

    for (const auto& entry : platform::entriesOf (folder))
    {
        const auto name = entry.filename().string();
        const auto target = targetOf (entry);

        if (! target.empty() && name.ends_with (latestEnd))
            latestNames.push_back (target);
        else if (std::error_code gone; isPlainName (name) && ! fs::is_symlink (entry, gone) && platform::isFolder (entry))
            all.push_back (read (entry));
    }

    std::erase_if (all, [] (const auto& one) { return one.files.empty(); });
    std::sort (all.begin(), all.end(), [] (const auto& a, const auto& b) { return a.name < b.name; });

    for (auto& one : all)
        one.isLatest = std::find (latestNames.begin(), latestNames.end(), one.name) != latestNames.end();

    return all;
}

Result<fs::path> CheckpointStore::find (const std::string& name) const
{
    if (! isPlainName (name))
        return Error{ "invalid_name", "Invalid model name" };

    const auto path = resolvePointer (folder / name);
    std::error_code failed;

    // A link that was followed once must not lead on.
    if (fs::symlink_status (path, failed).type() <= fs::file_type::not_found)
        return Error{ "not_found", "Model '" + name + "' not found" };
    if (fs::is_symlink (path, failed) || ! fs::is_directory (path, failed))
        return Error{ "not_a_folder", "'" + name + "' is not a valid model directory" };

    return path;
}

Result<fs::path> CheckpointStore::latest (const std::string& model, const std::string& dataset) const
{
    auto found = find (model + "-" + dataset + latestEnd);
    return found ? found
                 : Error{ "not_found", "No checkpoint found for model '" + model + "' and dataset '" + dataset + "'." };
}

Status CheckpointStore::removeFolder (const std::string& name) const
{
    const auto path = find (name);

    if (! path)
        return path.error();

    if (path.value().filename() != name)
        return Error{ "is_link",
                      "'" + name + "' only points at '" + path.value().filename().string() + "'; delete that one" };

    // Renamed first: a deletion that breaks off leaves no half checkpoint in the list.
    const auto doomed = folder / (deleting + name);
    std::error_code failed;
    fs::remove_all (doomed, failed);
    fs::rename (path.value(), doomed, failed);

    if (failed)
        return Error{ "disk_failed", "'" + name + "' cannot be deleted: " + failed.message() };

    fs::remove_all (doomed, failed);

    if (failed)
        log::write (log::Level::error, "models", "delete_model",
                    doomed.string() + " is left on the disk: " + failed.message());

    return success();
}

Status CheckpointStore::remove (const std::string& name) const { return remove (std::vector{ name }).front(); }

std::vector<Status> CheckpointStore::remove (const std::vector<std::string>& names) const
{
    std::vector<Status> removed;
    std::set<std::string> gone;

    for (const auto& name : names)
    {
        removed.push_back (removeFolder (name));

        if (removed.back())
            gone.insert (name);
    }

    // Once for all of them: a look at every folder after each deletion takes minutes with thousands.
    if (gone.empty())
        return removed;

    const auto entries = platform::entriesOf (folder);

    for (const auto& entry : entries) // while the best ones still say which they were
        if (isAverageOf (entry, gone) && ! removeFolder (entry.filename().string()))
            log::write (log::Level::error, "models", "delete_model", entry.string() + " holds deleted weights");

    for (const auto& entry : entries)
        if (const auto target = targetOf (entry); ! target.empty() && gone.contains (target))
            movePointer (entry);

    return removed;
}

void CheckpointStore::movePointer (const fs::path& link) const
{
    const auto [plain, run] = splitRunName (link.filename().string());
    const auto isBest = plain.ends_with (bestEnd);
    const auto prefix = plain.substr (0, plain.rfind ('-')) + "-epoch-";
    std::string chosen;
    std::optional<std::pair<double, double>> order; // the smallest is chosen
    std::error_code failed;

    for (const auto& entry : platform::entriesOf (folder))
    {
        const auto name = entry.filename().string();
        const auto epoch = parseCheckpointName (name, models).number();

        if (! epoch || ! name.starts_with (prefix) || splitRunName (name).second != run || ! platform::isFolder (entry))
            continue;

        const auto place = isBest ? scoreOf (metadataOf (entry)) : std::optional (std::pair (-1.0 * *epoch, 0.0));

        if (place && (! order || *place < *order))
        {
            chosen = name;
            order = place;
        }
    }

    if (chosen.empty() || ! (isBest || plain.ends_with (latestEnd)))
        fs::remove (link, failed);
    else
        pointAt (folder, link.filename().string(), chosen);
}

/** Does the average hold the weights of one of these? Those from before they said so always hold the best one's. */
bool CheckpointStore::isAverageOf (const fs::path& average, const std::set<std::string>& checkpoints) const
{
    const auto [plain, run] = splitRunName (average.filename().string());

    if (! plain.ends_with (averageEnd))
        return false;

    const auto ending = run.empty() ? std::string() : "@" + run;
    const auto config = readMetadata (average / "config.json");
    const auto card = config.is_object() ? config.find ("card") : config.end();
    std::vector<std::string> members;

    if (card != config.end() && card->is_object() && card->contains ("average_of") && (*card)["average_of"].is_array())
        for (const auto& member : (*card)["average_of"])
            members.push_back (member.is_string() ? splitRunName (member.get<std::string>()).first + ending : "");
    else
        members.push_back (
            targetOf (folder / (plain.substr (0, plain.size() - averageEnd.size()) + bestEnd + ending)));

    return std::any_of (members.begin(), members.end(), [&] (const auto& one) { return checkpoints.contains (one); });
}

} // namespace kikitori::backend
