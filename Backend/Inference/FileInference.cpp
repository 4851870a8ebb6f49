#include "Backend/Inference/FileInference.h"

#include "Backend/Inference/FileInferenceJob.h"
#include "Core/Guarded.h"

#include <algorithm>

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace kikitori::backend
{

using Phase = InferenceState::Phase;

namespace
{
constexpr int lowPriority = 10; ///< nice value: live streams come first
} // namespace

const char* toString (Phase phase) noexcept
{
    switch (phase)
    {
        case Phase::queued: return "queued";
        case Phase::loading: return "loading";
        case Phase::running: return "running";
        case Phase::done: return "done";
        case Phase::failed: return "failed";
        case Phase::cancelled: return "cancelled";
    }

    return "";
}

FileInference::FileInference (ModelStore& store, InferenceLimits limitsToKeep)
    : models (store), limits (limitsToKeep), thread (guardedThread ("inference", [this] { run(); }))
{
}

FileInference::~FileInference()
{
    shouldEnd = true;
    wake.notify_all();
    thread.join();
}

bool FileInference::hasRoomLocked (std::size_t comingIn) const
{
    const auto open =
        std::count_if (jobs.begin(), jobs.end(), [] (const auto& job) { return ! job->state.hasEnded(); });
    return static_cast<std::size_t> (open) + comingIn <= limits.waiting;
}

bool FileInference::hasRoom (std::size_t comingIn) const
{
    const std::lock_guard lock (mutex);
    return hasRoomLocked (comingIn);
}

Status FileInference::submit (InferenceRequest request, Done done)
{
    auto job = std::make_shared<Job>();
    job->request = std::move (request);
    job->done = std::move (done);
    job->state.id = job->request.id;
    job->state.fileName = job->request.fileName;
    const auto refuse = [&job] (Error error)
    {
        std::error_code ignored;
        std::filesystem::remove (job->request.file, ignored);
        return Status (std::move (error));
    };

    const std::lock_guard lock (mutex);

    if (std::any_of (jobs.begin(), jobs.end(), [&job] (const auto& one) { return one->state.id == job->state.id; }))
        return refuse ({ "taken", "There is a job '" + job->state.id + "' already." });
    if (! hasRoomLocked())
        return refuse ({ "busy", "Too many files wait already; send it again later." });

    jobs.push_back (std::move (job));
    wake.notify_one();
    return success();
}

std::optional<InferenceState> FileInference::find (const std::string& id) const
{
    const std::lock_guard lock (mutex);
    const auto found = std::find_if (jobs.begin(), jobs.end(), [&id] (const auto& job) { return job->state.id == id; });
    return found != jobs.end() ? std::optional ((*found)->state) : std::nullopt;
}

std::vector<InferenceState> FileInference::list() const
{
    const std::lock_guard lock (mutex);
    std::vector<InferenceState> states;

    for (const auto& job : jobs)
        states.push_back (job->state);

    return states;
}

bool FileInference::cancel (const std::string& id)
{
    std::shared_ptr<Job> waiting;
    {
        const std::lock_guard lock (mutex);
        const auto found =
            std::find_if (jobs.begin(), jobs.end(),
                          [&id] (const auto& job) { return job->state.id == id && ! job->state.hasEnded(); });

        if (found == jobs.end())
            return false;

        (*found)->isCancelled = true;

        if ((*found)->state.phase == Phase::queued)
        {
            // Its turn may be an hour away.
            waiting = *found;
            waiting->state.phase = Phase::cancelled;
            waiting->state.error = Error{ "cancelled", "The job was cancelled." };
        }
    }

    if (waiting != nullptr)
    {
        std::error_code ignored;
        std::filesystem::remove (waiting->request.file, ignored);

        if (waiting->done)
            waiting->done (waiting->state);
    }

    return true;
}

bool FileInference::isBusy() const
{
    const std::lock_guard lock (mutex);
    return std::any_of (jobs.begin(), jobs.end(), [] (const auto& job) { return ! job->state.hasEnded(); });
}

void FileInference::run()
{
#if defined(__linux__)
    ::setpriority (PRIO_PROCESS, static_cast<id_t> (::syscall (SYS_gettid)), lowPriority);
#endif

    while (! shouldEnd)
    {
        std::shared_ptr<Job> next;
        {
            std::unique_lock lock (mutex);
            const auto isOpen = [] (const auto& job) { return ! job->state.hasEnded(); };
            wake.wait_for (lock, std::chrono::milliseconds (200),
                           [&] { return shouldEnd || std::any_of (jobs.begin(), jobs.end(), isOpen); });
            const auto found = std::find_if (jobs.begin(), jobs.end(), isOpen);

            if (found == jobs.end())
                continue;

            next = *found;
            next->state.phase = Phase::loading;
        }

        work (*next);
    }

    // Whoever waits is told.
    for (const auto& job : std::exchange (jobs, {}))
        if (! job->state.hasEnded())
        {
            job->isCancelled = true;
            work (*job);
        }
}

void FileInference::forgetOldest()
{
    auto ended = std::count_if (jobs.begin(), jobs.end(), [] (const auto& job) { return job->state.hasEnded(); });

    for (auto job = jobs.begin(); job != jobs.end() && static_cast<std::size_t> (ended) > limits.kept;)
    {
        if (! (*job)->state.hasEnded())
        {
            ++job;
            continue;
        }

        job = jobs.erase (job);
        --ended;
    }
}

} // namespace kikitori::backend
