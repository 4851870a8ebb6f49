// The HTTP side of the server's callbacks: who may ask, what was asked, and the answer.
#include "Backend/Serving/DiskUpload.h"
#include "Backend/Serving/ServerConnection.h"
#include "Core/Log.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <typeinfo>
#include <utility>

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

/** The arguments of the URL, which libwebsockets has decoded and kept apart. */
std::vector<std::pair<std::string, std::string>> argumentsOf (lws* wsi)
{
    std::vector<std::pair<std::string, std::string>> arguments;
    std::array<char, 8192> buffer{};

    for (int i = 0;; ++i)
    {
        const auto length =
            lws_hdr_copy_fragment (wsi, buffer.data(), static_cast<int> (buffer.size()), WSI_TOKEN_HTTP_URI_ARGS, i);

        if (length < 0)
            return arguments;

        const std::string text (buffer.data(), static_cast<std::size_t> (length));
        const auto equals = std::min (text.find ('='), text.size());
        arguments.emplace_back (text.substr (0, equals), text.substr (std::min (equals + 1, text.size())));
    }
}

std::string tokenArgument (lws* wsi)
{
    for (const auto& [key, value] : argumentsOf (wsi))
        if (key == "token")
            return value;

    return {};
}

bool hasToken (lws* wsi)
{
    return lws_hdr_total_length (wsi, WSI_TOKEN_HTTP_AUTHORIZATION) > 0 || ! tokenArgument (wsi).empty();
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

bool sendContinue (lws* wsi)
{
    constexpr std::string_view text = "HTTP/1.1 100 Continue\r\n\r\n";
    std::array<unsigned char, LWS_PRE + text.size()> buffer{};
    std::copy (text.begin(), text.end(), buffer.begin() + LWS_PRE);
    return lws_write (wsi, buffer.data() + LWS_PRE, text.size(), LWS_WRITE_HTTP) == static_cast<int> (text.size());
}

RestReply refused (int status, const char* detail)
{
    return { status, std::string (R"({"detail":")") + detail + R"("})", "application/json" };
}

RestReply busy()
{
    auto reply = refused (503, "Too many requests wait for the disk; send it again later.");
    reply.headers.emplace_back ("retry-after", "5");
    return reply;
}
} // namespace

/** 0, or the HTTP status that refuses the request. */
int Server::Callbacks::refusal (const Server& server, lws* wsi, const std::string& path)
{
    return refusalOf (server.options.access,
                      { header (wsi, WSI_TOKEN_HTTP_AUTHORIZATION), tokenArgument (wsi), header (wsi, WSI_TOKEN_ORIGIN),
                        header (wsi, WSI_TOKEN_HOST), server.listeningPort },
                      path != "/healthz" && path != "/readyz" && path != "/challenge");
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
    connection->request.query = argumentsOf (wsi);
    connection->request.contentType = header (wsi, WSI_TOKEN_HTTP_CONTENT_TYPE);
    connection->requestId = nextRequestId();
    server.connections[wsi] = connection;
    const auto status = refusal (server, wsi, connection->request.path);

    if (status != 0)
        connection->refusal =
            refused (status, status == 401 ? (hasToken (wsi) ? "The token is wrong." : "A token is needed.") : "This origin or host is not allowed.");
    else if (server.isDraining && connection->request.path != "/healthz")
        connection->refusal = refused (503, "The backend ends.");
    else if (lws_hdr_total_length (wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0)
        connection->refusal = refused (411, "A body needs its Content-Length.");

    if (connection->refusal)
        return answer (server, wsi);

    server.lastUse = std::chrono::steady_clock::now();

    const auto mayHaveBody = connection->request.method == "POST" || connection->request.method == "DELETE";

    const auto length = header (wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH);
    const auto isUpload = RestApi::isUpload (connection->request);

    if ((isUpload || ! RestApi::isQuick (connection->request)) && server.disk->isFull())
    {
        connection->refusal = busy();
        return answer (server, wsi);
    }

    if (isUpload && std::strtoull (length.c_str(), nullptr, 10) > InferenceRoutes::largestUpload + largestBody)
    {
        connection->refusal = refused (413, "The file is too large.");
        return answer (server, wsi);
    }

    if (isUpload)
        connection->upload = server.uploadFor (connection);

    if (! mayHaveBody || length.empty() || length == "0")
        return onBodyEnd (server, connection);

    // Who asks first gets its word (RFC 9110, 10.1.1); others have sent it already.
    if (isUpload && ! header (wsi, WSI_TOKEN_HTTP_EXPECT).empty())
        return sendContinue (wsi) ? 0 : -1;

    return 0; // the body follows
}

int Server::Callbacks::onBody (Connection& connection, const char* data, std::size_t size)
{
    if (connection.refusal) // answered already
        return 0;

    if (connection.upload != nullptr)
    {
        connection.upload->add ({ data, size });
        return 0;
    }

    connection.isTooLarge = connection.isTooLarge || connection.request.body.size() + size > largestBody;

    if (! connection.isTooLarge)
        connection.request.body.append (data, size);

    return 0;
}

int Server::Callbacks::onBodyEnd (Server& server, const std::shared_ptr<Connection>& connection)
{
    // libwebsockets tells the end of an empty body too, after onHttp() has seen it.
    if (std::exchange (connection->isWhole, true) || connection->refusal)
        return 0;
    if (connection->isTooLarge)
        connection->refusal = refused (413, "The body is larger than 1 MiB.");
    if (connection->upload == nullptr && (connection->refusal || RestApi::isQuick (connection->request)))
        return answer (server, connection->wsi);

    // The answer may take minutes.
    lws_set_timeout (connection->wsi, NO_PENDING_TIMEOUT, 0);

    if (connection->upload != nullptr)
        connection->upload->finish (answerOf (server, connection));
    else
        server.askDisk (connection);

    return 0;
}

/** The answer that comes later, on the I/O thread. */
Answer Server::Callbacks::answerOf (const Server& server, const std::shared_ptr<Connection>& connection)
{
    return [&server, weak = std::weak_ptr<Connection> (connection)] (RestReply reply)
    {
        const auto open = weak.lock();

        if (open != nullptr && open->wsi != nullptr && ! open->isAnswered
            && begin (server, open->wsi, *open, std::move (reply)) != 0)
            lws_set_timeout (open->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
    };
}

void Server::askDisk (const std::shared_ptr<Connection>& connection)
{
    const auto tell = Callbacks::answerOf (*this, connection);
    const auto isTaken = disk->submit (
        [this, tell, request = connection->request, id = connection->requestId]
        { post ([tell, reply = Callbacks::replyTo (*rest, request, id)] { tell (reply); }); });

    if (! isTaken)
        tell (busy());
}

std::unique_ptr<Upload> Server::uploadFor (const std::shared_ptr<Connection>& connection)
{
    const std::weak_ptr<Connection> weak = connection;
    return std::make_unique<DiskUpload> (
        *disk, [this] (std::function<void()> task) { post (std::move (task)); },
        [weak] (bool mayRead)
        {
            if (const auto open = weak.lock(); open != nullptr && open->wsi != nullptr && ! open->isAnswered)
                lws_rx_flow_control (open->wsi, mayRead ? 1 : 0);
        },
        [this, request = connection->request] { return rest->beginUpload (request); });
}

RestReply Server::Callbacks::replyTo (RestApi& rest, const RestRequest& request, const std::string& requestId)
{
    try
    {
        return rest.handle (request);
    }
    catch (const std::exception& failure)
    {
        log::write ({ log::Level::error,
                      "rest",
                      "internal_error",
                      std::string (typeid (failure).name()) + ": " + failure.what(),
                      { { "request_id", requestId }, { "method", request.method }, { "path", request.path } } });
        return refused (
            500, ("Internal error; the backend's log says more at request " + requestId + ".").c_str());
    }
}

int Server::Callbacks::answer (Server& server, lws* wsi)
{
    auto& connection = *server.connections.at (wsi);
    return begin (server, wsi, connection,
                  connection.refusal ? *connection.refusal
                                     : replyTo (*server.rest, connection.request, connection.requestId));
}

} // namespace kikitori::backend
