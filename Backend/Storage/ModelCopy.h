/*  The folder of a model that serves in another one's place: a copy, because trainings delete their checkpoints.

    Threads: pure functions that work on the disk; one at a time for a folder.
    Failure: not_found (the source has gone), disk_full, disk_failed; the copy is then not whole and is the caller's to
    delete.
*/
#pragma once

#include "Core/Result.h"

#include <filesystem>

namespace kikitori::backend
{

/** Copies the files of a checkpoint or model that serving needs; what is missing of them its loading will tell. A
    language model of the installed one for the same letters comes with it. */
Status copyModel (const std::filesystem::path& source,
                  const std::filesystem::path& installed,
                  const std::filesystem::path& target);

/** Name of the folder that a copy is from; empty where that is not known. */
std::string sourceOfCopy (const std::filesystem::path& copy);

/** The run of the checkpoint that a copy is from; empty where that is not known. */
std::string runOfCopy (const std::filesystem::path& copy);

/** When a model's folder was written; the earliest time of all where there is none. */
std::filesystem::file_time_type modelTime (const std::filesystem::path& model);

/** Deletes a model's folder, if it is there, in one step: it goes under a name first that nobody lists. */
std::error_code takeAway (const std::filesystem::path& model);

} // namespace kikitori::backend
