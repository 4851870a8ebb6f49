#include "Support/SocketBackend.h"

#include "Support/ManualTransport.h"
#include "Support/WebSocketFrame.h"

#include <arpa/inet.h>
#include <array>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace kikitori::test
{

namespace
{

constexpr Milliseconds tick{ 10 }; ///< of the clocks that the scripted backends see

} // namespace

/** One connection. Its bytes go through a transport of the test's own to the scripted backend and back. */
struct SocketBackend::Peer : WebSocketListener
{
    explicit Peer (int socket) : handle (socket) {}
    ~Peer() override { ::close (handle); }

    void onOpen() override {}
    void onWritable() override {}
    void onText (std::string_view text) override { sendFrame (handle, WebSocketFrame::Kind::text, text); }
    void onClosed (int code, const std::string&) override
    {
        const std::array<char, 2> bytes{ static_cast<char> (code >> 8), static_cast<char> (code & 0xff) };
        sendFrame (handle, WebSocketFrame::Kind::close, { bytes.data(), bytes.size() });
    }

    void deliver()
    {
        if (messageKind == WebSocketFrame::Kind::binary)
            static_cast<void> (bridge->sendBinary (message));
        else
            static_cast<void> (bridge->sendText ({ reinterpret_cast<const char*> (message.data()), message.size() }));

        message.clear();
    }

    const int handle;
    std::size_t report = 0;
    std::vector<char> input;
    std::vector<std::byte> message; ///< of the frames so far
    WebSocketFrame::Kind messageKind = WebSocketFrame::Kind::text;
    bool isWebSocket = false;
    ManualTransport transport;
    ScriptedBackend backend{ transport };
    std::unique_ptr<WebSocketConnection> bridge;
};

SocketBackend::SocketBackend() : listening (::socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
    auto* any = reinterpret_cast<sockaddr*> (&address);
    socklen_t size = sizeof (address);

    if (::bind (listening, any, size) != 0 || ::listen (listening, 128) != 0
        || ::getsockname (listening, any, &size) != 0 || ::pipe (wakeUp) != 0)
        throw std::runtime_error ("no loopback socket");

    port = ntohs (address.sin_port);
    thread = std::thread ([this] { run(); });
}

SocketBackend::~SocketBackend()
{
    static_cast<void> (! ::write (wakeUp[1], "x", 1));
    thread.join();
    ::close (listening);
    ::close (wakeUp[0]);
    ::close (wakeUp[1]);
}

Endpoint SocketBackend::endpoint() const
{
    Endpoint here;
    here.host = "127.0.0.1";
    here.port = port;
    return here;
}

void SocketBackend::setUp (std::function<void (ScriptedBackend&)> function)
{
    const std::lock_guard lock (mutex);
    prepare = std::move (function);
}

std::vector<SocketBackend::Heard> SocketBackend::heard() const
{
    const std::lock_guard lock (mutex);
    return reports;
}

std::vector<SocketBackend::Arrival> SocketBackend::arrivals() const
{
    const std::lock_guard lock (mutex);
    return came;
}

void SocketBackend::run()
{
    auto ticked = std::chrono::steady_clock::now();

    for (;;)
    {
        std::vector<pollfd> watched{ { wakeUp[0], POLLIN, 0 }, { listening, POLLIN, 0 } };

        for (const auto& [handle, peer] : peers)
            watched.push_back ({ handle, POLLIN, 0 });

        ::poll (watched.data(), watched.size(), static_cast<int> (tick.count()));
        const auto now = std::chrono::steady_clock::now();

        if (const auto passed = std::chrono::duration_cast<Milliseconds> (now - ticked); passed >= tick)
        {
            for (const auto& [handle, peer] : peers)
                peer->transport.advance (passed);

            ticked = now;
        }

        if (watched[0].revents != 0)
            return peers.clear();
        if (watched[1].revents != 0)
            acceptPeer();

        for (std::size_t i = 2; i < watched.size(); ++i)
        {
            auto& peer = *peers.at (watched[i].fd);

            if (watched[i].revents == 0 || readFrom (peer))
                continue;

            if (peer.isWebSocket)
            {
                const std::lock_guard lock (mutex);
                reports[peer.report].isOpen = false;
            }

            peers.erase (watched[i].fd);
        }
    }
}

void SocketBackend::acceptPeer()
{
    const auto handle = ::accept4 (listening, nullptr, nullptr, SOCK_CLOEXEC);

    if (handle < 0)
        return;

    const int on = 1;
    ::setsockopt (handle, IPPROTO_TCP, TCP_NODELAY, &on, sizeof (on));
    peers[handle] = std::make_unique<Peer> (handle);
}

bool SocketBackend::readFrom (Peer& peer)
{
    std::array<char, 65536> bytes;
    const auto count = ::recv (peer.handle, bytes.data(), bytes.size(), 0);

    if (count <= 0)
        return false;

    peer.input.insert (peer.input.end(), bytes.begin(), bytes.begin() + count);

    if (! peer.isWebSocket && ! shakeHands (peer))
        return true;

    while (peer.bridge != nullptr && takeFrame (peer))
    {
    }

    if (peer.bridge == nullptr)
        return false;

    peer.backend.serve();
    note (peer);
    return true;
}

bool SocketBackend::shakeHands (Peer& peer)
{
    const std::string request (peer.input.begin(), peer.input.end());
    const auto end = request.find ("\r\n\r\n");

    if (end == std::string::npos)
        return false;

    peer.input.erase (peer.input.begin(), peer.input.begin() + static_cast<std::ptrdiff_t> (end + 4));
    const auto key = headerValue (request, "Sec-WebSocket-Key");

    if (key.empty())
    {
        sendAll (peer.handle, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        return false;
    }

    sendAll (peer.handle, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Accept: "
                              + acceptKey (key) + "\r\n\r\n");
    peer.isWebSocket = true;
    peer.bridge = peer.transport.openWebSocket (endpoint(), "/ws", peer);

    const std::lock_guard lock (mutex);
    peer.report = reports.size();
    reports.emplace_back().isOpen = true;

    if (prepare)
        prepare (peer.backend);

    return true;
}

bool SocketBackend::takeFrame (Peer& peer)
{
    const auto frame = takeWebSocketFrame (peer.input);

    if (! frame)
        return false;

    switch (frame->kind)
    {
        case WebSocketFrame::Kind::close:
            sendFrame (peer.handle, WebSocketFrame::Kind::close, frame->text());
            peer.bridge.reset();
            return false;

        case WebSocketFrame::Kind::ping:
            sendFrame (peer.handle, WebSocketFrame::Kind::pong, frame->text());
            return true;

        case WebSocketFrame::Kind::pong: return true;
        case WebSocketFrame::Kind::text:
        case WebSocketFrame::Kind::binary: peer.messageKind = frame->kind; break;
        case WebSocketFrame::Kind::more: break;
    }

    peer.message.insert (peer.message.end(), frame->payload.begin(), frame->payload.end());

    if (frame->isLast)
        peer.deliver();

    return true;
}

void SocketBackend::note (Peer& peer)
{
    const std::lock_guard lock (mutex);
    reports[peer.report] = { peer.backend.starts,       peer.backend.heard,          peer.backend.position,
                             peer.backend.wrongSamples, peer.backend.wrongPositions, true };

    if (peer.report == 0)
        came.push_back ({ peer.backend.position, std::chrono::steady_clock::now() });
}

} // namespace kikitori::test
