// The HTTP side of the server's callbacks: who may ask, what was asked, and the answer.
#include "Backend/Serving/ServerConnection.h"
#include "Core/Log.h"

#include <array>
#include <cstdio>
#include <typeinfo>

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

/** What tells one request from another in the log, also over restarts. */
std::string nextRequestId()
{
    static std::uint64_t count = 0; // of the I/O thread
    static const auto began = std::chrono::system_clock::now().time_since_epoch().count();
    std::array<char, 40> text{};
    std::snprintf (text.data(), text.size(), "%08llx-%llu",
                   static_cast<unsigned long long> (began / 1000000) & 0xffffffffu,
                   static_cast<unsigned long long> (++count));
    return text.data();
}

std::string methodOf (lws* wsi)
{
    for (const auto& [token, name] :
         { std::pair{ WSI_TOKEN_GET_URI, "GET" }, std::pair{ WSI_TOKEN_POST_URI, "POST" },
           std::pair{ WSI_TOKEN_DELETE_URI, "DELETE" }, std::pair{ WSI_TOKEN_OPTIONS_URI, "OPTIONS" },
           std::pair{ WSI_TOKEN_HEAD_URI, "HEAD" } })
        if (lws_hdr_total_length (wsi, token) > 0)
            return name;

    return "OTHER";
}

RestReply refused (int status, const char* detail)
{
    return { status, std::string (R"({"detail":")") + detail + R"("})", "application/json" };
}
} // namespace

/** 0, or the HTTP status that refuses the request. */
int Server::Callbacks::refusal (const Server& server, lws* wsi, const std::string& path)
{
    return refusalOf (server.options.access,
                      { header (wsi, WSI_TOKEN_HTTP_AUTHORIZATION), tokenArgument (wsi), header (wsi, WSI_TOKEN_ORIGIN),
                        header (wsi, WSI_TOKEN_HOST) },
                      path != "/healthz" && path != "/readyz");
}

int Server::Callbacks::filterWebSocket (Server& server, lws* wsi)
{
    auto status = refusal (server, wsi, "/ws");

    if (status == 0 && header (wsi, WSI_TOKEN_GET_URI) != "/ws")
        status = 404;
    if (status == 0 && server.isDraining)
        status = 503;

    if (status == 0)
        return 0;

    lws_return_http_status (wsi, static_cast<unsigned int> (status), nullptr);
    return -1;
}

int Server::Callbacks::onHttp (Server& server, lws* wsi, const char* path)
{
    auto connection = std::make_shared<Connection>();
    connection->wsi = wsi;
    connection->request.path = path;
    connection->request.method = methodOf (wsi);
    connection->requestId = nextRequestId();
    server.connections[wsi] = connection;
    const auto status = refusal (server, wsi, connection->request.path);

    if (status != 0)
        connection->refusal =
            refused (status, status == 401 ? "A token is needed." : "This origin or host is not allowed.");
    else if (server.isDraining && connection->request.path != "/healthz")
        connection->refusal = refused (503, "The backend ends.");
    else if (lws_hdr_total_length (wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0)
        connection->refusal = refused (411, "A body needs its Content-Length.");

    if (connection->refusal)
        return answer (server, wsi);

    server.lastUse = std::chrono::steady_clock::now();

    if (connection->request.method == "POST" && lws_hdr_total_length (wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) > 0
        && header (wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) != "0")
        return 0; // the body follows

    return answer (server, wsi);
}

RestReply Server::Callbacks::replyTo (Server& server, const Connection& connection)
{
    if (connection.refusal)
        return *connection.refusal;
    if (connection.isTooLarge)
        return refused (413, "The body is larger than 1 MiB.");

    try
    {
        return server.rest->handle (connection.request);
    }
    catch (const std::exception& failure)
    {
        log::write ({ log::Level::error,
                      "rest",
                      "internal_error",
                      std::string (typeid (failure).name()) + ": " + failure.what(),
                      { { "request_id", connection.requestId },
                        { "method", connection.request.method },
                        { "path", connection.request.path } } });
        return refused (
            500, ("Internal error; the backend's log says more at request " + connection.requestId + ".").c_str());
    }
}

int Server::Callbacks::answer (Server& server, lws* wsi)
{
    auto& connection = *server.connections.at (wsi);
    auto& reply = connection.reply = replyTo (server, connection);
    const auto isNoted = reply.status >= 400 || connection.request.method != "GET";
    log::write ({ isNoted ? log::Level::info : log::Level::debug,
                  "rest",
                  "request",
                  connection.request.method + " " + connection.request.path.substr (0, 200),
                  { { "request_id", connection.requestId }, { "status", std::to_string (reply.status) } } });

    std::array<unsigned char, LWS_PRE + 2048> buffer;
    auto* start = buffer.data() + LWS_PRE;
    auto* position = start;
    auto* end = buffer.data() + buffer.size() - 1;
    const auto* id = reinterpret_cast<const unsigned char*> (connection.requestId.data());

    if (lws_add_http_common_headers (wsi, static_cast<unsigned int> (reply.status), reply.contentType.c_str(),
                                     reply.body.size(), &position, end)
            != 0
        || lws_add_http_header_by_name (wsi, reinterpret_cast<const unsigned char*> ("x-request-id:"), id,
                                        static_cast<int> (connection.requestId.size()), &position, end)
               != 0
        || lws_finalize_write_http_header (wsi, start, &position, end) != 0)
        return -1;

    if (connection.request.method == "HEAD") // RFC 9110, 9.3.2: the headers alone
        reply.body.clear();

    lws_callback_on_writable (wsi);
    return 0;
}

int Server::Callbacks::writeReply (lws* wsi, Connection& connection)
{
    std::vector<unsigned char> buffer (LWS_PRE + connection.reply.body.size());
    std::copy (connection.reply.body.begin(), connection.reply.body.end(), buffer.begin() + LWS_PRE);

    if (! connection.reply.body.empty()
        && lws_write (wsi, buffer.data() + LWS_PRE, connection.reply.body.size(), LWS_WRITE_HTTP_FINAL) < 0)
        return -1;

    // What a refused request still sends is not read as the next request.
    if (connection.refusal)
        return -1;

    return lws_http_transaction_completed (wsi) != 0 ? -1 : 0;
}

} // namespace kikitori::backend
