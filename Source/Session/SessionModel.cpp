// Another model in the middle of a SessionEngine's stream.
#include "Core/Log.h"
#include "Session/SessionEngine.h"

#include <utility>

namespace kikitori
{

bool SessionEngine::changeModel (const std::string& model)
{
    auto ofStream = std::uint64_t{ 0 };
    {
        const std::lock_guard lock (mutex);
        const auto now = cell->load();

        if ((now.state != LifecycleState::starting && now.state != LifecycleState::active) || shown.protocol == 1)
            return false;

        ofStream = now.generation;
    }

    transport.post (
        [weak = weak_from_this(), model, ofStream]
        {
            if (const auto self = weak.lock(); self != nullptr && self->isStreaming && self->generation == ofStream)
                self->askForModel (model);
        });
    return true;
}

void SessionEngine::askForModel (const std::string& model)
{
    // Back to the model in service: where another one was asked for, the backend has to hear of it.
    if (model == config.model && nextModel.empty())
        return;

    nextModel = model;
    sendModel();

    // To stay with what it has needs no answer.
    if (nextModel == config.model)
        nextModel.clear();

    publish();
}

/** Asks for the next model where one is wanted; every new connection is asked anew, because it begins with the old. */
void SessionEngine::sendModel()
{
    if (! nextModel.empty() && uplink->version() == 1)
    {
        lastError = Error{ "model_at_next_start", link.peer() + " cannot change the model of a running stream: "
                                                      + std::exchange (nextModel, {}) + " is used from the next Start on" };
        return;
    }

    if (nextModel.empty() || isStopping() || uplink->version() != 2 || link.stage() != BackendLink::Stage::ready)
        return;

    auto start = startMessage();
    start.modelName = nextModel;
    log::write (log::Level::info, "session", "model", "asks for " + nextModel);
    link.sendText (toJson (ClientMessage (std::move (start)))); // where it fails, the connection ends
}

void SessionEngine::onLinkModel (const ReadyMessage& ready)
{
    if (uplink->version() != 2)
        return;

    backend = ready;

    if (! nextModel.empty())
        config.model = std::exchange (nextModel, {});

    publish();
}

void SessionEngine::onLinkModelRefused (const Error& error)
{
    log::write (log::Level::warning, "session", "model", error.code + ": " + error.message);
    nextModel.clear();
    lastError = error;
    publish();
}

} // namespace kikitori
