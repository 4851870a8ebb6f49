/*  The routes of the runs: what each was told, how good it became, its name, its end.

    A run's folder, runs/{id} in the data folder, holds run.json, the settings with which it was started last; run-1.json and
    so on, those of before; and about.json with the name that somebody gave it. Its checkpoints lie with the others
    (RunNames.h). A run from before there were folders is made of its checkpoints alone.

    Threads: the disk thread.
    Failure: 400 a name that is none, 404 what is not there, 409 the run that trains now, 422 bodies of another shape, 500.
*/
#pragma once

#include "Backend/Serving/Rest.h"
#include "Backend/Storage/CheckpointStore.h"

#include <filesystem>

namespace kikitori::backend
{

/** Keeps the settings with which a run has been started, run.json, in the run's folder below runs/. */
Status keepRunSettings (const std::filesystem::path& runs, const std::string& run, const std::filesystem::path& settings);

class RunRoutes
{
public:
    /** isTraining: does the run of this id train now? */
    RunRoutes (const CheckpointStore& store,
               std::filesystem::path runFolder,
               std::function<bool (const std::string& run)> isTraining);

    RestReply list (const RestRequest& request) const;   ///< GET /api/runs
    RestReply show (const RestRequest& request) const;   ///< GET /api/runs/{run_id}
    RestReply rename (const RestRequest& request) const; ///< POST /api/runs/{run_id}
    RestReply remove (const RestRequest& request) const; ///< DELETE /api/runs/{run_id}

private:
    struct Run;
    std::vector<Run> read() const;
    nlohmann::json describe (const Run& run) const;

    const CheckpointStore& store;
    const std::filesystem::path runs;
    const std::function<bool (const std::string& run)> isTraining;
};

} // namespace kikitori::backend
