/*  Whole audio files through the recogniser, one after the other, on one thread that gives way to live streams.

    Threads: every public function from any thread; a job's end is told on the worker's thread, or on
    that which cancels a job before its turn. The destructor cancels all jobs and joins.
    Failure: submit() gives busy when the queue is full and taken for an id that is used; a job ends with unknown_model
    or another error of loading, unreadable_audio, too_long, timeout or cancelled.
*/
#pragma once

#include "Backend/Storage/ModelStore.h"

#include <atomic>
#include <optional>

namespace kikitori::backend
{

struct InferenceLimits
{
    std::size_t waiting = 8;                  ///< jobs besides the one in work
    std::size_t kept = 32;                    ///< jobs that have ended and whose results can still be asked for
    double audioSeconds = 4.0 * 3600.0;       ///< of one file
    std::chrono::seconds computeTime{ 3600 }; ///< of one job, the model's loading with it
};

struct InferenceSegment
{
    std::string text;
    double start = 0.0, end = 0.0;         ///< seconds from the file's beginning
    std::vector<RecognizedToken> tokens{}; ///< start and end in the file's samples
};

struct InferenceResult
{
    std::string transcription;
    std::vector<InferenceSegment> segments;
    double sampleRate = 0.0;
    double audioSeconds = 0.0;
    double firstTokenMs = 0.0; ///< from the job's turn to the first words, the model's loading with it
    double inferenceMs = 0.0;  ///< decoding of the file and the recogniser's work
    double totalMs = 0.0;      ///< from submit(), waiting with it
};

struct InferenceRequest
{
    std::string id;
    std::filesystem::path file;       ///< deleted when the job ends
    std::string fileName;             ///< as the client calls it, for messages
    std::string model;                ///< one of the store's
    std::filesystem::path checkpoint; ///< a folder instead of the model, or empty
};

struct InferenceState
{
    enum class Phase
    {
        queued,
        loading,
        running,
        done,
        failed,
        cancelled
    };

    std::string id, fileName;
    Phase phase = Phase::queued;
    double processedSeconds = 0.0;
    std::optional<double> progress; ///< 0..1, where the file says how long it is
    std::optional<InferenceResult> result;
    std::optional<Error> error;

    bool hasEnded() const noexcept { return phase >= Phase::done; }
};

const char* toString (InferenceState::Phase phase) noexcept;

class FileInference
{
public:
    using Done = std::function<void (const InferenceState&)>;

    FileInference (ModelStore& models, InferenceLimits limits);
    ~FileInference();

    FileInference (const FileInference&) = delete;
    FileInference& operator= (const FileInference&) = delete;

    /** Takes the file over in any case. */
    Status submit (InferenceRequest request, Done done);

    std::optional<InferenceState> find (const std::string& id) const;
    std::vector<InferenceState> list() const; ///< oldest first

    /** False when there is no such job that still waits or runs. */
    bool cancel (const std::string& id);

    bool isBusy() const;
    /** For one more, while so many are still coming in. */
    bool hasRoom (std::size_t comingIn = 0) const;

private:
    struct Job;

    void run();
    void work (Job& job);
    Result<std::shared_ptr<const RecognizerModel>> loadModel (Job& job);
    Result<InferenceResult> transcribe (Job& job, std::shared_ptr<const RecognizerModel> model);
    std::optional<Error> mustEnd (const Job& job) const;
    void update (const std::function<void()>& change);
    void forgetOldest();
    bool hasRoomLocked (std::size_t comingIn = 0) const;

    ModelStore& models;
    const InferenceLimits limits;

    mutable std::mutex mutex;
    std::condition_variable wake;
    std::deque<std::shared_ptr<Job>> jobs; ///< in the order of their submission
    std::atomic<bool> shouldEnd{ false };
    std::thread thread;
};

} // namespace kikitori::backend
