/*  Which checkpoints of a run stay on the disk: the newest, and the best by their error on the validation
    utterances. Other runs are left alone (RunNames.h). Beside them lie the link {model}-{dataset}-best and {model}-{dataset}-average, a model folder with the
    mean of the best ones' weights.

    Threads: one at a time for a folder.
    Failure: disk_failed when the link cannot be written. An average that cannot be made is told, and then there is none; the
    training goes on. A checkpoint that goes is renamed first, so
    that a kill in the middle leaves none that is listed and broken.
*/
#pragma once

#include "Backend/Training/TrainingOptions.h"

namespace kikitori::backend
{

class CheckpointKeeper
{
public:
    explicit CheckpointKeeper (const TrainingOptions& optionsToUse) : options (optionsToUse) {}

    struct Outcome
    {
        bool isBest = false;    ///< what was written is the best of the run's that are there
        Status average = success(); ///< why there is no average of the best
    };

    /** Tidies the folder after `written` has been completed. */
    Result<Outcome> tidy (const std::filesystem::path& written) const;

private:
    Status makeAverage (const std::vector<std::filesystem::path>& best) const;

    const TrainingOptions& options;
};

} // namespace kikitori::backend
