#include "Training/TrainingMonitor.h"

#include "Core/Log.h"
#include "Training/TrainingAnswers.h"
#include "Training/TrainingEngine.h"

#include <future>
#include <utility>

namespace kikitori
{

TrainingMonitor::TrainingMonitor (std::shared_ptr<Transport> t,
                                  std::shared_ptr<BackendLocator> locator,
                                  std::function<LifecycleState()> lifecycle)
    : transport (std::move (t)),
      engine (std::make_shared<TrainingEngine> (*transport, std::move (locator), std::move (lifecycle)))
{
}

TrainingMonitor::~TrainingMonitor()
{
    const auto done = std::make_shared<std::promise<void>>();
    auto waiting = done->get_future();
    transport->post (
        [ending = engine, done]
        {
            ending->shutDown();
            done->set_value();
        });

    if (waiting.wait_for (destructionLimit) == std::future_status::ready)
        return;

    // As in TranscriptionSession: what a hanging network thread may still touch is given up, not freed.
    log::write (log::Level::error, "training", "close", "the network thread did not answer; its requests are given up");
    static_cast<void> (new std::shared_ptr<Transport> (transport));
    static_cast<void> (new std::shared_ptr<TrainingEngine> (engine));
}

void TrainingMonitor::setAddress (std::string address)
{
    transport->post ([target = engine, value = std::move (address)] { target->setAddress (value); });
}

void TrainingMonitor::tick (bool editorVisible)
{
    transport->post ([target = engine, editorVisible] { target->tick (editorVisible); });
}

void TrainingMonitor::startTraining (TrainingOrder order)
{
    if (! engine->claimCommand())
        return;

    transport->post (
        [target = engine, order = std::move (order)]
        {
            target->noteOrder (order);
            target->command (order.mustResume ? "resume the training" : "start the training",
                             order.mustResume ? "/api/train/resume" : "/api/train/start", toJson (order), true);
        });
}

void TrainingMonitor::stopTraining()
{
    if (! engine->claimCommand())
        return;

    transport->post ([target = engine] { target->command ("stop the training", "/api/train/stop", "{}", false); });
}

void TrainingMonitor::onPushed (const TrainingMessage& message) { engine->pushed (message); }

TrainingView TrainingMonitor::view() const { return engine->view(); }

std::uint64_t TrainingMonitor::version() const { return engine->version(); }

bool TrainingMonitor::isTraining() const { return engine->isTraining(); }

const char* toString (PollReason reason) noexcept
{
    switch (reason)
    {
        case PollReason::sent: return "sent";
        case PollReason::answered: return "answered";
        case PollReason::failed: return "failed";
        case PollReason::noTraining: return "no training";
        case PollReason::streamStarting: return "held: Starting";
        case PollReason::streamActive: return "held: Active";
        case PollReason::streamStopping: return "held: Stopping";
        case PollReason::editorHidden: return "editor hidden";
        case PollReason::heldBeforeBytes: return "held before bytes left";
        case PollReason::cancelled: return "cancelled by a stream";
    }

    return "unknown";
}

} // namespace kikitori
