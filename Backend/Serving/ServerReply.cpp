// How a reply goes out: its head, then its body at once or piece by piece.
#include "Backend/Serving/ServerConnection.h"
#include "Core/Log.h"

#include <array>
#include <cstdio>
#include <utility>

namespace kikitori::backend
{

namespace
{
/** A client that takes nothing of its reply for so long is gone. */
constexpr int slowReaderSeconds = 60;

/** Adds one header line; the name in lower case. */
bool addHeader (lws* wsi,
                const std::string& name,
                const std::string& value,
                unsigned char** position,
                unsigned char* end)
{
    return lws_add_http_header_by_name (wsi, reinterpret_cast<const unsigned char*> ((name + ":").c_str()),
                                        reinterpret_cast<const unsigned char*> (value.c_str()),
                                        static_cast<int> (value.size()), position, end)
           == 0;
}

int write (lws* wsi, const std::string& text, lws_write_protocol kind)
{
    std::vector<unsigned char> buffer (LWS_PRE + text.size());
    std::copy (text.begin(), text.end(), buffer.begin() + LWS_PRE);
    return lws_write (wsi, buffer.data() + LWS_PRE, text.size(), kind);
}
} // namespace

int Server::Callbacks::begin (const Server& server, lws* wsi, Connection& connection, RestReply newReply)
{
    connection.isAnswered = true;
    connection.waitingSince = std::chrono::steady_clock::now();
    auto& reply = connection.reply = std::move (newReply);
    const auto isNoted = reply.status >= 400 || connection.request.method != "GET";
    log::write ({ isNoted ? log::Level::info : log::Level::debug,
                  "rest",
                  "request",
                  connection.request.method + " " + connection.request.path.substr (0, 200),
                  { { "request_id", connection.requestId }, { "status", std::to_string (reply.status) } } });

    if (auto told = server.clientText.of (reply.body); told != reply.body)
    {
        // The client finds the rest by its x-request-id.
        if (reply.status >= 400)
            log::write ({ log::Level::warning, "rest", "failed", reply.body, { { "request_id", connection.requestId } } });

        reply.body = std::move (told);
    }

    connection.isChunked = reply.source != nullptr;
    reply.headers.emplace_back ("x-request-id", connection.requestId);
    reply.headers.emplace_back ("date", httpDate (std::chrono::system_clock::now()));

    // One request a connection: libwebsockets (4.1) never ends reading the body of a request that came at once with the
    // one before it, nor one whose length was not said. Whoever sends several gets the first one answered.
    reply.headers.emplace_back ("connection", "close");

    if (connection.isChunked)
        reply.headers.emplace_back ("transfer-encoding", "chunked");

    std::array<unsigned char, LWS_PRE + 4096> buffer;
    auto* start = buffer.data() + LWS_PRE;
    auto* position = start;
    auto* end = buffer.data() + buffer.size() - 1;
    const auto length = connection.isChunked ? LWS_ILLEGAL_HTTP_CONTENT_LEN : lws_filepos_t (reply.body.size());
    auto isDone = lws_add_http_common_headers (wsi, static_cast<unsigned int> (reply.status), reply.contentType.c_str(),
                                               length, &position, end)
                  == 0;

    for (const auto& [name, value] : reply.headers)
        isDone = isDone && addHeader (wsi, name, value, &position, end);

    if (! isDone || lws_finalize_write_http_header (wsi, start, &position, end) != 0)
        return -1;

    if (connection.request.method == "HEAD") // RFC 9110, 9.3.2: the headers alone
        reply.body.clear();

    lws_callback_on_writable (wsi);
    return 0;
}

int Server::Callbacks::writeReply (Server& server, const std::shared_ptr<Connection>& connection)
{
    if (! connection->isAnswered)
        return 0;

    connection->waitingSince = std::chrono::steady_clock::now();

    if (connection->isChunked)
        return writePiece (server, connection);

    auto* wsi = connection->wsi;
    auto body = std::exchange (connection->reply.body, {});
    lws_set_timeout (wsi, PENDING_TIMEOUT_HTTP_CONTENT, slowReaderSeconds);

    // What is sent already has gone out when this is called again; then the connection ends.
    if (body.empty() || write (wsi, body, LWS_WRITE_HTTP_FINAL) < 0)
        return -1;

    lws_callback_on_writable (wsi);
    return 0;
}

/** The disk thread makes the next piece; the socket is asked again when it is there. */
void Server::Callbacks::orderPiece (Server& server, const std::shared_ptr<Connection>& connection)
{
    if (std::exchange (connection->isPieceOrdered, true))
        return;

    lws_set_timeout (connection->wsi, NO_PENDING_TIMEOUT, 0);
    server.disk->goOn (
        [&server, weak = std::weak_ptr<Connection> (connection), source = connection->reply.source]
        {
            if (weak.expired())
                return;

            server.post (
                [weak, piece = source()]
                {
                    const auto open = weak.lock();

                    if (open == nullptr || open->wsi == nullptr)
                        return;

                    open->isPieceOrdered = false;
                    open->piece = piece;
                    open->waitingSince = std::chrono::steady_clock::now();
                    lws_callback_on_writable (open->wsi);
                });
        });
}

int Server::Callbacks::writePiece (Server& server, const std::shared_ptr<Connection>& connection)
{
    auto* wsi = connection->wsi;

    if (! connection->piece)
    {
        orderPiece (server, connection);
        return 0;
    }

    const auto piece = *std::exchange (connection->piece, std::nullopt);

    if (! piece)
    {
        // Without the last chunk the client knows that this is not all (RFC 9112, 7.1).
        log::write ({ log::Level::error,
                      "rest",
                      "reply_broken",
                      piece.error().message,
                      { { "request_id", connection->requestId } } });
        return -1;
    }

    const auto& bytes = piece.value();
    std::array<char, 24> size{};
    std::snprintf (size.data(), size.size(), "%zx\r\n", bytes.size());
    lws_set_timeout (wsi, PENDING_TIMEOUT_HTTP_CONTENT, slowReaderSeconds);

    if (write (wsi, size.data() + bytes + "\r\n", bytes.empty() ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) < 0)
        return -1;

    connection->isChunked = ! bytes.empty(); // behind the last piece there is nothing but the end
    lws_callback_on_writable (wsi);
    return 0;
}

} // namespace kikitori::backend
