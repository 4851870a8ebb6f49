#include "Platform/ListenAddress.h"

#include "Platform/FileFacts.h"
#include "Platform/FileHandle.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kikitori::platform
{

namespace
{
struct SocketAddress
{
    sockaddr_storage storage{};
    socklen_t size = sizeof (sockaddr_storage);

    sockaddr* get() noexcept { return reinterpret_cast<sockaddr*> (&storage); }
};

SocketAddress socketAddress (const ListenAddress& address, int port)
{
    SocketAddress result;

    if (address.isIPv6)
    {
        auto& ip = reinterpret_cast<sockaddr_in6&> (result.storage);
        ip.sin6_family = AF_INET6;
        ip.sin6_port = htons (static_cast<std::uint16_t> (port));
        ::inet_pton (AF_INET6, address.text.c_str(), &ip.sin6_addr);
        result.size = sizeof (ip);
    }
    else
    {
        auto& ip = reinterpret_cast<sockaddr_in&> (result.storage);
        ip.sin_family = AF_INET;
        ip.sin_port = htons (static_cast<std::uint16_t> (port));
        ::inet_pton (AF_INET, address.text.c_str(), &ip.sin_addr);
        result.size = sizeof (ip);
    }

    return result;
}

ListenAddress addressOf (const sockaddr* socketAddress)
{
    char text[INET6_ADDRSTRLEN] = {};
    const auto isIPv6 = socketAddress->sa_family == AF_INET6;
    const void* bytes = isIPv6 ? static_cast<const void*> (&reinterpret_cast<const sockaddr_in6*> (socketAddress)->sin6_addr)
                               : &reinterpret_cast<const sockaddr_in*> (socketAddress)->sin_addr;
    ::inet_ntop (socketAddress->sa_family, bytes, text, sizeof (text));
    return { text, isIPv6 };
}

int portOf (const SocketAddress& address)
{
    return ntohs (address.storage.ss_family == AF_INET6
                      ? reinterpret_cast<const sockaddr_in6&> (address.storage).sin6_port
                      : reinterpret_cast<const sockaddr_in&> (address.storage).sin_port);
}

FileHandle openSocket (const ListenAddress& address)
{
    FileHandle handle (::socket (address.isIPv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int yes = 1;

    if (handle.isOpen())
    {
        ::setsockopt (handle.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof (yes));
        if (const int onlyIPv6 = isDualStack (address) ? 0 : 1; address.isIPv6)
            ::setsockopt (handle.get(), IPPROTO_IPV6, IPV6_V6ONLY, &onlyIPv6, sizeof (onlyIPv6));
    }

    return handle;
}

Error listenFailure (const ListenAddress& address, int port, int reason)
{
    switch (reason)
    {
        case EADDRINUSE:
            return { "port_taken", "Port " + std::to_string (port) + " on " + address.text
                                       + " is in use by another program (or another backend). Choose one with --port." };
        case EACCES:
        case EPERM:
            return { "port_forbidden", "This user may not listen on port " + std::to_string (port)
                                           + ". Choose one above 1023 with --port." };
        case EADDRNOTAVAIL:
            return { "not_this_machine", address.text
                                             + " is not an address of this machine. Give one of its own with --host, or "
                                               "0.0.0.0 for all of them." };
        case EAFNOSUPPORT:
            return { "not_this_machine",
                     "This system has no IPv6, which " + address.text + " needs. Give an IPv4 address with --host." };
        default:
            return { "port_taken", "Port " + std::to_string (port) + " on " + address.text
                                       + " cannot be opened: " + std::strerror (reason) + "." };
    }
}
} // namespace

bool isDualStack (const ListenAddress& address) { return address.isIPv6 && address.text == "::"; }

Result<std::vector<ListenAddress>> listenAddresses (const std::string& host)
{
    if (host == "localhost")
    {
        std::vector<ListenAddress> both{ { "127.0.0.1", false } };

        if (const ListenAddress ipv6{ "::1", true }; canListen (ipv6, 0).ok())
            both.push_back (ipv6);

        return both;
    }

    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;

    if (const auto failed = ::getaddrinfo (host.c_str(), nullptr, &hints, &found); failed != 0)
        return Error{ "unknown_host", "\"" + host + "\" is neither an address nor a name that this machine knows ("
                                          + ::gai_strerror (failed) + "). Check --host." };

    const std::unique_ptr<addrinfo, void (*) (addrinfo*)> list (found, ::freeaddrinfo);
    std::vector<ListenAddress> addresses;

    for (const auto* entry = found; entry != nullptr; entry = entry->ai_next)
        if (const auto address = addressOf (entry->ai_addr);
            std::find (addresses.begin(), addresses.end(), address) == addresses.end())
            addresses.push_back (address);

    return addresses;
}

Status canListen (const ListenAddress& address, int port)
{
    const auto handle = openSocket (address);

    if (! handle.isOpen())
        return listenFailure (address, port, errno);

    auto wanted = socketAddress (address, port);

    // A bound socket alone does not keep another one from listening: both steps are tried.
    if (::bind (handle.get(), wanted.get(), wanted.size) != 0 || ::listen (handle.get(), 1) != 0)
        return listenFailure (address, port, errno);

    return success();
}

bool isListening (const ListenAddress& address, int port)
{
    for (const auto& entry : entriesOf ("/dev/fd"))
    {
        const auto handle = std::atoi (entry.filename().c_str());
        int accepts = 0;
        socklen_t size = sizeof (accepts);
        SocketAddress bound;

        if (::getsockopt (handle, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &size) == 0 && accepts != 0
            && ::getsockname (handle, bound.get(), &bound.size) == 0 && portOf (bound) == port
            && addressOf (bound.get()) == address)
            return true;
    }

    return false;
}

} // namespace kikitori::platform
