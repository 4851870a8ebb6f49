/*  One WebSocket client connection on the loop, from the name to the close code.

    Threads: the loop's.
    Failure: told once through the listener's onClosed(); 1006 when there was no close frame.
*/
#pragma once

#include "Network/LwsConnection.h"

#include <deque>

namespace kikitori
{

class LwsWebSocket final : public LwsConnection
{
public:
    LwsWebSocket (LwsLoop& loop, Endpoint endpoint, const std::string& path, WebSocketListener& listener);

    void open (Resolver& resolver);
    bool send (std::string_view message, bool isBinary);
    void close (int code, const std::string& reason);
    /** No callback from here on; the socket is closed. */
    void abandon();

    std::size_t queuedBytes() const noexcept { return queued; }

    int onEvent (lws* wsi, lws_callback_reasons reason, void* data, std::size_t size) override;

private:
    struct Outgoing
    {
        std::vector<unsigned char> bytes; ///< LWS_PRE bytes of room, then the message
        bool isBinary = false;
    };

    bool isWanted() const override { return listener != nullptr; }
    const char* method() const override { return nullptr; }
    void onUnreachable (const Error& error) override { finish (1006, error.message); }
    int onReceive (lws* source, const char* data, std::size_t size);
    int onWritable (lws* source);
    void finish (int code, std::string reason);

    WebSocketListener* listener;

    bool isOpen = false;
    bool isClosing = false;
    bool wasRefused = false; ///< a send found the queue full
    int closeCode = 0;       ///< the peer's or ours
    std::string closeReason;
    std::deque<Outgoing> outgoing;
    std::size_t queued = 0;
    std::string incoming;
};

} // namespace kikitori
