#include "Platform/ListenAddress.h"

#include "Support/Catch.h"

#include <algorithm>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace kikitori;
using namespace kikitori::platform;

namespace
{
/** Listens on an IPv4 address, on a free port. */
class Listener
{
public:
    explicit Listener (in_addr_t address) : handle (::socket (AF_INET, SOCK_STREAM, 0))
    {
        sockaddr_in place{};
        place.sin_family = AF_INET;
        place.sin_addr.s_addr = htonl (address);
        socklen_t size = sizeof (place);
        REQUIRE (::bind (handle, reinterpret_cast<sockaddr*> (&place), size) == 0);
        REQUIRE (::listen (handle, 1) == 0);
        REQUIRE (::getsockname (handle, reinterpret_cast<sockaddr*> (&place), &size) == 0);
        port = ntohs (place.sin_port);
    }
    ~Listener() { ::close (handle); }

    const int handle;
    int port = 0;
};

const ListenAddress home{ "127.0.0.1", false };
} // namespace

TEST_CASE ("numeric addresses stand for themselves, localhost for its own", "[platform][listen]")
{
    CHECK (listenAddresses ("127.0.0.1").value() == std::vector{ home });
    CHECK (listenAddresses ("0.0.0.0").value() == std::vector{ ListenAddress{ "0.0.0.0", false } });
    CHECK (listenAddresses ("::1").value() == std::vector{ ListenAddress{ "::1", true } });
    CHECK (listenAddresses ("localhost").value().front() == home);
}

TEST_CASE ("a name that means nothing is told as such", "[platform][listen]")
{
    const auto unknown = listenAddresses ("nosuch.invalid");
    REQUIRE_FALSE (unknown.ok());
    CHECK (unknown.error().code == "unknown_host");
}

TEST_CASE ("why a port cannot be opened is told apart", "[platform][listen]")
{
    const Listener taken (INADDR_LOOPBACK);
    CHECK (canListen (home, taken.port).error().code == "port_taken");
    CHECK (canListen (home, 0).ok());

    // 192.0.2.0/24 is for documents (RFC 5737): no machine's.
    CHECK (canListen ({ "192.0.2.1", false }, 0).error().code == "not_this_machine");
}

TEST_CASE ("a socket that listens on every address is not one that listens on this one", "[platform][listen]")
{
    const Listener wide (INADDR_ANY), narrow (INADDR_LOOPBACK);
    CHECK (isListening (home, narrow.port));
    CHECK_FALSE (isListening (home, wide.port));
    CHECK (isListening ({ "0.0.0.0", false }, wide.port));
}
