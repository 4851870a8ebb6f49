#include "Session/BackendLink.h"

#include <algorithm>
#include <utility>

namespace kikitori
{

namespace
{

Milliseconds millisecondsBetween (std::chrono::steady_clock::time_point from, std::chrono::steady_clock::time_point to)
{
    return std::chrono::duration_cast<Milliseconds> (to - from);
}

bool isAboutModel (const std::string& code)
{
    return code == "unknown_model" || code == "file_missing" || code == "model_broken" || code == "model_unsupported";
}

std::string seconds (Milliseconds time)
{
    return std::to_string (std::max<Milliseconds::rep> (1, time.count() / 1000)) + " s";
}

} // namespace

BackendLink::BackendLink (Transport& t, std::shared_ptr<BackendLocator> l, Listener& owner)
    : transport (t), locator (std::move (l)), listener (owner)
{
}

BackendLink::~BackendLink() { release(); }

void BackendLink::release()
{
    close (1001);
    closing.clear();
    burial.reset();
}

void BackendLink::open (const SessionConfig& newConfig, StartMessage start)
{
    close();
    config = newConfig;
    request = std::move (start);
    enter (Stage::locating);
    setDeadline (config.limits.locate, "backend_unreachable",
                 "no backend was found for \"" + config.address + "\" in " + seconds (config.limits.locate)
                     + "; check the address or start the backend");
    locating =
        locator->locate (config.address, config.mayLaunch, [this] (Result<Endpoint> endpoint) { located (endpoint); });
}

void BackendLink::located (const Result<Endpoint>& endpoint)
{
    if (currentStage != Stage::locating)
        return;

    if (! endpoint)
        return end (explainLocating (endpoint.error()));

    peerName = endpoint.value().host + ":" + std::to_string (endpoint.value().port);
    enter (Stage::opening);
    setDeadline (config.limits.open, "backend_unreachable",
                 peerName + " did not accept the connection in " + seconds (config.limits.open)
                     + "; check that the backend runs there");
    socket = std::make_unique<Socket> (*this);
    const auto* const ours = socket.get();
    auto connection = transport.openWebSocket (endpoint.value(), "/ws", *socket);

    if (socket.get() == ours) // it may have ended within the call
        socket->connection = std::move (connection);
}

void BackendLink::Socket::onOpen()
{
    if (isCurrent())
        link.opened();
}

void BackendLink::Socket::onText (std::string_view message)
{
    if (isCurrent())
        link.received (message);
}

void BackendLink::Socket::onWritable()
{
    if (isCurrent() && link.currentStage == Stage::ready)
        link.listener.onLinkWritable();
}

void BackendLink::Socket::onClosed (int code, const std::string& reason)
{
    if (isCurrent())
        link.closed (code, reason);
}

void BackendLink::opened()
{
    if (currentStage != Stage::opening)
        return;

    ++openedCount;
    sendStart();
}

void BackendLink::restart()
{
    if (currentStage == Stage::ready)
        sendStart();
}

void BackendLink::sendStart()
{
    enter (Stage::waitingForReady);
    lastHeard = transport.now();
    setDeadline (config.limits.readySilent, "backend_silent", loadingHint());
    totalDeadline = transport.callAfter (config.limits.readyTotal,
                                         [this] {
                                             end ({ { "backend_silent", loadingHint() }, true, {} });
                                         });

    if (! sendText (toJson (ClientMessage (request))))
        end ({ { "backend_unreachable", "the start message could not be sent to " + peerName }, true, {} });
}

std::string BackendLink::loadingHint() const
{
    return peerName + " accepted the connection but was not ready with the model \"" + config.model + "\" after "
           + seconds (config.limits.readySilent) + " of waiting; check the backend's log or choose a smaller model";
}

void BackendLink::enter (Stage stage)
{
    currentStage = stage;
    stageSince = transport.now();
    progress.reset();
}

void BackendLink::setDeadline (Milliseconds limit, const char* code, std::string message)
{
    deadline = transport.callAfter (limit,
                                    [this, error = Error{ code, std::move (message) }] {
                                        end ({ error, true, {} });
                                    });
}

void BackendLink::close (int code)
{
    currentStage = Stage::closed;
    locating.reset();
    deadline.reset();
    totalDeadline.reset();
    lastFailure.reset();

    if (socket == nullptr)
        return;

    if (socket->connection != nullptr)
        socket->connection->close (code, "");

    dropSocket();
}

void BackendLink::dropSocket()
{
    // Its close message must still go out, and we may be inside one of its callbacks.
    constexpr Milliseconds closeLimit{ 2500 };
    closing.push_back (std::move (socket));
    burial = transport.callAfter (closeLimit, [this] { closing.clear(); });
}

void BackendLink::end (End reason)
{
    if (currentStage == Stage::closed)
        return;

    reason.wasFound = currentStage != Stage::locating;
    close (reason.mayRetry ? 1001 : 1000);
    listener.onLinkEnded (reason);
}

void BackendLink::closed (int code, const std::string& reason)
{
    if (currentStage == Stage::closed)
        return;

    auto why = endFor (code, reason);
    dropSocket();
    end (std::move (why));
}

BackendLink::End BackendLink::endFor (int code, const std::string& reason) const
{
    return explainClose ({ currentStage, code, reason, peerName, config.model, lastFailure });
}

void BackendLink::received (std::string_view text)
{
    if (currentStage != Stage::waitingForReady && currentStage != Stage::ready)
        return;

    const auto message = parseServerMessage (text);

    if (! message)
    {
        // One bad message is no reason to lose a stream, but it is no sign of life either.
        ++malformedCount;
        return listener.onLinkWarning (
            { "malformed", peerName + " sent something that is no message: " + message.error().message });
    }

    lastHeard = transport.now();
    handle (message.value());
}

void BackendLink::handle (const ServerMessage& message)
{
    if (const auto* ready = std::get_if<ReadyMessage> (&message))
    {
        if (currentStage == Stage::ready)
            return listener.onLinkModel (*ready);
        if (currentStage != Stage::waitingForReady)
            return;

        deadline.reset();
        totalDeadline.reset();
        enter (Stage::ready);
        listener.onLinkReady (*ready);
    }
    else if (const auto* loading = std::get_if<LoadingMessage> (&message))
    {
        if (currentStage != Stage::waitingForReady)
            return;

        progress = loading->progress;
        setDeadline (config.limits.readySilent, "backend_silent", loadingHint());
    }
    else if (const auto* words = std::get_if<TranscriptMessage> (&message))
        listener.onLinkWords (*words);
    else if (const auto* processed = std::get_if<ProcessedMessage> (&message))
        listener.onLinkProcessed (processed->samples);
    else if (std::holds_alternative<StoppedMessage> (message))
        listener.onLinkStopped();
    else if (const auto* failure = std::get_if<ErrorMessage> (&message))
        handleFailure (*failure);
    else if (const auto* training = std::get_if<TrainingMessage> (&message))
        listener.onLinkTraining (*training);
}

void BackendLink::handleFailure (const ErrorMessage& failure)
{
    // It cannot load the model that it was asked to change to, and goes on with the one it has.
    if (currentStage == Stage::ready && isAboutModel (failure.code))
        return listener.onLinkModelRefused ({ failure.code, failure.message });

    lastFailure = failure;

    // A backend that refuses to start closes at once; one that forgets to is left.
    if (currentStage == Stage::waitingForReady && ! failure.code.empty())
    {
        constexpr Milliseconds patience{ 1000 };
        deadline = transport.callAfter (patience, [this] { end (endFor (LinkClose::noCode, "")); });
        return;
    }

    listener.onLinkWarning ({ failure.code.empty() ? "backend_error" : failure.code, failure.message });
}

bool BackendLink::sendText (const std::string& message)
{
    return socket != nullptr && socket->connection != nullptr && socket->connection->sendText (message);
}

bool BackendLink::sendBinary (std::span<const std::byte> message)
{
    return socket != nullptr && socket->connection != nullptr && socket->connection->sendBinary (message);
}

std::size_t BackendLink::queuedBytes() const
{
    return socket != nullptr && socket->connection != nullptr ? socket->connection->queuedBytes() : 0;
}

Milliseconds BackendLink::inStage() const { return millisecondsBetween (stageSince, transport.now()); }

Milliseconds BackendLink::silence() const { return millisecondsBetween (lastHeard, transport.now()); }

} // namespace kikitori
