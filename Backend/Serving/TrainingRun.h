/*  From a request to train to the run configuration that kikitori-trainer reads.

    Threads: the disk thread; what an InterruptedRun says, on any.
    Failure: TrainingRunError with the documented HTTP status.
*/
#pragma once

#include "Backend/Config/BackendConfig.h"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <variant>

namespace kikitori::backend
{

struct TrainingRunError
{
    int status = 400;
    std::string detail;
    std::string field; ///< for 422
};

struct PreparedRun
{
    std::filesystem::path config; ///< <data folder>/runs/run.json, of the run under way
    std::string id;
};

/** The folder that serves under a model's name. */
using ServedFolder = std::function<std::filesystem::path (const std::string& model)>;

/** Checks the request and writes the run's configuration. mustResume: a checkpoint has to exist. */
std::variant<PreparedRun, TrainingRunError> prepareTrainingRun (const BackendConfig& config,
                                                                const nlohmann::json& request,
                                                                bool mustResume,
                                                                const ServedFolder& served);

/** A training that was under way when an earlier backend ended without stopping it. */
struct InterruptedRun
{
    std::filesystem::path config;                     ///< run.json
    int trainer = 0;                                  ///< its process, which may still write its last checkpoint
    std::chrono::steady_clock::time_point waitsUntil; ///< then the number is another process's

    bool isTrainerAlive() const;
};

/** The file beside a run's configuration that says that it is under way. */
std::filesystem::path markOf (const std::filesystem::path& runConfig);

/** None when the last training ended, well or not, while its backend ran. */
std::optional<InterruptedRun> interruptedRun (const std::filesystem::path& dataFolder);

/** The run that goes on, and {model}-{data set}. */
struct Continuation
{
    std::string id, training;
};

/** Makes the run's configuration go on from its last checkpoint where it has one. */
Result<Continuation> prepareContinuation (const InterruptedRun& run, const ServedFolder& served);

} // namespace kikitori::backend
