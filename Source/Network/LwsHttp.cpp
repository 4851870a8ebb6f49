#include "Network/LwsHttp.h"

#include "Network/NetworkThread.h"

#include <array>

namespace kikitori
{

LwsHttp::LwsHttp (LwsLoop& loopToUse, Endpoint where, HttpRequest what, HttpCallback callbackToTell)
    : LwsConnection (loopToUse, where, where.basePath + what.target), request (std::move (what)),
      callback (std::move (callbackToTell))
{
}

void LwsHttp::start (Resolver& resolver)
{
    loop.addTimer (request.timeout,
                   [weak = weakSelf<LwsHttp>(), milliseconds = request.timeout.count()]
                   {
                       if (const auto self = weak.lock())
                           self->finish (Error{ "timeout", "The backend at " + self->host() + " did not answer within "
                                                               + std::to_string (milliseconds) + " ms." });
                   });
    reach (resolver);
}

void LwsHttp::abandon()
{
    callback = nullptr;
    letGo();
}

void LwsHttp::finish (Result<HttpResponse> result)
{
    auto told = std::exchange (callback, nullptr);
    abandon();

    if (told)
        told (std::move (result));
}

int LwsHttp::onEvent (lws* source, lws_callback_reasons reason, void* data, std::size_t size)
{
    switch (static_cast<int> (reason))
    {
        case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER: return writeHead (source, data, size);
        case LWS_CALLBACK_CLIENT_HTTP_WRITEABLE: return writeBody (source);

        case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
            response.status = static_cast<int> (lws_http_client_http_response (source));
            return 0;

        case LWS_CALLBACK_RECEIVE_CLIENT_HTTP: return readBody (source);

        case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
            isTooLarge = response.body.size() + size > NetworkPolicy::mostReceivedBytes;
            if (isTooLarge)
                return -1;
            response.body.append (static_cast<const char*> (data), size);
            return 0;

        case LWS_CALLBACK_COMPLETED_CLIENT_HTTP: finish (std::move (response)); return -1;

        case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        case LWS_CALLBACK_CLOSED_CLIENT_HTTP:
            wsi = nullptr;
            if (wasHeld)
                finish (Error{ "held", "The request was held back before its bytes left." });
            else if (isTooLarge)
                finish (Error{ "too_large", "The backend's answer to " + request.target + " is larger than 16 MiB." });
            else if (response.status != 0 && reason == LWS_CALLBACK_CLOSED_CLIENT_HTTP)
                finish (std::move (response)); // an answer without a length ends with the connection
            else
                finish (Error{ "unreachable",
                               "No connection to the backend at " + host() + ": "
                                   + reasonFor (reason == LWS_CALLBACK_CLIENT_CONNECTION_ERROR ? data : nullptr, size)
                                   + "; is it running?" });
            return 0;

        default: return 0;
    }
}

int LwsHttp::writeHead (lws* source, void* data, std::size_t size)
{
    if (callback == nullptr)
        return -1;

    // The last moment before bytes leave.
    wasHeld = request.gate && ! request.gate();

    if (wasHeld || ! addAuthorization (source, data, size))
        return -1;

    if (request.method == "GET" || request.method == "DELETE")
        return 0;

    auto** position = static_cast<unsigned char**> (data);
    auto* end = *position + size;
    const auto type = request.contentType.empty() ? std::string ("application/json") : request.contentType;

    if (! addHeader (source, "content-type:", type, data, static_cast<std::size_t> (end - *position))
        || ! addHeader (source, "content-length:", std::to_string (request.body.size()), data,
                        static_cast<std::size_t> (end - *position)))
        return -1;

    if (! request.body.empty())
    {
        lws_client_http_body_pending (source, 1);
        lws_callback_on_writable (source);
    }

    return 0;
}

int LwsHttp::writeBody (lws* source)
{
    std::vector<unsigned char> buffer (LWS_PRE + request.body.size());
    std::copy (request.body.begin(), request.body.end(), buffer.begin() + LWS_PRE);
    lws_client_http_body_pending (source, 0);

    if (request.body.empty())
        return 0;

    return lws_write (source, buffer.data() + LWS_PRE, request.body.size(), LWS_WRITE_HTTP_FINAL) < 0 ? -1 : 0;
}

int LwsHttp::readBody (lws* source)
{
    std::array<char, LWS_PRE + 8192> buffer;
    auto* start = buffer.data() + LWS_PRE;
    auto length = static_cast<int> (buffer.size() - LWS_PRE);
    return lws_http_client_read (source, &start, &length) < 0 ? -1 : 0;
}

} // namespace kikitori
