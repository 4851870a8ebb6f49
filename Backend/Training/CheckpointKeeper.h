/*  Which checkpoints of a training stay on the disk: the newest, and the best by their error on the validation
    utterances. Beside them lie the link {model}-{dataset}-best and {model}-{dataset}-average, a model folder with the
    mean of the best ones' weights.

    Threads: one at a time for a folder.
    Failure: disk_failed when the link or the average cannot be written. A checkpoint that goes is renamed first, so
    that a kill in the middle leaves none that is listed and broken.
*/
#pragma once

#include "Backend/Training/TrainingOptions.h"

#include <optional>

namespace kikitori::backend
{

class CheckpointKeeper
{
public:
    explicit CheckpointKeeper (const TrainingOptions& optionsToUse) : options (optionsToUse) {}

    /** Tidies the folder after `written` has been completed. True: it is the best of those that are there. */
    Result<bool> tidy (const std::filesystem::path& written) const;

private:
    const TrainingOptions& options;
};

/** How good a checkpoint is, smaller is better: its error rate, then its validation loss; none inside an epoch or
    without validation utterances. */
std::optional<std::pair<double, double>> scoreOf (const nlohmann::json& metadata);

} // namespace kikitori::backend
