#include "Backend/Training/CheckpointKeeper.h"

#include "Backend/Storage/CheckpointPointer.h"
#include "Backend/Storage/RunNames.h"
#include "Backend/Training/Checkpoint.h"
#include "Backend/Training/ModelTools.h"
#include "Platform/FileFacts.h"

#include <unistd.h>

#include <algorithm>

namespace kikitori::backend
{

namespace
{
namespace fs = std::filesystem;

struct Kept
{
    fs::path path;
    fs::file_time_type time;
    std::optional<std::pair<double, double>> score;
};

/** The whole checkpoints of this run, newest first. */
std::vector<Kept> checkpointsOf (const TrainingOptions& options)
{
    const auto prefix = trainingName (options) + "-epoch-";
    std::vector<Kept> found;
    std::error_code ignored;

    for (const auto& entry : platform::entriesOf (options.checkpointFolder))
    {
        const auto name = entry.filename().string();
        const auto isEpoch = name.starts_with (prefix) && name.size() > prefix.size()
                             && std::all_of (name.begin() + static_cast<std::ptrdiff_t> (prefix.size()), name.end(),
                                             [] (unsigned char c) { return std::isdigit (c) != 0; });

        if (! isEpoch || ! platform::isFolder (entry))
            continue;

        const auto metadata = readTrainingMetadata (entry);

        if (! options.runId.empty() && (! metadata || runOf (metadata.value()) != options.runId))
            continue;

        found.push_back ({ entry, fs::last_write_time (entry / "training_metadata.json", ignored),
                           metadata ? scoreOf (metadata.value()) : std::nullopt });
    }

    std::sort (found.begin(), found.end(), [] (const Kept& a, const Kept& b) { return a.time > b.time; });
    return found;
}

std::vector<fs::path> bestOf (std::vector<Kept> checkpoints, int most)
{
    std::erase_if (checkpoints, [] (const Kept& kept) { return ! kept.score; });
    std::stable_sort (checkpoints.begin(), checkpoints.end(),
                      [] (const Kept& a, const Kept& b) { return *a.score < *b.score; });
    std::vector<fs::path> best;

    for (const auto& checkpoint : checkpoints)
        if (static_cast<int> (best.size()) < most)
            best.push_back (checkpoint.path);

    return best;
}

void removeCheckpoint (const fs::path& path, const std::string& training)
{
    // By a name that is listed nowhere, and that the next writing clears away.
    const auto aside = path.parent_path() / (".writing-" + training + "-epoch-old." + std::to_string (::getpid()));
    std::error_code failed;
    fs::rename (path, aside, failed);

    if (! failed)
        fs::remove_all (aside, failed);
}

bool contains (const std::vector<fs::path>& paths, const fs::path& path)
{
    return std::find (paths.begin(), paths.end(), path) != paths.end();
}
} // namespace

Result<CheckpointKeeper::Outcome> CheckpointKeeper::tidy (const fs::path& written) const
{
    Outcome outcome;
    const auto checkpoints = checkpointsOf (options);
    const auto best = bestOf (checkpoints, options.keepBest);
    const auto training = trainingName (options);
    const auto resumed = splitRunName (options.resume.filename().string()).first; // it may have had its run's id in its name
    auto left = options.keepCheckpoints;

    for (const auto& checkpoint : checkpoints)
    {
        const auto isNew = checkpoint.path == written || left > 0;
        left -= isNew ? 1 : 0;

        if (! isNew && ! contains (best, checkpoint.path) && checkpoint.path.filename() != resumed)
            removeCheckpoint (checkpoint.path, training);
    }

    if (! contains (best, written))
        return outcome;

    if (! pointAt (options.checkpointFolder, training + "-best", best.front().filename().string()))
        return Error{ "disk_failed", options.checkpointFolder.string() + " cannot be written" };

    if (best.size() > 1)
        outcome.average = makeAverage (best);

    outcome.isBest = best.front() == written;
    return outcome;
}

Status CheckpointKeeper::makeAverage (const std::vector<fs::path>& best) const
{
    const auto training = trainingName (options);
    const auto target = options.checkpointFolder / (training + "-average");
    const auto fresh =
        options.checkpointFolder / (".writing-" + training + "-epoch-average." + std::to_string (::getpid()));
    auto done = averageModels (best, fresh);

    if (done && ! replaceFolder (fresh, target))
        done = Error{ "disk_failed", options.checkpointFolder.string() + " cannot be written" };

    std::error_code ignored;

    if (! done) // the one before is none of these checkpoints
    {
        fs::remove_all (fresh, ignored);
        fs::remove_all (target, ignored);
    }

    return done;
}

} // namespace kikitori::backend
