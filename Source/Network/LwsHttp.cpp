#include "Network/LwsHttp.h"

#include "Network/NetworkThread.h"

#include <array>
#include <charconv>

namespace kikitori
{

namespace
{
constexpr Milliseconds restTime{ 5 };

class RequestHandle final : public Subscription
{
public:
    explicit RequestHandle (std::shared_ptr<LwsHttp> requestToHold) : request (std::move (requestToHold)) {}
    ~RequestHandle() override { request->abandon(); }

private:
    const std::shared_ptr<LwsHttp> request;
};

std::optional<std::uint64_t> announcedLength (lws* source)
{
    std::array<char, 32> text{};

    if (lws_hdr_copy (source, text.data(), static_cast<int> (text.size()), WSI_TOKEN_HTTP_CONTENT_LENGTH) <= 0)
        return std::nullopt;

    std::uint64_t length = 0;
    const auto* end = text.data() + std::char_traits<char>::length (text.data());
    const auto [stopped, wrong] = std::from_chars (text.data(), end, length);
    return wrong == std::errc() && stopped == end ? std::optional (length) : std::nullopt;
}
} // namespace

LwsHttp::LwsHttp (LwsLoop& loopToUse, Endpoint where, HttpRequest what, HttpCallback callbackToTell)
    : LwsConnection (loopToUse, where, where.basePath + what.target), request (std::move (what)),
      callback (std::move (callbackToTell))
{
}

std::unique_ptr<Subscription> LwsHttp::send (
    LwsLoop& loop, Resolver& resolver, const Endpoint& endpoint, HttpRequest request, HttpCallback callback)
{
    auto started = std::make_shared<LwsHttp> (loop, endpoint, std::move (request), std::move (callback));
    started->start (resolver);
    return std::make_unique<RequestHandle> (std::move (started));
}

void LwsHttp::start (Resolver& resolver)
{
    watchTime();
    reach (resolver);
}

void LwsHttp::watchTime()
{
    const auto elapsed = LwsLoop::Clock::now() - lastHeard;
    const auto left = std::chrono::ceil<Milliseconds> (request.timeout - elapsed);

    if (left.count() <= 0)
        return finish (Error{ "timeout", "The backend at " + host() + " did not answer within "
                                             + std::to_string (request.timeout.count()) + " ms." });

    loop.addTimer (left,
                   [weak = weakSelf<LwsHttp>()]
                   {
                       if (const auto self = weak.lock(); self != nullptr && self->isWanted())
                           self->watchTime();
                   });
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

void LwsHttp::finishResponse()
{
    if (response.status == 401)
        finish (Error{ "unauthorized", "The backend at " + host() + " refuses: " + unauthorized() + "." });
    else
        finish (std::move (response));
}

int LwsHttp::onEvent (lws* source, lws_callback_reasons reason, void* data, std::size_t size)
{
    switch (static_cast<int> (reason))
    {
        case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER: return writeHead (source, data, size);
        case LWS_CALLBACK_CLIENT_HTTP_WRITEABLE: return writeBody (source);

        case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
            response.status = static_cast<int> (lws_http_client_http_response (source));
            announced = announcedLength (source);
            isChunked = lws_hdr_total_length (source, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0;
            return 0;

        case LWS_CALLBACK_RECEIVE_CLIENT_HTTP: return readBody (source);

        case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
            return takePiece ({ static_cast<const char*> (data), size }) ? 0 : -1;

        case LWS_CALLBACK_COMPLETED_CLIENT_HTTP: finishResponse(); return -1;

        case LWS_CALLBACK_CLIENT_HTTP_REDIRECT: return refuseRedirect (static_cast<const char*> (data));

        case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        case LWS_CALLBACK_CLOSED_CLIENT_HTTP:
            wsi = nullptr;
            if (wasHeld)
                finish (Error{ "held", "The request was held back before its bytes left." });
            else if (isTooLarge)
                finish (Error{ "too_large", "The backend's answer to " + request.target + " is larger than 16 MiB." });
            else if (isStreamed() && (isChunked || received < announced.value_or (0)))
                finish (Error{ "incomplete", "The backend at " + host() + " broke off after "
                                                 + std::to_string (received) + " bytes; try again." });
            else if (response.status != 0 && reason == LWS_CALLBACK_CLOSED_CLIENT_HTTP)
                finishResponse(); // an answer without a length ends with the connection
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
    if (isStreamed() && ! request.sink->hasRoom())
    {
        rest (source);
        return 0;
    }

    std::array<char, LWS_PRE + 8192> buffer;
    auto* start = buffer.data() + LWS_PRE;
    auto length = static_cast<int> (buffer.size() - LWS_PRE);
    return lws_http_client_read (source, &start, &length) < 0 ? -1 : 0;
}

bool LwsHttp::takePiece (std::string_view piece)
{
    if (callback == nullptr)
        return false;

    if (isStreamed())
    {
        lastHeard = LwsLoop::Clock::now();
        received += piece.size();
        request.sink->take (piece, announced);
        return callback != nullptr; // the sink's owner may have given up
    }

    isTooLarge = response.body.size() + piece.size() > NetworkPolicy::mostReceivedBytes;

    if (! isTooLarge)
        response.body.append (piece);

    return ! isTooLarge;
}

void LwsHttp::rest (lws* source)
{
    lws_rx_flow_control (source, 0);
    loop.addTimer (restTime,
                   [weak = weakSelf<LwsHttp>()]
                   {
                       const auto self = weak.lock();

                       if (self == nullptr || ! self->isWanted() || self->wsi == nullptr)
                           return;

                       // A full disk thread is no silent backend: its time does not count.
                       self->lastHeard = LwsLoop::Clock::now();

                       if (self->request.sink->hasRoom())
                           lws_rx_flow_control (self->wsi, 1);
                       else
                           self->rest (self->wsi);
                   });
}

} // namespace kikitori
