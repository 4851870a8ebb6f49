/*  Addresses of backends as people type them.

    Threads: pure functions.
    Failure: bad_address with what is wrong and an example.
*/
#pragma once

#include "Network/Transport.h"

namespace kikitori
{

/** Takes host, host:port, [v6]:port, and http, https, ws or wss URLs with an optional path. The port is 58081
    (protocol.md) where none is given, 443 with https or wss. No token is read from it: `?token=` is refused. */
Result<Endpoint> parseAddress (const std::string& address);

/** "https://host:port", the key of a token: it is sent nowhere else. */
std::string originOf (const Endpoint& endpoint);

} // namespace kikitori
