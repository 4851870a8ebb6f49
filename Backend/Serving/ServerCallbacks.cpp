#include "Backend/Serving/ServerConnection.h"

#include "Core/Log.h"

#include <array>

#include <openssl/crypto.h>

namespace kikitori::backend
{

namespace
{
std::string header (lws* wsi, lws_token_indexes token)
{
    const auto length = lws_hdr_total_length (wsi, token);

    if (length <= 0 || length > 8192)
        return {};

    std::string value (static_cast<std::size_t> (length) + 1, '\0');
    const auto copied = lws_hdr_copy (wsi, value.data(), length + 1, token);
    value.resize (static_cast<std::size_t> (std::max (copied, 0)));
    return value;
}

std::string tokenArgument (lws* wsi)
{
    std::array<char, 1024> value{};

    for (int i = 0;
         lws_hdr_copy_fragment (wsi, value.data(), static_cast<int> (value.size()), WSI_TOKEN_HTTP_URI_ARGS, i) > 0;
         ++i)
        if (std::string_view (value.data()).starts_with ("token="))
            return std::string (value.data() + 6);

    return {};
}

/** In constant time for tokens of equal length. */
bool isEqual (const std::string& a, const std::string& b)
{
    return a.size() == b.size() && CRYPTO_memcmp (a.data(), b.data(), a.size()) == 0;
}

bool isLocalOrigin (const std::string& origin)
{
    for (const auto* prefix : { "http://localhost", "http://127.0.0.1", "http://[::1]" })
    {
        const std::string_view text (prefix);
        if (origin == text || (origin.starts_with (text) && origin[text.size()] == ':'))
            return true;
    }

    return false;
}
} // namespace

const lws_protocols* Server::Callbacks::protocols()
{
    static const lws_protocols list[] = { { "http", &Callbacks::onEvent, 0, 65536, 0, nullptr, 0 },
                                          { nullptr, nullptr, 0, 0, 0, nullptr, 0 } };
    return list;
}

const lws_retry_bo_t& Server::Callbacks::validity()
{
    // A client may be busy, but not for two minutes (protocol.md: the reference pings every 20 s).
    static const lws_retry_bo_t policy = { nullptr, 0, 0, 20, 140, 0 };
    return policy;
}

/** 0, or the HTTP status that refuses the request. */
int Server::Callbacks::refusal (const Server& server, lws* wsi, bool needsToken)
{
    const auto origin = header (wsi, WSI_TOKEN_ORIGIN);

    if (! origin.empty() && ! isLocalOrigin (origin) && ! server.options.allowedOrigins.contains (origin))
        return 403;

    if (! needsToken || server.options.token.empty())
        return 0;

    auto given = header (wsi, WSI_TOKEN_HTTP_AUTHORIZATION);
    given = given.starts_with ("Bearer ") ? given.substr (7) : tokenArgument (wsi);
    return isEqual (given, server.options.token) ? 0 : 401;
}

int Server::Callbacks::onEvent (lws* wsi, lws_callback_reasons reason, void*, void* data, size_t size)
{
    auto* context = lws_get_context (wsi);
    auto* server = context != nullptr ? static_cast<Server*> (lws_context_user (context)) : nullptr;

    if (server == nullptr)
        return 0;

    const auto found = server->connections.find (wsi);
    const auto connection = found != server->connections.end() ? found->second : nullptr;

    switch (static_cast<int> (reason))
    {
        case LWS_CALLBACK_EVENT_WAIT_CANCELLED: server->runPosted(); return 0;
        case LWS_CALLBACK_HTTP: return onHttp (*server, wsi, static_cast<const char*> (data));

        case LWS_CALLBACK_HTTP_BODY:
            if (connection == nullptr)
                return -1;
            connection->isTooLarge = connection->isTooLarge || connection->request.body.size() + size > largestBody;
            if (! connection->isTooLarge)
                connection->request.body.append (static_cast<const char*> (data), size);
            return 0;

        case LWS_CALLBACK_HTTP_BODY_COMPLETION: return connection != nullptr ? answer (*server, wsi) : -1;
        case LWS_CALLBACK_HTTP_WRITEABLE: return connection != nullptr ? writeReply (wsi, *connection) : 0;
        case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION: return filterWebSocket (*server, wsi);
        case LWS_CALLBACK_ESTABLISHED: onEstablished (*server, wsi); return 0;
        case LWS_CALLBACK_RECEIVE:
            return connection != nullptr ? onReceive (*connection, static_cast<const char*> (data), size) : -1;
        case LWS_CALLBACK_SERVER_WRITEABLE: return connection != nullptr ? onWritable (*connection) : -1;

        case LWS_CALLBACK_CLOSED:
        case LWS_CALLBACK_CLOSED_HTTP:
        case LWS_CALLBACK_WSI_DESTROY:
            if (connection != nullptr)
            {
                connection->wsi = nullptr;
                if (connection->session != nullptr)
                    connection->session->onClosed();
                server->connections.erase (wsi);
                server->lastUse = std::chrono::steady_clock::now();
            }
            return 0;

        default: return 0;
    }
}

int Server::Callbacks::onHttp (Server& server, lws* wsi, const char* path)
{
    auto connection = std::make_shared<Connection>();
    connection->wsi = wsi;
    connection->request.path = path;
    connection->request.method = lws_hdr_total_length (wsi, WSI_TOKEN_POST_URI) > 0      ? "POST"
                                 : lws_hdr_total_length (wsi, WSI_TOKEN_GET_URI) > 0     ? "GET"
                                 : lws_hdr_total_length (wsi, WSI_TOKEN_DELETE_URI) > 0  ? "DELETE"
                                 : lws_hdr_total_length (wsi, WSI_TOKEN_OPTIONS_URI) > 0 ? "OPTIONS"
                                                                                         : "OTHER";
    server.connections[wsi] = connection;

    if (const auto status = refusal (server, wsi, connection->request.path != "/healthz"); status != 0)
    {
        connection->reply = { status,
                              status == 401 ? R"({"detail":"A token is needed."})"
                                            : R"({"detail":"This origin is not allowed."})",
                              "application/json" };
        connection->request.method.clear();
        return answer (server, wsi);
    }

    server.lastUse = std::chrono::steady_clock::now();

    if (connection->request.method == "POST" && lws_hdr_total_length (wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) > 0
        && header (wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) != "0")
        return 0; // the body follows

    return answer (server, wsi);
}

int Server::Callbacks::answer (Server& server, lws* wsi)
{
    auto& connection = *server.connections.at (wsi);

    if (connection.isTooLarge)
        connection.reply = { 413, R"({"detail":"The body is larger than 1 MiB."})", "application/json" };
    else if (! connection.request.method.empty())
        connection.reply = server.rest->handle (connection.request);

    std::array<unsigned char, LWS_PRE + 2048> buffer;
    auto* start = buffer.data() + LWS_PRE;
    auto* position = start;
    auto* end = buffer.data() + buffer.size() - 1;

    if (lws_add_http_common_headers (wsi, static_cast<unsigned int> (connection.reply.status),
                                     connection.reply.contentType.c_str(), connection.reply.body.size(), &position, end)
            != 0
        || lws_finalize_write_http_header (wsi, start, &position, end) != 0)
        return -1;

    lws_callback_on_writable (wsi);
    return 0;
}

int Server::Callbacks::writeReply (lws* wsi, Connection& connection)
{
    std::vector<unsigned char> buffer (LWS_PRE + connection.reply.body.size());
    std::copy (connection.reply.body.begin(), connection.reply.body.end(), buffer.begin() + LWS_PRE);

    if (lws_write (wsi, buffer.data() + LWS_PRE, connection.reply.body.size(), LWS_WRITE_HTTP_FINAL) < 0)
        return -1;

    return lws_http_transaction_completed (wsi) != 0 ? -1 : 0;
}

int Server::Callbacks::filterWebSocket (Server& server, lws* wsi)
{
    auto status = refusal (server, wsi, true);

    if (status == 0 && header (wsi, WSI_TOKEN_GET_URI) != "/ws")
        status = 404;

    if (status == 0)
        return 0;

    lws_return_http_status (wsi, static_cast<unsigned int> (status), nullptr);
    return -1;
}

void Server::Callbacks::onEstablished (Server& server, lws* wsi)
{
    auto connection = std::make_shared<Connection>();
    connection->wsi = wsi;
    connection->session = std::make_shared<StreamSession> (server.servicesFor (connection), server.config.serving);
    server.connections[wsi] = connection;
    server.lastUse = std::chrono::steady_clock::now();
}

int Server::Callbacks::onReceive (Connection& connection, const char* data, std::size_t size)
{
    if (connection.incoming.size() + size > longestMessageBytes)
    {
        std::string reason = "too_large";
        lws_close_reason (connection.wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE,
                          reinterpret_cast<unsigned char*> (reason.data()), reason.size());
        return -1;
    }

    connection.incoming.append (data, size);

    if (! lws_is_final_fragment (connection.wsi) || lws_remaining_packet_payload (connection.wsi) > 0)
        return 0;

    auto message = std::exchange (connection.incoming, {});

    if (lws_frame_is_binary (connection.wsi))
        connection.session->onBinary (std::move (message));
    else
        connection.session->onText (message);

    return 0;
}

int Server::Callbacks::onWritable (Connection& connection)
{
    if (! connection.outgoing.empty())
    {
        const auto message = std::move (connection.outgoing.front());
        connection.outgoing.pop_front();
        connection.queuedBytes -= message.size();
        std::vector<unsigned char> buffer (LWS_PRE + message.size());
        std::copy (message.begin(), message.end(), buffer.begin() + LWS_PRE);

        if (lws_write (connection.wsi, buffer.data() + LWS_PRE, message.size(), LWS_WRITE_TEXT)
            < static_cast<int> (message.size()))
            return -1;
    }

    if (! connection.outgoing.empty())
    {
        lws_callback_on_writable (connection.wsi);
    }
    else if (connection.closeCode != 0)
    {
        lws_close_reason (connection.wsi, static_cast<lws_close_status> (connection.closeCode),
                          reinterpret_cast<unsigned char*> (connection.closeReason.data()),
                          std::min<std::size_t> (connection.closeReason.size(), 120));
        return -1;
    }

    return 0;
}

} // namespace kikitori::backend
