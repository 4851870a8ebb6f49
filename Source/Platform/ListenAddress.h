/*  The addresses of this machine that a server listens on.

    Threads: any but the audio thread; listenAddresses() may wait for a name to be looked up.
    Failure: unknown_host (the name means nothing here), not_this_machine (an address of another one, or a system
    without IPv6), port_taken, port_forbidden, each with what to do.
*/
#pragma once

#include "Core/Result.h"

#include <string>
#include <vector>

namespace kikitori::platform
{

struct ListenAddress
{
    std::string text;    ///< numeric: "127.0.0.1", "::1"
    bool isIPv6 = false; ///< else IPv4

    bool operator== (const ListenAddress&) const = default;
};

/** What a host name or a numeric address stands for, each address once. "localhost" is 127.0.0.1 and, where the system
    has it, ::1. */
Result<std::vector<ListenAddress>> listenAddresses (const std::string& host);

/** "::" takes IPv4 too, as everywhere; every other IPv6 address takes IPv6 alone. */
bool isDualStack (const ListenAddress& address);

/** May this process listen there? port 0: on any free port. Nothing listens afterwards. */
Status canListen (const ListenAddress& address, int port);

/** Does a socket of this process listen on this address and port, and on nothing wider? Asked of the system. */
bool isListening (const ListenAddress& address, int port);

} // namespace kikitori::platform
