/*  From a request to train to the run configuration that kikitori-trainer reads.

    Threads: the I/O thread.
    Failure: TrainingRunError with the documented HTTP status.
*/
#pragma once

#include "Backend/Config/BackendConfig.h"

#include <nlohmann/json_fwd.hpp>

#include <variant>

namespace kikitori::backend
{

struct TrainingRunError
{
    int status = 400;
    std::string detail;
    std::string field; ///< for 422
};

/** Checks the request, writes <data folder>/runs/run.json and gives its path. mustResume: a checkpoint has to exist. */
std::variant<std::filesystem::path, TrainingRunError> prepareTrainingRun (const BackendConfig& config,
                                                                          const nlohmann::json& request,
                                                                          bool mustResume);

} // namespace kikitori::backend
