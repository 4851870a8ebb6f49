#include "Backend/Serving/ServerConnection.h"

#include <algorithm>
#include <array>

namespace kikitori::backend
{

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

int Server::Callbacks::onEvent (lws* wsi, lws_callback_reasons reason, void* user, void* data, size_t size)
{
    auto* context = lws_get_context (wsi);
    auto* server = context != nullptr ? static_cast<Server*> (lws_context_user (context)) : nullptr;

    if (server == nullptr)
        return 0;

    const Turn turn (*server);
    const auto found = server->connections.find (wsi);
    const auto connection = found != server->connections.end() ? found->second : nullptr;

    switch (static_cast<int> (reason))
    {
        case LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS:
            server->tlsContexts.push_back (static_cast<ssl_ctx_st*> (user));
            return 0;

        case LWS_CALLBACK_EVENT_WAIT_CANCELLED: server->runPosted(); return 0;
        case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED: onAccepted (*server, wsi); return 0;
        case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE: return mayUpgrade (static_cast<const char*> (data)) ? 0 : -1;
        case LWS_CALLBACK_HTTP: server->unfinished.remove (wsi); return onHttp (*server, wsi, static_cast<const char*> (data));

        case LWS_CALLBACK_HTTP_BODY:
            return connection != nullptr ? onBody (*connection, static_cast<const char*> (data), size) : -1;
        case LWS_CALLBACK_HTTP_BODY_COMPLETION: return connection != nullptr ? onBodyEnd (*server, connection) : -1;
        case LWS_CALLBACK_HTTP_WRITEABLE: return connection != nullptr ? writeReply (*server, connection) : 0;
        case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION: server->unfinished.remove (wsi); return filterWebSocket (*server, wsi);
        case LWS_CALLBACK_ESTABLISHED: onEstablished (*server, wsi); return 0;
        case LWS_CALLBACK_RECEIVE:
            return connection != nullptr ? onReceive (*connection, static_cast<const char*> (data), size) : -1;
        case LWS_CALLBACK_SERVER_WRITEABLE: return connection != nullptr ? onWritable (*connection) : -1;

        case LWS_CALLBACK_CLOSED:
        case LWS_CALLBACK_CLOSED_HTTP:
        case LWS_CALLBACK_WSI_DESTROY:
            server->unfinished.remove (wsi);
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

bool Server::Callbacks::mayUpgrade (std::string_view protocol)
{
    // Not to HTTP/2 (h2c): a request without a token could hang libwebsockets 4.1 there, and its ":authority" is no Host.
    constexpr std::string_view webSocket = "websocket";
    return std::equal (protocol.begin(), protocol.end(), webSocket.begin(), webSocket.end(),
                       [] (char a, char b) { return (a | 0x20) == b; });
}

void Server::Callbacks::onAccepted (Server& server, lws* wsi)
{
    std::array<char, 64> peer{};
    lws_get_peer_simple (wsi, peer.data(), peer.size());

    if (const auto gone = server.unfinished.add (wsi, peer.data(), std::chrono::steady_clock::now()))
        lws_set_timeout (static_cast<lws*> (const_cast<void*> (*gone)), PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
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
    const auto isAudio = lws_frame_is_binary (connection.wsi) != 0;
    connection.incomingBytes += size;

    if (connection.incomingBytes > (isAudio ? longestMessageBytes : longestText))
    {
        std::string reason = "too_large";
        lws_close_reason (connection.wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE,
                          reinterpret_cast<unsigned char*> (reason.data()), reason.size());
        return -1;
    }

    // Audio that nobody has asked for is not kept.
    if (! isAudio || connection.session->isStreaming())
        connection.incoming.append (data, size);

    if (! lws_is_final_fragment (connection.wsi) || lws_remaining_packet_payload (connection.wsi) > 0)
        return 0;

    connection.incomingBytes = 0;

    if (isAudio)
        connection.session->onBinary (connection.incoming);
    else
        connection.session->onText (connection.incoming);

    connection.incoming.clear(); // its memory is for the next one

    if (connection.incoming.capacity() > usualMessage)
        connection.incoming.shrink_to_fit();

    return 0;
}

int Server::Callbacks::onWritable (Connection& connection)
{
    if (! connection.outgoing.empty())
    {
        const auto message = std::move (connection.outgoing.front());
        connection.outgoing.pop_front();
        connection.queuedBytes -= message.size();
        connection.waitingSince = std::chrono::steady_clock::now();
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
