/*  Runs kikitori-trainer as a child process at low priority and keeps what it says.

    Threads: every public function from any thread; the listeners are called on the supervisor's reading thread. The
    destructor asks the trainer to stop, waits, then ends it and joins.
    Failure: start() says why not; a crash, an out-of-memory or an unknown exit of the trainer becomes an error message
    with its reason, and nothing else of the backend is touched.
*/
#pragma once

#include "Core/Result.h"
#include "Protocol/Messages.h"

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace kikitori::backend
{

/** What /api/progress shows. */
struct TrainingProgress
{
    bool isTraining = false;
    std::string runId;
    double epoch = 0, totalEpochs = 0, step = 0, totalSteps = 0, loss = 0, learningRate = 0;
    std::optional<double> gradientNorm, samplesPerSecond, etaSeconds;
    std::optional<double> validationLoss, wordErrorRate, characterErrorRate; ///< of the last epoch
    std::optional<double> validationUtterances, validationTotal;             ///< measured by, of so many dev utterances
    std::deque<std::string> logs;                                            ///< the latest, oldest first
    std::optional<std::pair<std::string, std::string>> error;                ///< message, where its traceback is
};

struct TrainingCheckpoint
{
    std::filesystem::path path;
    bool isBest = false;       ///< of its run
    bool isForService = false; ///< it beats what serves
};

class TrainerSupervisor
{
public:
    using Listener = std::function<void (const TrainingMessage&)>;
    using CheckpointListener = std::function<void (const TrainingCheckpoint&)>;
    static constexpr std::size_t mostLogs = 200;
    static constexpr std::size_t longestLine = 1u << 20;
    static constexpr std::chrono::seconds stopLimit{ 60 };      ///< from "stop" to SIGTERM
    static constexpr std::chrono::seconds terminateLimit{ 10 }; ///< from SIGTERM to SIGKILL

    TrainerSupervisor (std::filesystem::path program, Listener listener, CheckpointListener onCheckpoint = {});
    ~TrainerSupervisor();

    TrainerSupervisor (const TrainerSupervisor&) = delete;
    TrainerSupervisor& operator= (const TrainerSupervisor&) = delete;

    /** Starts the trainer with a run configuration; the run's id goes into log and progress. Errors: already_running, no_trainer, launch_failed. */
    Status start (const std::filesystem::path& runConfig, const std::string& id = {});

    /** Asks for the end at the next safe step. False: nothing runs. */
    bool requestStop();

    TrainingProgress progress() const;
    bool isTraining() const;

private:
    void read (int pid, int output, int errors);
    void handleLine (const std::string& line);
    void handleEnd (int status, const std::string& lastErrors);
    void handleCheckpoint (const std::string& line);
    void note (TrainingMessage message);
    void noteLine (std::string text);
    void keep (const TrainingMessage& message);

    const std::filesystem::path program;
    const Listener listener;
    const CheckpointListener onCheckpoint;

    mutable std::mutex mutex;
    TrainingProgress state;
    int input = -1;    ///< the trainer's standard input
    std::optional<TrainingMessage> farewell; ///< of the reading thread: "completed" or "stopped", until the end
    std::filesystem::path mark; ///< says that the run is under way; changed only while nothing runs
    std::string runId; ///< in the log; changed only while nothing runs
    bool stopWasRequested = false;
    std::chrono::steady_clock::time_point stopRequested;
    std::thread thread;
};

} // namespace kikitori::backend
