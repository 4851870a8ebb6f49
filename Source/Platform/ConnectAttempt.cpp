#include "Platform/ConnectAttempt.h"

#include <cerrno>

#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <arpa/inet.h>

namespace kikitori::platform
{

bool isIPv6Address (const std::string& host)
{
    in6_addr bytes{};
    return ::inet_pton (AF_INET6, host.substr (0, host.find ('%')).c_str(), &bytes) == 1;
}

bool isNumericAddress (const std::string& host)
{
    in_addr bytes{};
    return ::inet_pton (AF_INET, host.c_str(), &bytes) == 1 || isIPv6Address (host);
}

ConnectAttempt::ConnectAttempt (const std::string& address, std::uint16_t port)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV; // looks nothing up
    addrinfo* found = nullptr;
    known = State::failed;

    if (::getaddrinfo (address.c_str(), std::to_string (port).c_str(), &hints, &found) != 0)
        return;

    socket = FileHandle (::socket (found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));

    if (socket.isOpen() && (::connect (socket.get(), found->ai_addr, found->ai_addrlen) == 0 || errno == EINPROGRESS))
        known = State::underWay;

    ::freeaddrinfo (found);
}

ConnectAttempt::State ConnectAttempt::state()
{
    pollfd waiting{ socket.get(), POLLOUT, 0 };

    if (known != State::underWay || ::poll (&waiting, 1, 0) <= 0)
        return known;

    auto error = 0;
    socklen_t size = sizeof (error);
    const auto isTold = ::getsockopt (socket.get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0;
    known = isTold && error == 0 ? State::connected : State::failed;
    return known;
}

} // namespace kikitori::platform
