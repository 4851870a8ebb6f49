/*  What the session needs of the network: a serial event loop, WebSocket connections and HTTP requests.
    The real one (NetworkThread) runs on libwebsockets, the tests' one on a manual clock without sockets.

    Threads: post() may be called from any thread but the audio thread; everything else, and every callback,
    happens on the transport's one thread.
    Failure: reported through the listener or the callback, never by exception. A callback object that is
    destroyed on the transport's thread is never called again.
*/
#pragma once

#include "Core/Result.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kikitori
{

using Milliseconds = std::chrono::milliseconds;

/** What a peer is asked before anything else is sent to it. */
struct PeerQuestion
{
    std::string target; ///< of a GET without a token
    /** The `Authorization` for the connection from the answer's body, or why the peer is not the one that is meant. */
    std::function<Result<std::string> (const std::string& answer)> authorization;
};

/** Where a backend listens, checked and split. */
struct Endpoint
{
    std::string host; ///< name or address, without brackets
    std::uint16_t port = 0;
    bool tls = false;
    std::string basePath; ///< "" or "/prefix", never ending in "/"
    std::string token;    ///< bearer token or empty; never logged
    std::string caFile;   ///< extra certificate authority (PEM) or empty for the system's
    std::string tokenPlace; ///< where the token is or would be kept, for messages
    std::function<PeerQuestion()> question{}; ///< for each connection; empty: none, and the token is sent as it is
};

/** A timer or request that ends when this object does. */
class Subscription
{
public:
    virtual ~Subscription() = default;
};

class WebSocketListener
{
public:
    virtual ~WebSocketListener() = default;

    virtual void onOpen() = 0;
    virtual void onText (std::string_view message) = 0;
    /** Room in the send queue again after send() refused, or queuedBytes() fell below half of the bound. */
    virtual void onWritable() = 0;
    /** Called once, also when the connection never opened. code is the WebSocket close code, 1006 if there was none. */
    virtual void onClosed (int code, const std::string& reason) = 0;
};

/** One client connection. Destroying it closes the socket without a callback. */
class WebSocketConnection
{
public:
    virtual ~WebSocketConnection() = default;

    /** Queues a message. False: the queue is at its bound (8 MiB) and nothing was taken. */
    [[nodiscard]] virtual bool sendText (std::string message) = 0;
    [[nodiscard]] virtual bool sendBinary (std::span<const std::byte> message) = 0;
    /** Bytes accepted but not yet given to the operating system. */
    virtual std::size_t queuedBytes() const = 0;
    /** Starts an orderly close; onClosed follows within 2 s. */
    virtual void close (int code, const std::string& reason) = 0;
};

/** Takes an answer's body piece by piece: for answers of any size. The transport's thread. */
class HttpSink
{
public:
    virtual ~HttpSink() = default;

    /** False: the connection rests, and is asked again some milliseconds later. */
    virtual bool hasRoom() const = 0;
    /** A piece of a body with status 200. total: what the backend announced, nullopt where it did not. */
    virtual void take (std::string_view piece, std::optional<std::uint64_t> total) = 0;
};

struct HttpRequest
{
    std::string method = "GET";
    std::string target;      ///< path and query below Endpoint::basePath
    std::string contentType; ///< of body
    std::string body;
    Milliseconds timeout{ 10000 }; ///< for all of it; with a sink for each piece
    /** Asked again on the transport's thread just before bytes leave; false cancels with the code "held". */
    std::function<bool()> gate;
    /** Gets the body of an answer with status 200 instead of HttpResponse::body. One that breaks off before its
        announced end is the error "incomplete". */
    std::shared_ptr<HttpSink> sink;
};

struct HttpResponse
{
    int status = 0;
    std::string body; ///< at most 16 MiB, more is the error "too_large"
};

using HttpCallback = std::function<void (Result<HttpResponse>)>;

class Transport
{
public:
    virtual ~Transport() = default;

    /** Runs task on the transport's thread. Any thread but the audio thread. */
    virtual void post (std::function<void()> task) = 0;

    /** Calls task every interval (or once) until the subscription goes. Transport's thread only. */
    [[nodiscard]] virtual std::unique_ptr<Subscription> callEvery (Milliseconds interval,
                                                                   std::function<void()> task) = 0;
    [[nodiscard]] virtual std::unique_ptr<Subscription> callAfter (Milliseconds delay, std::function<void()> task) = 0;

    virtual std::chrono::steady_clock::time_point now() const = 0;

    /** Opens path on the endpoint; the listener must outlive the connection object. */
    [[nodiscard]] virtual std::unique_ptr<WebSocketConnection> openWebSocket (const Endpoint& endpoint,
                                                                              const std::string& path,
                                                                              WebSocketListener& listener) = 0;

    /** Sends a request; the callback comes once, unless the subscription goes first (that cancels it). */
    [[nodiscard]] virtual std::unique_ptr<Subscription> request (const Endpoint& endpoint,
                                                                 HttpRequest request,
                                                                 HttpCallback callback) = 0;
};

/** Finds (and for the address "local" starts) the backend behind an address. */
class BackendLocator
{
public:
    virtual ~BackendLocator() = default;

    /** Transport's thread; the callback comes there too, at most once, and not after the subscription went.
        launch: may a local backend be started for this? (Only Start, training and model commands may.) */
    [[nodiscard]] virtual std::unique_ptr<Subscription> locate (const std::string& address,
                                                                bool launch,
                                                                std::function<void (Result<Endpoint>)> callback) = 0;
};

} // namespace kikitori
