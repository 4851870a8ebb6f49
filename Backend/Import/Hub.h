/*  Models from a hub that serves the paths of huggingface.co: lists a repository's files with sizes and hashes, fetches
    those that a model needs and imports them.

    Threads: one call belongs to one thread; progress is called on it.
    Failure: those of download() and of importModel. A model is installed as a whole or not at all; what was fetched stays
    in the folder of downloads, so that the next try goes on where this one ended.
*/
#pragma once

#include "Backend/Import/Import.h"

#include <functional>

namespace kikitori::backend
{

struct HubOptions
{
    std::string address = "https://huggingface.co"; ///< without a slash at its end
    std::string revision = "main";
    /** File, bytes of it so far and in all. False: stop. */
    std::function<bool (const std::string&, std::uint64_t, std::uint64_t)> progress;
};

/** repository: "owner/name". models: the folder of model folders. Gives the new folder. */
Result<std::filesystem::path> pullModel (const std::string& repository,
                                         const std::filesystem::path& models,
                                         ImportOptions import,
                                         const HubOptions& hub);

/** A model that is known to work, for `models list`. */
struct RecommendedModel
{
    const char* name; ///< for `models pull`
    const char* repository;
    const char* language;
    const char* licence;
    int megabytes;     ///< to fetch
    int parameters;    ///< million
    const char* speed; ///< seconds of computing for a second of audio on one core, measured with weights of this size
    const char* remark;
};

const std::vector<RecommendedModel>& recommendedModels();

} // namespace kikitori::backend
