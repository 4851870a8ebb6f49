/*  One connection to the backend on its way: find it, open the socket, say start, wait for ready; then messages.

    Threads: the transport's thread.
    Failure: every end comes once through Listener::onLinkEnded with a reason for people and whether to try again.
    Nothing comes after close().
*/
#pragma once

#include "Core/Result.h"
#include "Network/Transport.h"
#include "Protocol/Messages.h"
#include "Session/LinkEnd.h"
#include "Session/SessionConfig.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kikitori
{

class BackendLink
{
public:
    using Stage = LinkStage;
    using End = LinkEnd;

    class Listener
    {
    public:
        virtual ~Listener() = default;

        virtual void onLinkReady (const ReadyMessage& ready) = 0;
        /** Version 2, in a running stream: another model has taken over, or will not. */
        virtual void onLinkModel (const ReadyMessage& ready) = 0;
        virtual void onLinkModelRefused (const Error& error) = 0;
        virtual void onLinkWords (const TranscriptMessage& words) = 0;
        virtual void onLinkProcessed (std::int64_t position) = 0;
        virtual void onLinkStopped() = 0;
        virtual void onLinkWarning (const Error& error) = 0;
        virtual void onLinkTraining (const TrainingMessage& message) = 0;
        virtual void onLinkWritable() = 0;
        virtual void onLinkEnded (const End& end) = 0;
    };

    /** The transport must outlive the link. */
    BackendLink (Transport& transport, std::shared_ptr<BackendLocator> locator, Listener& listener);
    ~BackendLink();

    BackendLink (const BackendLink&) = delete;
    BackendLink& operator= (const BackendLink&) = delete;

    /** Closes what was and begins anew; start is sent as soon as the socket is open. config: address, limits. */
    void open (const SessionConfig& config, StartMessage start);

    /** Version 1: start again on the same connection, after stopped; onLinkReady follows. */
    void restart();

    /** Ends it without a word to the listener. */
    void close (int code = 1000);

    /** Gives up everything that belongs to the transport, at once. Nothing may be opened afterwards. */
    void release();

    /** False: no room now, onLinkWritable comes. */
    bool sendText (const std::string& message);
    bool sendBinary (std::span<const std::byte> message);
    std::size_t queuedBytes() const;

    Stage stage() const noexcept { return currentStage; }
    Milliseconds inStage() const;
    std::optional<double> loadProgress() const noexcept { return progress; }
    const std::string& peer() const noexcept { return peerName; }
    /** Since the last message of the backend. */
    Milliseconds silence() const;
    std::uint64_t openedConnections() const noexcept { return openedCount; }
    std::uint64_t malformedMessages() const noexcept { return malformedCount; }

private:
    /** One socket. It lingers until its orderly close is done; what it still says then means nothing. */
    struct Socket : WebSocketListener
    {
        explicit Socket (BackendLink& owner) : link (owner) {}

        void onOpen() override;
        void onText (std::string_view message) override;
        void onWritable() override;
        void onClosed (int code, const std::string& reason) override;

        bool isCurrent() const noexcept { return link.socket.get() == this; }

        BackendLink& link;
        std::unique_ptr<WebSocketConnection> connection;
    };

    void opened();
    void received (std::string_view text);
    void closed (int code, const std::string& reason);
    void located (const Result<Endpoint>& endpoint);
    void sendStart();
    void enter (Stage stage);
    void setDeadline (Milliseconds limit, const char* code, std::string message);
    void end (End reason);
    void dropSocket();
    void handle (const ServerMessage& message);
    void handleFailure (const ErrorMessage& failure);
    End endFor (int code, const std::string& reason) const;
    std::string loadingHint() const;

    Transport& transport;
    const std::shared_ptr<BackendLocator> locator;
    Listener& listener;

    SessionConfig config;
    StartMessage request;
    Stage currentStage = Stage::closed;
    std::unique_ptr<Subscription> locating;
    std::unique_ptr<Subscription> deadline;
    std::unique_ptr<Subscription> totalDeadline;
    std::unique_ptr<Socket> socket;
    std::vector<std::unique_ptr<Socket>> closing;
    std::unique_ptr<Subscription> burial;
    std::optional<ErrorMessage> lastFailure; ///< an error message that explains the close that follows
    std::optional<double> progress;
    std::string peerName;
    std::chrono::steady_clock::time_point stageSince;
    std::chrono::steady_clock::time_point lastHeard;
    std::uint64_t openedCount = 0;
    std::uint64_t malformedCount = 0;
};

} // namespace kikitori
