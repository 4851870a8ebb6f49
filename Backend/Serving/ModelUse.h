/*  POST /api/models/{model_name}/use: puts a checkpoint, an average, the best one or another installed model into
   service without a restart. Streams that run keep the model they have; every later start gets the new one.

    Threads: the disk thread; loading happens on the model store's.
    Failure: 400 a name that is none, 404 what is not there, 409 while another model is being put into service, 413, 422
    a body of another shape or a model that cannot be loaded, with the reason, 500, 507 the disk is full. What was
    served then stays.
*/
#pragma once

#include "Backend/Config/BackendConfig.h"
#include "Backend/Serving/Rest.h"
#include "Backend/Storage/CheckpointStore.h"
#include "Backend/Storage/ModelStore.h"

#include <atomic>

namespace kikitori::backend
{

class ModelUse
{
public:
    using Post = std::function<void (std::function<void()>)>;
    static constexpr std::size_t largestBody = 64u << 10;

    ModelUse (const BackendConfig& config, const CheckpointStore& checkpoints, ModelStore& models, Post post);

    /** The answer comes when the model is loaded. request.name: the checkpoint or model. */
    std::unique_ptr<Upload> begin (const RestRequest& request);

private:
    class Waiting;

    /** What is to be served, and under which model's name. */
    struct Choice
    {
        std::string modelName, source;
        std::filesystem::path folder; ///< empty: the installed model of that name itself
    };

    Result<Choice> choose (const std::string& name, const std::string& serveAs) const;
    bool isServed (const std::string& name) const;
    void use (const std::string& name, const std::string& body, const Answer& answer);

    const BackendConfig& config;
    const CheckpointStore& checkpoints;
    ModelStore& models;
    const Post post;
    std::shared_ptr<std::atomic<bool>> isUnderWay = std::make_shared<std::atomic<bool>> (false);
};

} // namespace kikitori::backend
