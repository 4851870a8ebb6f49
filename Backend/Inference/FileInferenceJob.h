/*  A job of FileInference, for its own files.

    Threads: `state` is guarded by FileInference's mutex; the rest belongs to its worker, but for isCancelled.
    Failure: none.
*/
#pragma once

#include "Backend/Inference/FileInference.h"

namespace kikitori::backend
{

struct FileInference::Job
{
    InferenceRequest request;
    Done done;
    InferenceState state; ///< guarded by the mutex
    std::atomic<bool> isCancelled{ false };
    std::chrono::steady_clock::time_point submitted = std::chrono::steady_clock::now(), begun{};
};

} // namespace kikitori::backend
