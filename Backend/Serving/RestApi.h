/*  The REST routes of the protocol, without sockets.

    Threads: what isQuick() on the I/O thread, everything else on the disk thread.
    Failure: documented codes with {"detail": ...}; no traceback reaches the client.
*/
#pragma once

#include "Backend/Config/BackendConfig.h"
#include "Backend/Serving/DatasetRoutes.h"
#include "Backend/Serving/InferenceRoutes.h"
#include "Backend/Serving/ModelRoutes.h"
#include "Backend/Serving/ModelUse.h"
#include "Backend/Serving/RunRoutes.h"
#include "Backend/Serving/TrainerSupervisor.h"
#include "Backend/Serving/TrainingRun.h"
#include "Backend/Storage/ModelStore.h"

namespace kikitori::backend
{

struct RestServices
{
    std::function<int()> activeStreams;               ///< sessions now, for /metrics and /readyz
    std::function<void (std::function<void()>)> post; ///< runs a task on the I/O thread, from any thread
    std::function<void (const std::string&)> broadcast = [] (const auto&) {}; ///< a text to every WebSocket; I/O thread
    InferenceLimits inferenceLimits{};
    std::function<double()> longestTurn = [] { return 0.0; }; ///< of the I/O thread, in seconds; for /metrics
    /** Proves the token to a client, see proveToken(); empty where there is none. I/O thread. */
    std::function<nlohmann::json (const std::string& nonce)> proveToken{};
};

class RestApi
{
public:
    RestApi (const BackendConfig& config, TrainerSupervisor& trainer, ModelStore& models, RestServices services);

    RestReply handle (RestRequest request);

    /** Is it answered at once, from memory? Everything else looks at the disk. */
    static bool isQuick (const RestRequest& request);
    /** Does it go to beginUpload()? */
    static bool isUpload (const RestRequest& request);

    /** Null when this request goes to handle() with its whole body. */
    std::unique_ptr<Upload> beginUpload (RestRequest request);

    /** Starts a training again from its last checkpoint; on the disk thread. */
    void goOnWithTraining (const InterruptedRun& run);

    /** Work goes on that outlives its client's connection. */
    bool isBusy() const;

    /** Method and path of all routes; what a path leaves open stands in braces. */
    static std::vector<std::pair<std::string, std::string>> routes();

private:
    struct Table;

    RestReply configuration() const;
    BackendConfig withOwnRecordings() const;
    RestReply progress() const;
    RestReply startTraining (const RestRequest& request, bool mustResume);
    RestReply stopTraining();
    RestReply metrics() const;
    RestReply ready() const;
    RestReply challenge (const RestRequest& request) const;
    void onDatasetJob (const DatasetJob& job) const;

    const BackendConfig& config;
    TrainerSupervisor& trainer;
    ModelStore& models;
    const RestServices services;
    std::string trainedPrefix; ///< {model}-{dataset}-epoch- of the last training that was started
    std::string trainedRun;    ///< its run
    const CheckpointStore checkpoints;
    const ModelRoutes modelRoutes;
    const RunRoutes runRoutes;
    ModelUse modelUse;
    FileInference inference;
    InferenceRoutes inferenceRoutes;
    DatasetLibrary datasets;
    DatasetRoutes datasetRoutes;
};

} // namespace kikitori::backend
