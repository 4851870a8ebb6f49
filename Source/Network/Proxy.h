/*  Whether a connection goes through a proxy, as the environment says: https_proxy (for https and wss) or http_proxy,
    else all_proxy, each in capitals as well; no_proxy lists who is reached directly. Loopback is always direct.

    Threads: pure functions; the environment is read at each call, so the host must not change it meanwhile.
    Failure: bad_proxy for a value that is no http proxy, with the variable's name.
*/
#pragma once

#include "Network/Transport.h"

#include <functional>
#include <optional>

namespace kikitori
{

struct ProxyServer
{
    std::string host;
    std::uint16_t port = 0;
    std::string credentials; ///< "user:password" or empty; never logged

    bool operator== (const ProxyServer&) const = default;
};

/** The value of a variable, empty when there is none. */
using Environment = std::function<std::string (const char* name)>;

std::string readEnvironment (const char* name);

/** nullopt: directly. */
Result<std::optional<ProxyServer>> proxyFor (const Endpoint& endpoint,
                                             const Environment& environment = readEnvironment);

/** Does a no_proxy list name this host? Entries: *, a name (and what lies below it), an address, a network such as
    10.0.0.0/8; each but the last with :port to mean that one only. */
bool isListed (const std::string& host, std::uint16_t port, const std::string& list);

/** localhost, ::1 or an address in 127.0.0.0/8. A name such as 127.example.org is not. */
bool isLoopback (const std::string& host);

} // namespace kikitori
