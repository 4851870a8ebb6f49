/*  One POST /api/inference: the file goes to the disk as it comes, then to the queue; the answer comes at the job's
   end, or at once with wait=false.

    Threads: the disk thread; the answer comes through Post, on the I/O thread.
    Failure: see InferenceRoutes. A client that goes before its answer cancels its job.
*/
#pragma once

#include "Backend/Serving/InferenceRoutes.h"
#include "Backend/Serving/MultipartReader.h"

#include <atomic>
#include <fstream>

namespace kikitori::backend
{

class InferenceUpload : public Upload
{
public:
    InferenceUpload (InferenceRoutes& routes, const RestRequest& request, InferenceRequest job);
    ~InferenceUpload() override;

    void add (std::string_view bytes) override;
    void finish (Answer answer) override;

    /** The answer for a job that has ended. */
    static RestReply replyFor (const InferenceState& state, bool withTokens);

    /** What GET /api/inference/{job_id} says. */
    static nlohmann::json describe (const InferenceState& state, bool withTokens);

private:
    void leavePlace() noexcept;
    void onPart (const MultipartPart& part);
    void onBytes (std::string_view bytes);

    InferenceRoutes& routes;
    InferenceRequest job;
    const bool waits, withTokens;
    std::optional<RestReply> problem; ///< the first one; the rest of the body is read over
    std::unique_ptr<MultipartReader> reader;
    std::ofstream file;
    bool isFile = false, hasFile = false, isSubmitted = false;
    std::uint64_t bytesWritten = 0, lookAtDisk = 0;
    bool hasPlace = false; ///< counts among routes.comingIn
    std::shared_ptr<std::atomic<bool>> isOpen = std::make_shared<std::atomic<bool>> (true); ///< false: the client has gone, or was answered
};

} // namespace kikitori::backend
