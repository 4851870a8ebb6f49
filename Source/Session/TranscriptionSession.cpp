#include "Session/TranscriptionSession.h"

#include "Core/Log.h"
#include "Session/SessionEngine.h"

#include <future>
#include <utility>

namespace kikitori
{

TranscriptionSession::TranscriptionSession (AudioTap& tap,
                                            std::shared_ptr<Transport> t,
                                            std::shared_ptr<BackendLocator> locator)
    : transport (std::move (t)),
      engine (std::make_shared<SessionEngine> (tap.sharedLink(), *transport, std::move (locator)))
{
}

TranscriptionSession::~TranscriptionSession()
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

    // The network thread hangs. What it may still touch must live on, so it is given up rather than freed under it.
    log::write (log::Level::error, "session", "close", "the network thread did not answer; its stream is given up");
    static_cast<void> (new std::shared_ptr<Transport> (transport));
    static_cast<void> (new std::shared_ptr<SessionEngine> (engine));
}

void TranscriptionSession::start (SessionConfig config, bool keepTranscript)
{
    engine->start (std::move (config), keepTranscript);
}

void TranscriptionSession::stop (StopMode mode) { engine->stop (mode); }

void TranscriptionSession::abandon() { engine->abandon(); }

bool TranscriptionSession::changeModel (const std::string& model) { return engine->changeModel (model); }

void TranscriptionSession::loadTranscript (std::shared_ptr<const TranscriptSnapshot> saved)
{
    engine->loadTranscript (std::move (saved));
}

void TranscriptionSession::clearTranscript (bool canBeUndone) { engine->clearTranscript (canBeUndone); }

void TranscriptionSession::undo() { engine->undo(); }

void TranscriptionSession::redo() { engine->redo(); }

LifecycleState TranscriptionSession::state() const noexcept { return engine->lifecycle()->state(); }

SessionSnapshot TranscriptionSession::snapshot() const { return engine->snapshot(); }

std::shared_ptr<const TranscriptSnapshot> TranscriptionSession::transcript() const { return engine->transcript(); }

std::function<LifecycleState()> TranscriptionSession::lifecycleReader() const
{
    return [cell = engine->lifecycle()] { return cell->state(); };
}

void TranscriptionSession::setTrainingListener (TrainingListener listener)
{
    engine->setTrainingListener (std::move (listener));
}

} // namespace kikitori
