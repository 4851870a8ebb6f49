/*  The runs of a training {model}-{dataset}, whose checkpoints share a folder.

    The newest run has the plain names: {model}-{dataset}-epoch-3, -latest, -best, -average. Those of an older run end in
    "@" and its id. The id stands in each checkpoint's training_metadata.json ("run_id"); the id of a run from before there
    were any is the time at which it began.

    Threads: pure functions; makeNewest() one at a time for a folder.
    Failure: disk_failed names the folder. A kill inside makeNewest() leaves nothing that its next call does not mend.
*/
#pragma once

#include "Core/Result.h"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include <nlohmann/json_fwd.hpp>

namespace kikitori::backend
{

/** The time in UTC and four random digits: 20260131-120000-9f3c. */
std::string newRunId();

/** A name without its run's id, and the id; empty for a plain name. */
std::pair<std::string, std::string> splitRunName (const std::string& name);

/** training_metadata.json of a checkpoint; an empty object where there is none. */
nlohmann::json metadataOf (const std::filesystem::path& checkpoint);

/** The id of a checkpoint's run. */
std::string runOf (const nlohmann::json& metadata);

/** How good a checkpoint is, smaller is better: its error rate, then its validation loss; none inside an epoch or
    without validation utterances. */
std::optional<std::pair<double, double>> scoreOf (const nlohmann::json& metadata);

/** The run that a training belongs to which resumes from this checkpoint: the checkpoint's own, or a new one where that run
    has gone on from there already. */
std::string runToContinue (const std::filesystem::path& checkpoint);

/** Gives the plain names of a training ({model}-{dataset}) to this run, and their ids to those of all others. */
Status makeNewest (const std::filesystem::path& folder, const std::string& training, const std::string& run);

} // namespace kikitori::backend
