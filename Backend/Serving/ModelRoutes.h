/*  The routes of checkpoints and models: lists, deletion, download.

    Threads: the disk thread.
    Failure: 400 names that are none, 404 what is not there, 409 what a training uses, 422 bodies of another shape.
*/
#pragma once

#include "Backend/Serving/Rest.h"
#include "Backend/Storage/CheckpointStore.h"
#include "Backend/Storage/ModelStore.h"

#include <optional>

namespace kikitori::backend
{

class ModelRoutes
{
public:
    /** usedByTraining: does the training that runs now go on from, or write, this checkpoint? */
    ModelRoutes (const CheckpointStore& store,
                 const ModelStore& served,
                 std::function<bool (const std::string& name)> usedByTraining);

    RestReply checkpoints (const RestRequest& request) const; ///< GET /api/checkpoints
    RestReply models() const;                                 ///< GET /api/models
    RestReply remove (const RestRequest& request) const;      ///< DELETE /api/models/{model_name}
    RestReply removeAll (const RestRequest& request) const;   ///< DELETE /api/models
    RestReply download (const RestRequest& request) const;    ///< GET /api/models/bulk-download

private:
    std::vector<std::optional<Error>> removeNames (const std::vector<std::string>& names, bool isForced) const;

    const CheckpointStore& store;
    const ModelStore& served;
    const std::function<bool (const std::string& name)> usedByTraining;
};

} // namespace kikitori::backend
