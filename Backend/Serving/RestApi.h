/*  The REST routes of the protocol, without sockets.

    Threads: the I/O thread.
    Failure: documented codes with {"detail": ...}; no traceback reaches the client.
*/
#pragma once

#include "Backend/Config/BackendConfig.h"
#include "Backend/Serving/TrainerSupervisor.h"
#include "Backend/Storage/ModelStore.h"

namespace kikitori::backend
{

struct RestRequest
{
    std::string method;
    std::string path;
    std::string body;
};

struct RestReply
{
    int status = 200;
    std::string body;
    std::string contentType = "application/json";
};

class RestApi
{
public:
    /** activeStreams: sessions now, for /metrics and /readyz. */
    RestApi (const BackendConfig& config,
             TrainerSupervisor& trainer,
             const ModelStore& models,
             std::function<int()> activeStreams);

    RestReply handle (const RestRequest& request);

private:
    RestReply configuration() const;
    RestReply progress() const;
    RestReply startTraining (const RestRequest& request, bool mustResume);
    RestReply stopTraining();
    RestReply metrics() const;

    const BackendConfig& config;
    TrainerSupervisor& trainer;
    const ModelStore& models;
    const std::function<int()> activeStreams;
};

} // namespace kikitori::backend
