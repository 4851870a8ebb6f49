/*  One HTTP request on the loop.

    Threads: the loop's.
    Failure: told once through the callback: "held" (the gate said no), "unreachable", "timeout", "too_large".
*/
#pragma once

#include "Network/LwsLoop.h"
#include "Network/Resolver.h"

namespace kikitori
{

class LwsHttp final : public LwsClient, public std::enable_shared_from_this<LwsHttp>
{
public:
    LwsHttp (LwsLoop& loop, Endpoint endpoint, HttpRequest request, HttpCallback callback);

    void start (Resolver& resolver);
    /** No callback from here on. */
    void abandon();

    int onEvent (lws* wsi, lws_callback_reasons reason, void* data, std::size_t size) override;

private:
    void connect (const std::string& address);
    int writeHead (lws* source, void* data, std::size_t size);
    int writeBody (lws* source);
    int readBody (lws* source);
    void finish (Result<HttpResponse> result);

    LwsLoop& loop;
    const Endpoint endpoint;
    const HttpRequest request;
    const std::string path;
    HttpCallback callback;

    std::shared_ptr<Subscription> lookup;
    HttpResponse response;
    bool wasHeld = false;
    bool isTooLarge = false;
};

} // namespace kikitori
