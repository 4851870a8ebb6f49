/*  The routes of file inference: the upload, and its job while it waits and runs.

    Threads: begin() on the disk thread, the others on any.
    Failure: 400 no such model, no audio, 404 no such checkpoint or job, 409 id taken, cancelled, 413 too large or too
    long, 422 no file, 500, 503 the queue is full, 504 out of time, 507 the disk is full.
*/
#pragma once

#include "Backend/Inference/FileInference.h"
#include "Backend/Serving/Rest.h"
#include "Backend/Storage/CheckpointStore.h"

namespace kikitori::backend
{

class InferenceRoutes
{
public:
    static constexpr std::uint64_t largestUpload = 512u << 20;

    using Post = std::function<void (std::function<void()>)>;

    /** uploads: a folder for the files until they are read; what an earlier run left there is deleted. */
    InferenceRoutes (FileInference& inference,
                     const CheckpointStore& checkpoints,
                     const ModelStore& models,
                     std::filesystem::path uploads,
                     Post post);

    std::unique_ptr<Upload> begin (const RestRequest& request); ///< POST /api/inference
    RestReply list() const;                                     ///< GET /api/inference
    RestReply show (const RestRequest& request) const;          ///< GET /api/inference/{job_id}
    RestReply cancel (const RestRequest& request) const;        ///< DELETE /api/inference/{job_id}

private:
    friend class InferenceUpload;

    /** What the request asks for, or why it cannot be had. */
    std::optional<RestReply> chooseModel (const RestRequest& request, InferenceRequest& job) const;

    FileInference& inference;
    const CheckpointStore& checkpoints;
    const ModelStore& models;
    const std::filesystem::path uploads;
    const Post post;
    std::uint64_t count = 0;
    std::size_t comingIn = 0; ///< uploads under way; they take places of the queue
};

} // namespace kikitori::backend
