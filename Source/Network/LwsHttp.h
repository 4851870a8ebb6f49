/*  One HTTP request on the loop.

    Threads: the loop's.
    Failure: told once through the callback: "held" (the gate said no), "unreachable", "timeout", "too_large",
    "incomplete".
*/
#pragma once

#include "Network/LwsConnection.h"

#include <optional>
#include <string_view>

namespace kikitori
{

class LwsHttp final : public LwsConnection
{
public:
    LwsHttp (LwsLoop& loop, Endpoint endpoint, HttpRequest request, HttpCallback callback);

    /** Starts a request that is abandoned with the subscription. */
    static std::unique_ptr<Subscription> send (
        LwsLoop& loop, Resolver& resolver, const Endpoint& endpoint, HttpRequest request, HttpCallback callback);

    void start (Resolver& resolver);
    /** No callback from here on. */
    void abandon();

    int onEvent (lws* wsi, lws_callback_reasons reason, void* data, std::size_t size) override;

private:
    bool isWanted() const override { return callback != nullptr; }
    std::function<bool()> gate() const override { return request.gate; }
    const char* method() const override { return request.method.c_str(); }
    void onUnreachable (const Error& error) override { finish (error); }
    int writeHead (lws* source, void* data, std::size_t size);
    int writeBody (lws* source);
    int readBody (lws* source);
    bool takePiece (std::string_view piece);
    void rest (lws* source);
    void watchTime();
    bool isStreamed() const { return request.sink != nullptr && response.status == 200; }
    void finish (Result<HttpResponse> result);
    void finishResponse();

    const HttpRequest request;
    HttpCallback callback;

    HttpResponse response;
    bool wasHeld = false;
    bool isTooLarge = false;
    bool isChunked = false;                                       ///< its end is told by a last chunk
    LwsLoop::Clock::time_point lastHeard = LwsLoop::Clock::now(); ///< or rested
    std::uint64_t received = 0;                                   ///< bytes given to the sink
    std::optional<std::uint64_t> announced;                       ///< for the sink
};

} // namespace kikitori
