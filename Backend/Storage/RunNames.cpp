#include "Backend/Storage/RunNames.h"

#include "Backend/Storage/CheckpointName.h"
#include "Backend/Storage/CheckpointPointer.h"
#include "Platform/FileFacts.h"
#include "Protocol/JsonReading.h"

#include <algorithm>
#include <cctype>
#include <ctime>
#include <fstream>
#include <iterator>
#include <random>

namespace kikitori::backend
{

namespace fs = std::filesystem;
using nlohmann::json;

namespace
{
constexpr auto mark = '@';
constexpr auto* nameless = "earlier"; // the run of checkpoints that say nothing of theirs
const std::string epochMark = "-epoch-", latestEnd = "-latest", bestEnd = "-best", averageEnd = "-average";

/** Of what a run's training has in its folder. */
struct Item
{
    fs::path path;
    std::string plain; ///< its name without the id
    std::string run;   ///< by its metadata, or the id in its name
    bool isPlain = false, isEpoch = false;
};

bool isEpochOf (const std::string& plain, const std::string& training)
{
    const auto prefix = training + epochMark;

    if (! plain.starts_with (prefix))
        return false;

    auto number = plain.substr (prefix.size());

    if (number.ends_with (".pt")) // as in the reference's folders
        number.resize (number.size() - 3);

    return ! number.empty()
           && std::all_of (number.begin(), number.end(), [] (unsigned char c) { return std::isdigit (c) != 0; });
}

/** Checkpoints last: what points at them goes before them. */
std::vector<Item> itemsOf (const fs::path& folder, const std::string& training)
{
    std::vector<Item> pointing, epochs;

    for (const auto& entry : platform::entriesOf (folder))
    {
        auto [plain, id] = splitRunName (entry.filename().string());

        if (isEpochOf (plain, training))
            epochs.push_back ({ entry, plain, runOf (metadataOf (entry)), id.empty(), true });
        else if (plain == training + latestEnd || plain == training + bestEnd || plain == training + averageEnd)
            pointing.push_back ({ entry, plain, id, id.empty(), false });
    }

    // The plain ones are of the run that the latest points at.
    const auto owner = runOf (metadataOf (resolvePointer (folder / (training + latestEnd))));

    for (auto& item : pointing)
        if (item.isPlain)
            item.run = owner;

    // A kill in the middle leaves the latest, which tells whose the others are.
    std::stable_partition (pointing.begin(), pointing.end(),
                           [&] (const Item& item) { return item.plain != training + latestEnd; });
    pointing.insert (pointing.end(), epochs.begin(), epochs.end());
    return pointing;
}

/** Gives an item another name; a pointer's target gets the same ending. */
bool rename (const Item& item, const std::string& ending)
{
    const auto folder = item.path.parent_path();
    const auto name = item.plain + ending;
    const auto target = item.isEpoch ? std::string() : targetOf (item.path);
    std::error_code failed;

    if (target.empty())
        fs::rename (item.path, folder / name, failed);
    else if (pointAt (folder, name, splitRunName (target).first + ending))
        fs::remove (item.path, failed);
    else
        return false;

    return ! failed;
}
} // namespace

std::string newRunId()
{
    constexpr unsigned most = 0xffff;
    const auto now = std::time (nullptr);
    std::random_device source;
    char time[32], digits[8];
    std::strftime (time, sizeof (time), "%Y%m%d-%H%M%S", std::gmtime (&now));
    std::snprintf (digits, sizeof (digits), "-%04x", source() & most);
    return std::string (time) + digits;
}

std::pair<std::string, std::string> splitRunName (const std::string& name)
{
    const auto at = name.rfind (mark);
    return at == std::string::npos ? std::pair (name, std::string())
                                   : std::pair (name.substr (0, at), name.substr (at + 1));
}

json metadataOf (const fs::path& checkpoint)
{
    std::ifstream in (checkpoint / "training_metadata.json");
    auto metadata = parseJson (std::string (std::istreambuf_iterator<char> (in), {}));
    return ! checkpoint.empty() && metadata && metadata.value().is_object() ? std::move (metadata).value()
                                                                           : json::object();
}

std::string runOf (const json& metadata)
{
    if (auto id = stringAt (metadata, "run_id"); isTrainingName (id))
        return id;

    auto time = stringAt (metadata, "started_at"); // 2026-01-31T12:00:00Z
    std::erase_if (time, [] (unsigned char c) { return std::isdigit (c) == 0; });
    constexpr std::size_t dateDigits = 8, allDigits = 14;
    return time.size() == allDigits ? time.substr (0, dateDigits) + "-" + time.substr (dateDigits) : nameless;
}

std::optional<std::pair<double, double>> scoreOf (const json& metadata)
{
    const auto history = metadata.find ("history");

    if (! metadata.value ("epoch_complete", false) || history == metadata.end() || ! history->is_array()
        || history->empty())
        return std::nullopt;

    const auto& last = history->back();
    const auto isNumber = [&last] (const char* key) { return last.contains (key) && last[key].is_number(); };

    if (! isNumber ("score") || ! isNumber ("val_loss"))
        return std::nullopt;

    return std::pair{ last["score"].get<double>(), last["val_loss"].get<double>() };
}

std::string runToContinue (const fs::path& checkpoint)
{
    const auto metadata = metadataOf (checkpoint);
    const auto run = runOf (metadata);
    const auto plain = splitRunName (checkpoint.filename().string()).first;
    const auto training = plain.substr (0, plain.rfind (epochMark));
    const auto step = numberAt (metadata, "step").value_or (0.0);

    for (const auto& item : itemsOf (checkpoint.parent_path(), training))
        if (item.isEpoch && item.run == run && numberAt (metadataOf (item.path), "step").value_or (0.0) > step)
            return newRunId();

    return run;
}

Status makeNewest (const fs::path& folder, const std::string& training, const std::string& run)
{
    auto isDone = true;

    for (const auto& item : itemsOf (folder, training))
        if (item.isPlain && item.run != run)
            isDone = isDone && rename (item, mark + item.run);

    for (const auto& item : itemsOf (folder, training))
        if (! item.isPlain && item.run == run)
            isDone = isDone && rename (item, {});

    return isDone ? success()
                  : Status (Error{ "disk_failed", "The checkpoints of an earlier run in " + folder.string()
                                                      + " cannot be renamed; check the rights of the folder." });
}

} // namespace kikitori::backend
