#include "ConnectProxy.h"

#include "Support/Catch.h"

#include <array>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kikitori::test
{

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

bool sendAll (int to, const char* data, std::size_t size)
{
    while (size > 0)
    {
        const auto sent = ::send (to, data, size, MSG_NOSIGNAL);

        if (sent <= 0)
            return false;

        data += sent;
        size -= static_cast<std::size_t> (sent);
    }

    return true;
}

/** Moves bytes both ways until one side ends. */
void tunnel (int one, int other)
{
    std::array<char, 16384> buffer{};

    for (;;)
    {
        std::array<pollfd, 2> waiting{ pollfd{ one, POLLIN, 0 }, pollfd{ other, POLLIN, 0 } };

        if (::poll (waiting.data(), waiting.size(), -1) < 0)
            return;

        for (const auto& ready : waiting)
        {
            if (ready.revents == 0)
                continue;

            const auto count = ::recv (ready.fd, buffer.data(), buffer.size(), 0);

            if (count <= 0
                || ! sendAll (ready.fd == one ? other : one, buffer.data(), static_cast<std::size_t> (count)))
                return;
        }
    }
}

} // namespace

ConnectProxy::ConnectProxy (int targetPort) : target (targetPort)
{
    listener = ::socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto address = loopback (0);
    socklen_t size = sizeof address;
    REQUIRE (::bind (listener, reinterpret_cast<sockaddr*> (&address), size) == 0);
    REQUIRE (::listen (listener, 16) == 0);
    REQUIRE (::getsockname (listener, reinterpret_cast<sockaddr*> (&address), &size) == 0);
    listeningPort = ntohs (address.sin_port);
    thread = std::thread ([this] { accept(); });
}

ConnectProxy::~ConnectProxy()
{
    ::shutdown (listener, SHUT_RDWR); // accept() comes back
    thread.join();
    {
        const std::lock_guard lock (mutex);

        for (const auto client : open)
            ::shutdown (client, SHUT_RDWR);
    }

    for (auto& one : tunnels)
        one.join();

    ::close (listener);
}

std::vector<std::string> ConnectProxy::requests() const
{
    const std::lock_guard lock (mutex);
    return heads;
}

void ConnectProxy::answerWith (int newStatus)
{
    const std::lock_guard lock (mutex);
    status = newStatus;
}

void ConnectProxy::accept()
{
    for (;;)
    {
        const int client = ::accept4 (listener, nullptr, nullptr, SOCK_CLOEXEC);

        if (client < 0)
            return;

        {
            const std::lock_guard lock (mutex);
            open.push_back (client);
        }
        tunnels.emplace_back ([this, client] { serve (client); });
    }
}

void ConnectProxy::serve (int client)
{
    std::string head;
    char letter = 0;

    while (! head.ends_with ("\r\n\r\n") && ::recv (client, &letter, 1, 0) == 1)
        head += letter;

    auto answer = 0;
    {
        const std::lock_guard lock (mutex);
        heads.push_back (head);
        answer = head.starts_with ("CONNECT ") ? status : 405;
    }

    const int backend = ::socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto address = loopback (target);
    const auto text = "HTTP/1.1 " + std::to_string (answer) + " said the proxy\r\n\r\n";
    const auto isOpen =
        answer != 200 || ::connect (backend, reinterpret_cast<const sockaddr*> (&address), sizeof address) == 0;

    if (isOpen && sendAll (client, text.data(), text.size()) && answer == 200)
        tunnel (client, backend);

    ::close (backend);
    const std::lock_guard lock (mutex);
    open.remove (client);
    ::close (client);
}

} // namespace kikitori::test
