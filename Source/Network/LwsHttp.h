/*  One HTTP request on the loop.

    Threads: the loop's.
    Failure: told once through the callback: "held" (the gate said no), "unreachable", "timeout", "too_large".
*/
#pragma once

#include "Network/LwsConnection.h"

namespace kikitori
{

class LwsHttp final : public LwsConnection
{
public:
    LwsHttp (LwsLoop& loop, Endpoint endpoint, HttpRequest request, HttpCallback callback);

    void start (Resolver& resolver);
    /** No callback from here on. */
    void abandon();

    int onEvent (lws* wsi, lws_callback_reasons reason, void* data, std::size_t size) override;

private:
    bool isWanted() const override { return callback != nullptr; }
    const char* method() const override { return request.method.c_str(); }
    void onUnreachable (const Error& error) override { finish (error); }
    int writeHead (lws* source, void* data, std::size_t size);
    int writeBody (lws* source);
    int readBody (lws* source);
    void finish (Result<HttpResponse> result);

    const HttpRequest request;
    HttpCallback callback;

    HttpResponse response;
    bool wasHeld = false;
    bool isTooLarge = false;
};

} // namespace kikitori
