/*  What the server keeps for one libwebsockets connection, and its callbacks. Only Server.cpp and
    ServerCallbacks.cpp include this.

    Threads: the I/O thread.
    Failure: a connection that breaks a rule is refused or closed; the server goes on.
*/
#pragma once

#include "Backend/Serving/Server.h"

#include <algorithm>
#include <deque>
#include <string_view>

#include <libwebsockets.h>

namespace kikitori::backend
{

struct Server::Connection
{
    lws* wsi = nullptr;

    // WebSocket
    std::shared_ptr<StreamSession> session;
    std::string incoming;
    std::size_t incomingBytes = 0; ///< of the message that comes, kept or not
    std::deque<std::string> outgoing;
    std::size_t queuedBytes = 0;
    /** The oldest outgoing message or the reply, or when some of it was taken last. */
    std::chrono::steady_clock::time_point waitingSince;
    int closeCode = 0;
    std::string closeReason;

    // HTTP
    std::string requestId; ///< in the log and in X-Request-Id
    RestRequest request;
    RestReply reply;
    std::optional<RestReply> refusal; ///< given without a look at the body, then the connection closes
    std::unique_ptr<Upload> upload;   ///< takes the body instead of request.body
    bool isTooLarge = false;
    bool isWhole = false; ///< its body has ended
    bool isAnswered = false;
    bool isChunked = false;                    ///< the reply comes piece by piece
    std::optional<Result<std::string>> piece;  ///< the next one
    bool isPieceOrdered = false;               ///< the disk thread makes it
};

/** Work of ours on the I/O thread, measured. */
class Server::Turn
{
public:
    explicit Turn (Server& serverToNote) : server (serverToNote) {}
    ~Turn() { server.longestTurn = std::max (server.longestTurn, std::chrono::steady_clock::now() - began); }

    Turn (const Turn&) = delete;
    Turn& operator= (const Turn&) = delete;

private:
    Server& server;
    const std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
};

class Server::Callbacks
{
    friend class Server;

public:
    static constexpr std::size_t largestBody = 1u << 20;
    static constexpr std::size_t mostQueuedBytes = 4u << 20; ///< to a client that does not read
    static constexpr std::size_t longestText = 1u << 20;     ///< of a WebSocket's messages, hot words among them
    static constexpr std::size_t usualMessage = 1u << 14;    ///< memory for a longer one is given back after it

    static int onEvent (lws* wsi, lws_callback_reasons reason, void* user, void* data, size_t size);
    static const lws_protocols* protocols();
    static const lws_retry_bo_t& validity();

private:
    static bool mayUpgrade (std::string_view protocol);
    static int onHttp (Server& server, lws* wsi, const char* path);
    static int answer (Server& server, lws* wsi);
    static int writeReply (Server& server, const std::shared_ptr<Connection>& connection);
    static int filterWebSocket (Server& server, lws* wsi);
    static void onAccepted (Server& server, lws* wsi);
    static void onEstablished (Server& server, lws* wsi);
    static int onReceive (Connection& connection, const char* data, std::size_t size);
    static int onWritable (Connection& connection);
    static int refusal (const Server& server, lws* wsi, const std::string& path);
    static int onBody (Connection& connection, const char* data, std::size_t size);
    static int onBodyEnd (Server& server, const std::shared_ptr<Connection>& connection);
    static RestReply replyTo (RestApi& rest, const RestRequest& request, const std::string& requestId);
    static void orderPiece (Server& server, const std::shared_ptr<Connection>& connection);
    static Answer answerOf (const Server& server, const std::shared_ptr<Connection>& connection);
    static int begin (const Server& server, lws* wsi, Connection& connection, RestReply reply);
    static int writePiece (Server& server, const std::shared_ptr<Connection>& connection);
};

} // namespace kikitori::backend
