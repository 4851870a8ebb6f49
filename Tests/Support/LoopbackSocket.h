/*  A TCP socket on loopback that answers nobody: refused, or left waiting.

    Threads: one. Failure: what cannot be opened fails the running test.
*/
#pragma once

#include "Support/Catch.h"

#include <cstdint>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kikitori::test
{

class LoopbackSocket
{
public:
    explicit LoopbackSocket (const char* address, std::uint16_t portToTake = 0)
    {
        place.sin_family = AF_INET;
        place.sin_port = htons (portToTake);
        REQUIRE (::inet_pton (AF_INET, address, &place.sin_addr) == 1);
        socklen_t size = sizeof (place);
        REQUIRE (::bind (handle, where(), size) == 0);
        REQUIRE (::getsockname (handle, where(), &size) == 0);
    }

    ~LoopbackSocket()
    {
        ::close (handle);

        for (const auto one : fillers)
            ::close (one);
    }

    LoopbackSocket (const LoopbackSocket&) = delete;
    LoopbackSocket& operator= (const LoopbackSocket&) = delete;

    std::uint16_t port() const { return ntohs (place.sin_port); }

    /** The system connects whoever comes. */
    void listen() { REQUIRE (::listen (handle, 8) == 0); }

    /** Listens, and its queue is full: the system drops whoever comes next, as a dead address does. */
    void listenToNobody()
    {
        REQUIRE (::listen (handle, 0) == 0);

        for (auto isFull = false; ! isFull;)
        {
            REQUIRE (fillers.size() < 32);
            fillers.push_back (::socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
            static_cast<void> (::connect (fillers.back(), where(), sizeof (place)));
            pollfd waiting{ fillers.back(), POLLOUT, 0 };
            isFull = ::poll (&waiting, 1, 200) == 0;
        }
    }

private:
    sockaddr* where() { return reinterpret_cast<sockaddr*> (&place); }

    const int handle = ::socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in place{};
    std::vector<int> fillers;
};

} // namespace kikitori::test
