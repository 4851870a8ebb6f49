#include "Network/LwsWebSocket.h"

#include "Network/NetworkThread.h"

namespace kikitori
{

LwsWebSocket::LwsWebSocket (LwsLoop& loopToUse,
                            Endpoint where,
                            const std::string& pathToOpen,
                            WebSocketListener& listenerToTell)
    : LwsConnection (loopToUse, where, where.basePath + pathToOpen), listener (&listenerToTell)
{
}

void LwsWebSocket::open (Resolver& resolver) { reach (resolver); }

bool LwsWebSocket::send (std::string_view message, bool isBinary)
{
    if (isClosing || listener == nullptr)
        return false;

    if (queued + message.size() > NetworkPolicy::mostQueuedBytes)
    {
        wasRefused = true;
        return false;
    }

    Outgoing next{ std::vector<unsigned char> (LWS_PRE + message.size()), isBinary };
    std::copy (message.begin(), message.end(), next.bytes.begin() + LWS_PRE);
    outgoing.push_back (std::move (next));
    queued += message.size();

    if (isOpen && wsi != nullptr)
        lws_callback_on_writable (wsi);

    return true;
}

void LwsWebSocket::close (int code, const std::string& reason)
{
    if (isClosing || listener == nullptr)
        return;

    isClosing = true;
    closeCode = code;
    closeReason = reason;

    if (isOpen && wsi != nullptr)
        lws_callback_on_writable (wsi);

    loop.addTimer (isOpen ? NetworkPolicy::closeLimit : Milliseconds (0),
                   [weak = weakSelf<LwsWebSocket>()]
                   {
                       if (const auto self = weak.lock())
                           self->finish (self->closeCode, self->closeReason);
                   });
}

void LwsWebSocket::abandon()
{
    listener = nullptr;
    outgoing.clear();
    queued = 0;
    letGo();
}

void LwsWebSocket::finish (int code, std::string reason)
{
    auto* told = std::exchange (listener, nullptr);
    abandon();

    if (told != nullptr)
        told->onClosed (code == 0 ? 1006 : code, reason);
}

int LwsWebSocket::onEvent (lws* source, lws_callback_reasons reason, void* data, std::size_t size)
{
    const auto* text = static_cast<const char*> (data);

    switch (static_cast<int> (reason))
    {
        case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
            return listener != nullptr && addAuthorization (source, data, size) ? 0 : -1;

        case LWS_CALLBACK_CLIENT_HTTP_REDIRECT: return refuseRedirect (static_cast<const char*> (data));

        case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
            wsi = nullptr;

            // What libwebsockets says of a reply 401.
            if (text != nullptr && std::string_view (text, size).find ("upgrade unauthorized") != std::string_view::npos)
                finish (NetworkPolicy::unauthorizedClose, unauthorized());
            else
                finish (1006, reasonFor (data, size));
            return 0;

        case LWS_CALLBACK_CLIENT_ESTABLISHED:
            isOpen = true;
            wsi = source;
            if (! outgoing.empty() || isClosing)
                lws_callback_on_writable (source);
            if (listener != nullptr)
                listener->onOpen();
            return listener == nullptr ? -1 : 0;

        case LWS_CALLBACK_CLIENT_RECEIVE: return onReceive (source, text, size);
        case LWS_CALLBACK_CLIENT_WRITEABLE: return onWritable (source);

        case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
            if (size >= 2 && closeCode == 0)
            {
                const auto* bytes = static_cast<const unsigned char*> (data);
                closeCode = bytes[0] << 8 | bytes[1];
                closeReason.assign (text + 2, size - 2);
            }
            return 0;

        case LWS_CALLBACK_CLIENT_CLOSED:
            wsi = nullptr;
            finish (closeCode, closeReason.empty() ? "the connection was closed" : closeReason);
            return 0;

        default: return 0;
    }
}

int LwsWebSocket::onReceive (lws* source, const char* data, std::size_t size)
{
    if (listener == nullptr)
        return -1;

    if (incoming.size() + size > NetworkPolicy::mostReceivedBytes)
    {
        closeCode = 1009;
        closeReason = "the backend sent more than 16 MiB in one message";
        return -1;
    }

    incoming.append (data, size);

    if (lws_is_final_fragment (source) && lws_remaining_packet_payload (source) == 0)
    {
        const auto message = std::exchange (incoming, {});

        if (! lws_frame_is_binary (source))
            listener->onText (message);
    }

    return listener == nullptr ? -1 : 0;
}

int LwsWebSocket::onWritable (lws* source)
{
    if (listener == nullptr)
        return -1;

    if (! outgoing.empty())
    {
        auto& next = outgoing.front();
        const auto size = next.bytes.size() - LWS_PRE;
        const auto mode = next.isBinary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT;

        if (lws_write (source, next.bytes.data() + LWS_PRE, size, mode) < static_cast<int> (size))
            return -1;

        queued -= size;
        outgoing.pop_front();
    }

    if (! outgoing.empty())
    {
        lws_callback_on_writable (source);
    }
    else if (isClosing)
    {
        lws_close_reason (source, static_cast<lws_close_status> (closeCode),
                          reinterpret_cast<unsigned char*> (closeReason.data()),
                          std::min<std::size_t> (closeReason.size(), 120));
        return -1;
    }

    if (wasRefused && queued < NetworkPolicy::mostQueuedBytes / 2)
    {
        wasRefused = false;
        listener->onWritable();
    }

    return listener == nullptr ? -1 : 0;
}

} // namespace kikitori
