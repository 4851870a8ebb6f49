#include "LocalBackend/Address.h"

#include "Core/Credentials.h"
#include "Core/PlainText.h"

#include <algorithm>
#include <charconv>

namespace kikitori
{

namespace
{
constexpr std::uint16_t referencePort = 58081;
constexpr std::uint16_t tlsPort = 443;

Error badAddress (const std::string& address, const std::string& why)
{
    return { "bad_address",
             "The backend address \"" + addressWithoutUser (address) + "\" " + why
                 + ". Use \"local\", a name such as studio:58081, or a URL such as https://studio:8443." };
}

/** Takes "scheme://" off the front of rest. */
std::string takeScheme (std::string& rest)
{
    const auto mark = rest.find ("://");

    if (mark == std::string::npos)
        return "http";

    auto scheme = rest.substr (0, mark);
    rest.erase (0, mark + 3);
    return asciiLower (std::move (scheme));
}

/** Splits "host:port" or "[v6]:port"; false when a port is there but is none. */
bool splitPort (const std::string& authority, std::string& host, std::uint16_t& port)
{
    auto digits = std::string();
    const auto bracket = authority.find (']');

    if (authority.starts_with ('[') && bracket != std::string::npos)
    {
        host = authority.substr (1, bracket - 1);
        digits = authority.substr (bracket + 1);
    }
    else
    {
        const auto colon = authority.find (':');
        host = authority.substr (0, colon);
        digits = colon == std::string::npos ? std::string() : authority.substr (colon);
    }

    if (digits.empty())
        return true;

    unsigned number = 0;
    const auto* last = digits.data() + digits.size();
    const auto [end, error] = std::from_chars (digits.data() + 1, last, number);

    if (digits[0] != ':' || error != std::errc() || end != last || number == 0 || number > 65535)
        return false;

    port = static_cast<std::uint16_t> (number);
    return true;
}
} // namespace

Result<Endpoint> parseAddress (const std::string& address)
{
    auto rest = address;
    const auto scheme = takeScheme (rest);
    Endpoint endpoint;

    if (scheme == "https" || scheme == "wss")
        endpoint.tls = true;
    else if (scheme != "http" && scheme != "ws")
        return badAddress (address, "begins with \"" + scheme + "://\", which is none of http, https, ws, wss");

    if (rest.find_first_of ("?#@ \t\r\n") != std::string::npos)
        return badAddress (address,
                           "holds one of ? # @ or a space; a token goes into the token file, not into the address");

    const auto slash = rest.find ('/');
    const auto authority = rest.substr (0, slash);
    endpoint.basePath = slash == std::string::npos ? std::string() : rest.substr (slash);
    endpoint.port = endpoint.tls ? tlsPort : referencePort;

    if (! splitPort (authority, endpoint.host, endpoint.port))
        return badAddress (address, "has no port between 1 and 65535");
    endpoint.host = asciiLower (std::move (endpoint.host));

    if (endpoint.host.empty())
        return badAddress (address, "names no host");

    while (endpoint.basePath.ends_with ('/'))
        endpoint.basePath.pop_back();

    // The WebSocket's own path may be part of what was pasted.
    if (endpoint.basePath.ends_with ("/ws"))
        endpoint.basePath.erase (endpoint.basePath.size() - 3);

    return endpoint;
}

std::string originOf (const Endpoint& endpoint)
{
    const auto isIpv6 = endpoint.host.find (':') != std::string::npos;
    return std::string (endpoint.tls ? "https" : "http") + "://" + (isIpv6 ? "[" + endpoint.host + "]" : endpoint.host)
           + ":" + std::to_string (endpoint.port);
}

} // namespace kikitori
