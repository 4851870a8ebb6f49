/*  Makes a model folder of Kikitori out of somebody's model: a .nemo archive or a Hugging Face folder.

    Everything is made in a staging folder beside the target and renamed at the end, so that what is there is whole.

    Threads: pure functions; they write below `models`.
    Failure: file_missing, model_broken, model_unsupported, unsafe_pickle, disk_full, write_failed, name_taken; nothing
    is left behind.
*/
#pragma once

#include "Backend/Import/ImportedModel.h"
#include "Platform/FileLock.h"

#include <optional>

namespace kikitori::backend
{

struct ImportOptions
{
    std::string name;     ///< of the model folder; empty: from the path
    ImportedCard card;    ///< what is given here wins over what the model says
    bool replace = false; ///< an installed model of that name
};

/** path: a .nemo file or a folder. models: the folder of model folders. Gives the new folder. */
Result<std::filesystem::path> importModel (const std::filesystem::path& path,
                                           const std::filesystem::path& models,
                                           ImportOptions options);

/** Can this be the name of a model folder: letters, digits, '.', '-', '_', not beginning with a dot, at most 100? */
bool isModelName (const std::string& name);

/** A folder below `parent` that is gone with this object unless it was moved to its place. What imports that were killed
    left in `parent` is removed. */
class StagingFolder
{
public:
    explicit StagingFolder (const std::filesystem::path& parent);
    ~StagingFolder();
    StagingFolder (const StagingFolder&) = delete;
    StagingFolder& operator= (const StagingFolder&) = delete;

    const std::filesystem::path& path() const noexcept { return folder; }
    /** Empty when the folder is there, else why not. */
    const std::string& problem() const noexcept { return error; }

    /** Puts `inner` (below this folder) in place of `target`, which appears as a whole. */
    Status install (const std::filesystem::path& inner, const std::filesystem::path& target, bool replace);

private:
    std::filesystem::path folder;
    std::optional<platform::FileLock> lock; ///< tells that this one is no leftover
    std::string error;
};

} // namespace kikitori::backend
