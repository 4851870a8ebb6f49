/*  The running part of a TrainingMonitor.

    Threads: ask(), order() and the on… functions on the transport's thread; view() and prepareCommand() from any
    thread but the audio thread. The view lies under a mutex that is held for moments only.
    Failure: as TrainingMonitor says.
*/
#pragma once

#include "Core/Lifecycle.h"
#include "Network/Transport.h"
#include "Training/TrainingMonitor.h"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace kikitori
{

class TrainingEngine : public std::enable_shared_from_this<TrainingEngine>
{
public:
    TrainingEngine (Transport& transport,
                    std::shared_ptr<BackendLocator> locator,
                    std::function<LifecycleState()> lifecycle);

    // any thread but the audio thread ---------------------------------------------------------------------------
    TrainingView view() const;
    std::uint64_t version() const;
    bool isTraining() const;
    /** Takes the one place for a command. False: another one is in flight. */
    bool claimCommand();
    void pushed (const TrainingMessage& message);

    // transport's thread ----------------------------------------------------------------------------------------
    void setAddress (std::string address);
    void tick (bool editorVisible);
    /** Sends a claimed command. what: for messages, "start the training". */
    void command (const std::string& what, const std::string& target, const std::string& body, bool isStart);
    /** For the name of its curve. */
    void noteOrder (const TrainingOrder& order);
    void shutDown();

private:
    using What = PollDecision::What;

    /** One request on its way: first the backend is found, then it is asked. */
    struct Errand
    {
        std::unique_ptr<Subscription> locating;
        std::unique_ptr<Subscription> request;
        bool isRunning = false;
    };

    void considerStatus (LifecycleState state, bool editorVisible);
    void considerProgress (LifecycleState state, bool editorVisible);
    void poll (What what);
    void answered (What what, const Result<HttpResponse>& response);
    void commandAnswered (const std::string& what, bool isStart, const Result<HttpResponse>& response);
    bool mayAsk (What what) const;
    void cancelPolls();
    void decide (What what, PollReason reason);
    void change (const std::function<void (TrainingView&)>& edit);
    Errand& errandFor (What what) { return what == What::status ? statusErrand : progressErrand; }

    static constexpr std::size_t mostDecisions = 256;
    static constexpr Milliseconds pollTimeout{ 5000 };
    static constexpr Milliseconds commandTimeout{ 30000 };

    Transport& transport;
    const std::shared_ptr<BackendLocator> locator;
    const std::function<LifecycleState()> lifecycle;

    mutable std::mutex mutex;
    TrainingView shown; ///< under the mutex

    // Transport's thread:
    bool isShutDown = false;
    std::string address = "local";
    std::string lastOrder;
    Errand statusErrand;
    Errand progressErrand;
    Errand commandErrand;
    bool wasVisible = false;
    LifecycleState lastState = LifecycleState::idle;
    std::optional<std::chrono::steady_clock::time_point> lastStatus;
    std::optional<std::chrono::steady_clock::time_point> lastProgress;
};

} // namespace kikitori
