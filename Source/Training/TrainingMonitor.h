/*  What the user sees of a training: polled while no stream lives, pushed over the stream's socket while one does,
    and the commands that start and stop it.

    The poll gate (mayPollTraining, Core/Lifecycle.h) is asked when a poll is due and again on the network thread just
    before its bytes leave; a poll in flight when a stream starts is cancelled. No poll can delay a start: requests are
    asynchronous and nobody waits for them.

    Threads: tick(), commands and snapshot() from any thread but the audio thread (the editor's message thread);
    onPushed() from the transport's thread. The destructor waits at most destructionLimit for the transport's thread.
    Failure: a failed poll changes nothing but lastError; the next one is due at its usual time.
*/
#pragma once

#include "Core/Lifecycle.h"
#include "Core/Result.h"
#include "Network/Transport.h"
#include "Protocol/Messages.h"
#include "Training/TrainingCurve.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kikitori
{

/** Why a request was or was not made. */
enum class PollReason : std::uint8_t
{
    sent,            ///< allowed, on its way
    answered,        ///< its answer was used
    failed,          ///< no answer, or not a usable one
    noTraining,      ///< nothing trains: nothing to ask
    streamStarting,  ///< held: Starting
    streamActive,    ///< held: Active
    streamStopping,  ///< held: /api/status waits for Idle
    editorHidden,    ///< nobody looks
    heldBeforeBytes, ///< allowed when it was due, held by the second question on the network thread
    cancelled        ///< in flight when a stream started: its answer is not used
};

const char* toString (PollReason reason) noexcept;

struct PollDecision
{
    enum class What : std::uint8_t
    {
        progress, ///< GET /api/progress
        status    ///< GET /api/status
    };

    What what = What::progress;
    PollReason reason = PollReason::noTraining;
    LifecycleState state = LifecycleState::idle;
    bool isTraining = false;
    std::chrono::steady_clock::time_point time; ///< of the transport's clock
};

/** Where a training went on from: what was behind it then. */
struct ResumePoint
{
    int epoch = 0;
    int step = 0;
};

struct TrainingView
{
    std::uint64_t version = 0; ///< grows with every change
    bool isKnown = false;      ///< has any backend told us yet?
    bool isTraining = false;
    std::string phase; ///< "starting", "resuming", "running", "completed", "stopped", "failed" or empty
    std::string message;
    double epoch = 0.0;
    double totalEpochs = 0.0;
    double step = 0.0;
    double totalSteps = 0.0;
    std::optional<double> loss;
    std::optional<double> learningRate;
    std::optional<double> validationLoss;
    std::optional<double> wordErrorRate, characterErrorRate; ///< shares, of the last validation
    std::optional<double> validationUtterances, validationTotal; ///< measured by, of so many dev recordings
    std::optional<double> secondsLeft;
    std::optional<double> progress;  ///< 0..1
    std::optional<ResumePoint> resumedFrom; ///< none: it began anew, or that is not known
    TrainingCurves curves;           ///< of the trainings seen, the newest last
    std::vector<std::string> log;    ///< the latest lines, oldest first
    std::optional<Error> lastError;  ///< of a command, a poll or the training itself
    bool commandInFlight = false;    ///< a start or stop waits for its reply
    std::vector<PollDecision> polls; ///< the last decisions, oldest first; equal neighbours are kept once
};

/** A training to start. Empty values are left to the backend. */
struct TrainingOrder
{
    std::string model;
    std::string dataset;
    std::optional<int> epochs; ///< in total, not in addition
    std::optional<int> batchSize;
    std::optional<int> limitSamples;
    bool lightweight = false; ///< a short run that shows whether everything works
    bool resume = true;       ///< go on from the newest checkpoint where there is one
    bool mustResume = false;  ///< fail where there is no checkpoint, instead of beginning anew
    std::string checkpoint;   ///< a specific one to go on from
    std::string installed;    ///< a model to begin with, in place of a checkpoint
};

class TrainingEngine;

class TrainingMonitor
{
public:
    static constexpr std::chrono::milliseconds destructionLimit{ 3000 };
    static constexpr std::chrono::milliseconds pollInterval{ 1000 };
    static constexpr std::chrono::milliseconds statusInterval{ 10000 };

    /** lifecycle: the stream's state for the gate, callable from any thread at any time. */
    TrainingMonitor (std::shared_ptr<Transport> transport,
                     std::shared_ptr<BackendLocator> locator,
                     std::function<LifecycleState()> lifecycle);
    ~TrainingMonitor();

    TrainingMonitor (const TrainingMonitor&) = delete;
    TrainingMonitor& operator= (const TrainingMonitor&) = delete;

    /** The backend that is asked, "local" or a URL. A new one makes everything known void. */
    void setAddress (std::string address);

    /** From a timer, once a second or oftener: decides what to ask now. editorVisible: does anybody look? */
    void tick (bool editorVisible);

    /** Sends the command; the result is in the view: isTraining or lastError. May start a local backend. Commands are
        not polls: they pass the gate. One at a time; a second one while the first is in flight is refused. */
    void startTraining (TrainingOrder order);
    void stopTraining();

    /** A training message that the stream's socket brought. */
    void onPushed (const TrainingMessage& message);

    TrainingView view() const;
    std::uint64_t version() const;
    bool isTraining() const;

private:
    const std::shared_ptr<Transport> transport;
    const std::shared_ptr<TrainingEngine> engine;
};

} // namespace kikitori
