#include "Training/TrainingEngine.h"

#include "Training/TrainingAnswers.h"

#include <utility>

namespace kikitori
{

namespace
{

PollReason heldReason (LifecycleState state)
{
    switch (state)
    {
        case LifecycleState::starting: return PollReason::streamStarting;
        case LifecycleState::active: return PollReason::streamActive;
        case LifecycleState::stopping:
        case LifecycleState::idle: break;
    }

    return PollReason::streamStopping;
}

/** A timer of a second comes a little early or late; a poll that is nearly due is due. */
constexpr Milliseconds slack{ 100 };

bool isDue (const std::optional<std::chrono::steady_clock::time_point>& last,
            std::chrono::steady_clock::time_point now,
            Milliseconds interval)
{
    return ! last || now - *last + slack >= interval;
}

} // namespace

TrainingEngine::TrainingEngine (Transport& t, std::shared_ptr<BackendLocator> l, std::function<LifecycleState()> reader)
    : transport (t), locator (std::move (l)), lifecycle (std::move (reader))
{
}

TrainingView TrainingEngine::view() const
{
    const std::lock_guard lock (mutex);
    return shown;
}

std::uint64_t TrainingEngine::version() const
{
    const std::lock_guard lock (mutex);
    return shown.version;
}

bool TrainingEngine::isTraining() const
{
    const std::lock_guard lock (mutex);
    return shown.isTraining;
}

void TrainingEngine::change (const std::function<void (TrainingView&)>& edit)
{
    const std::lock_guard lock (mutex);
    edit (shown);

    if (shown.isTraining || ! shown.curves.empty())
        shown.curves = withFigures (shown.curves, shown);

    ++shown.version;
}

void TrainingEngine::pushed (const TrainingMessage& message)
{
    change ([&] (TrainingView& view) { readPushed (message, view); });
}

void TrainingEngine::setAddress (std::string newAddress)
{
    if (newAddress == address)
        return;

    address = std::move (newAddress);
    statusErrand = {};
    progressErrand = {};
    lastStatus.reset();
    lastProgress.reset();
    change (
        [] (TrainingView& view)
        {
            TrainingView unknown;
            unknown.version = view.version;
            unknown.commandInFlight = view.commandInFlight;
            unknown.polls = std::move (view.polls);
            view = std::move (unknown);
        });
}

bool TrainingEngine::mayAsk (What what) const
{
    return what == What::status ? mayPollStatus (lifecycle()) : mayPollTraining (isTraining(), lifecycle());
}

void TrainingEngine::tick (bool editorVisible)
{
    if (isShutDown)
        return;

    const auto state = lifecycle();

    if (state == LifecycleState::starting || state == LifecycleState::active)
        cancelPolls();

    considerStatus (state, editorVisible);
    considerProgress (state, editorVisible);
    wasVisible = editorVisible;
    lastState = state;
}

void TrainingEngine::considerStatus (LifecycleState state, bool editorVisible)
{
    const auto hasOpened = editorVisible && ! wasVisible;
    const auto hasReturned = state == LifecycleState::idle && lastState != LifecycleState::idle;
    const auto isWanted = hasOpened || hasReturned
                          || (editorVisible && isDue (lastStatus, transport.now(), TrainingMonitor::statusInterval));

    if (! isWanted || statusErrand.isRunning)
        return;

    if (! mayAsk (What::status))
        return decide (What::status, heldReason (state));

    if (! editorVisible)
        return decide (What::status, PollReason::editorHidden);

    lastStatus = transport.now();
    poll (What::status);
}

void TrainingEngine::considerProgress (LifecycleState state, bool editorVisible)
{
    if (! isTraining())
        return decide (What::progress, PollReason::noTraining);

    if (! mayAsk (What::progress))
        return decide (What::progress, heldReason (state));

    if (! editorVisible)
        return decide (What::progress, PollReason::editorHidden);

    if (progressErrand.isRunning || ! isDue (lastProgress, transport.now(), TrainingMonitor::pollInterval))
        return;

    lastProgress = transport.now();
    poll (What::progress);
}

void TrainingEngine::poll (What what)
{
    auto& errand = errandFor (what);
    errand.isRunning = true;
    decide (what, PollReason::sent);

    // A poll never starts a backend.
    errand.locating = locator->locate (address, false,
                                       [this, what] (Result<Endpoint> endpoint)
                                       {
                                           if (! endpoint)
                                               return answered (what, endpoint.error());

                                           if (! mayAsk (what))
                                               return answered (what, Error{ "held", "" });

                                           HttpRequest request;
                                           request.target = what == What::status ? "/api/status" : "/api/progress";
                                           request.timeout = pollTimeout;
                                           request.gate = [this, what] { return mayAsk (what); };
                                           auto sent =
                                               transport.request (endpoint.value(), std::move (request),
                                                                  [this, what] (const Result<HttpResponse>& response)
                                                                  { answered (what, response); });

                                           if (errandFor (what).isRunning) // it may have been answered within the call
                                               errandFor (what).request = std::move (sent);
                                       });
}

void TrainingEngine::answered (What what, const Result<HttpResponse>& response)
{
    errandFor (what).isRunning = false;

    if (! response && response.error().code == "held")
        return decide (what, PollReason::heldBeforeBytes);

    // A stream has started meanwhile: this answer is not used.
    const auto state = lifecycle();

    if (state == LifecycleState::starting || state == LifecycleState::active)
        return decide (what, PollReason::cancelled);

    if (! response)
    {
        // No local backend runs, so nothing trains; that is no failure.
        const auto isNobodyThere = response.error().code == "not_running";
        change (
            [&] (TrainingView& view)
            {
                if (isNobodyThere)
                    view.isTraining = false;
                else
                    view.lastError = response.error();
            });
        return decide (what, PollReason::failed);
    }

    auto result = success();
    change (
        [&] (TrainingView& view)
        {
            if (response.value().status != 200)
                result = refusal ("tell about the training", response.value());
            else if (what == What::status)
                result = readStatus (response.value().body, view);
            else
                result = readProgress (response.value().body, view);

            if (! result)
                view.lastError = result.error();
        });
    decide (what, result ? PollReason::answered : PollReason::failed);
}

void TrainingEngine::cancelPolls()
{
    for (const auto what : { What::status, What::progress })
    {
        if (! errandFor (what).isRunning)
            continue;

        errandFor (what) = {};
        decide (what, PollReason::cancelled);
    }
}

void TrainingEngine::decide (What what, PollReason reason)
{
    const auto state = lifecycle();
    const PollDecision decision{ what, reason, state, isTraining(), transport.now() };

    const std::lock_guard lock (mutex);
    auto& polls = shown.polls;

    // The same decision every second is kept once.
    for (auto last = polls.rbegin(); last != polls.rend(); ++last)
    {
        if (last->what != what)
            continue;

        if (last->reason == reason && last->state == state && last->isTraining == decision.isTraining
            && reason != PollReason::sent && reason != PollReason::answered)
            return;

        break;
    }

    polls.push_back (decision);

    if (polls.size() > mostDecisions)
        polls.erase (polls.begin());
}

void TrainingEngine::shutDown()
{
    isShutDown = true;
    statusErrand = {};
    progressErrand = {};
    commandErrand = {};
}

} // namespace kikitori
