#include "FaultProxy.h"

#include "Support/Catch.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace kikitori::testing
{

/** Bytes on their way from one socket to the other. */
struct FaultProxy::Direction
{
    struct Piece
    {
        std::vector<char> bytes;
        std::size_t sent = 0;
        Clock::time_point due;
    };

    static constexpr std::size_t mostWaiting = 256 * 1024;

    bool mayRead() const { return ! isClosed && waiting < mostWaiting; }
    bool isDue() const { return ! pieces.empty() && pieces.front().due <= Clock::now(); }

    int from = -1;
    int to = -1;
    bool isToBackend = false;
    bool isClosed = false; ///< the sender has said its last
    std::int64_t total = 0;
    std::size_t waiting = 0;
    std::deque<Piece> pieces;
    Clock::time_point nextDue;
};

struct FaultProxy::Pair
{
    ~Pair()
    {
        ::close (client);
        ::close (backend);
    }

    int client = -1;
    int backend = -1;
    Fault fault;
    Direction up, down;
    bool isSilent = false;
    bool isOver = false;
};

namespace
{

sockaddr_in loopback (int port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons (static_cast<std::uint16_t> (port));
    address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
    return address;
}

} // namespace

FaultProxy::FaultProxy (int backendPort) : target (backendPort)
{
    listener = ::socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto address = loopback (0);
    socklen_t size = sizeof address;
    REQUIRE (::bind (listener, reinterpret_cast<sockaddr*> (&address), size) == 0);
    REQUIRE (::listen (listener, 16) == 0);
    REQUIRE (::getsockname (listener, reinterpret_cast<sockaddr*> (&address), &size) == 0);
    listeningPort = ntohs (address.sin_port);
    wake = ::eventfd (0, EFD_CLOEXEC);
    REQUIRE (wake >= 0);
    thread = std::thread ([this] { run(); });
}

FaultProxy::~FaultProxy()
{
    {
        const std::lock_guard lock (mutex);
        shouldEnd = true;
    }
    const std::uint64_t one = 1;
    CHECK (::write (wake, &one, sizeof one) == sizeof one);
    thread.join();
    pairs.clear();
    ::close (listener);
    ::close (wake);
}

void FaultProxy::plan (std::deque<Fault> faults)
{
    const std::lock_guard lock (mutex);
    planned = std::move (faults);
}

int FaultProxy::connections() const
{
    const std::lock_guard lock (mutex);
    return accepted;
}

int FaultProxy::ended() const
{
    const std::lock_guard lock (mutex);
    return faultsDone;
}

void FaultProxy::accept()
{
    const int client = ::accept4 (listener, nullptr, nullptr, SOCK_CLOEXEC);
    const int backend = ::socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto address = loopback (target);

    if (client < 0 || ::connect (backend, reinterpret_cast<const sockaddr*> (&address), sizeof address) != 0)
    {
        ::close (client);
        ::close (backend);
        return;
    }

    auto& pair = pairs.emplace_back();
    pair.client = client;
    pair.backend = backend;
    pair.up.from = pair.down.to = client;
    pair.up.to = pair.down.from = backend;
    pair.up.isToBackend = true;

    const std::lock_guard lock (mutex);
    ++accepted;
    if (! planned.empty())
    {
        pair.fault = planned.front();
        planned.pop_front();
    }
}

void FaultProxy::end (Pair& pair)
{
    {
        const std::lock_guard lock (mutex);
        ++faultsDone;
    }

    if (pair.fault.end == Fault::End::silence)
        pair.isSilent = true;
    else if (pair.fault.end == Fault::End::halfClose)
        ::shutdown (pair.backend, SHUT_WR);
    else
        pair.isOver = true;

    if (pair.fault.end == Fault::End::reset)
        for (const int socket : { pair.client, pair.backend })
        {
            const linger hard{ 1, 0 };
            ::setsockopt (socket, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        }

    pair.fault.end = Fault::End::none;
}

bool FaultProxy::move (Pair& pair, Direction& way, bool isReadable)
{
    if (isReadable)
    {
        std::array<char, 16384> buffer{};
        const auto count = ::recv (way.from, buffer.data(), buffer.size(), MSG_DONTWAIT);

        if (count <= 0)
        {
            way.isClosed = true;
            ::shutdown (way.to, SHUT_WR);
            return count == 0;
        }

        const auto corrupt = (way.isToBackend ? pair.fault.corruptToBackend : pair.fault.corruptToClient) - way.total;
        if (corrupt >= 0 && corrupt < count)
            buffer[static_cast<std::size_t> (corrupt)] ^= static_cast<char> (0xff);

        way.total += count;
        way.waiting += static_cast<std::size_t> (count);
        auto due = std::max (Clock::now(), way.nextDue);
        if (way.isToBackend && pair.fault.bytesPerSecond > 0)
            way.nextDue = due + std::chrono::microseconds (count * 1'000'000 / pair.fault.bytesPerSecond);
        way.pieces.push_back ({ { buffer.begin(), buffer.begin() + count }, 0, due + pair.fault.delay });
    }

    while (way.isDue())
    {
        auto& piece = way.pieces.front();
        const auto sent = ::send (way.to, piece.bytes.data() + piece.sent, piece.bytes.size() - piece.sent,
                                  MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;

        piece.sent += static_cast<std::size_t> (sent);
        way.waiting -= static_cast<std::size_t> (sent);
        if (piece.sent == piece.bytes.size())
            way.pieces.pop_front();
    }

    return true;
}

std::chrono::milliseconds FaultProxy::untilDue() const
{
    auto wait = std::chrono::milliseconds (1000);
    for (const auto& pair : pairs)
        for (const auto* way : { &pair.up, &pair.down })
            if (! pair.isSilent && ! way->pieces.empty() && ! way->isDue())
                wait = std::min (wait,
                                 std::chrono::ceil<std::chrono::milliseconds> (way->pieces.front().due - Clock::now()));
    return std::max (wait, std::chrono::milliseconds (0));
}

void FaultProxy::run()
{
    for (;;)
    {
        std::vector<pollfd> waiting{ { wake, POLLIN, 0 }, { listener, POLLIN, 0 } };
        for (const auto& pair : pairs)
            for (const auto* way : { &pair.up, &pair.down })
            {
                const auto reads = ! pair.isSilent && way->mayRead();
                waiting.push_back ({ reads ? way->from : -1, POLLIN, 0 });
                waiting.push_back ({ way->isDue() && ! pair.isSilent ? way->to : -1, POLLOUT, 0 });
            }

        ::poll (waiting.data(), waiting.size(), static_cast<int> (untilDue().count()));
        {
            const std::lock_guard lock (mutex);
            if (shouldEnd)
                return;
        }

        std::size_t next = 2;
        for (auto& pair : pairs)
            for (auto* way : { &pair.up, &pair.down })
            {
                const auto isReadable = waiting[next].revents != 0;
                next += 2;
                if (! pair.isSilent && ! pair.isOver && ! move (pair, *way, isReadable))
                    pair.isOver = true;
                if (pair.fault.end != Fault::End::none && pair.up.total >= pair.fault.endAfter)
                    end (pair);
            }

        pairs.remove_if ([] (const Pair& pair) { return pair.isOver || (pair.up.isClosed && pair.down.isClosed); });
        if (waiting[1].revents != 0)
            accept();
    }
}

} // namespace kikitori::testing
