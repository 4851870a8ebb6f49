#include "Network/Proxy.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include <arpa/inet.h>

namespace kikitori
{

namespace
{

constexpr std::uint16_t defaultProxyPort = 80;

std::string lowerCase (std::string text)
{
    std::transform (text.begin(), text.end(), text.begin(),
                    [] (unsigned char c) { return static_cast<char> (std::tolower (c)); });
    return text;
}

template <typename Number>
std::optional<Number> numberIn (const std::string& text, Number most)
{
    Number number = 0;
    const auto* last = text.data() + text.size();
    const auto [end, error] = std::from_chars (text.data(), last, number);
    return error == std::errc() && end == last && number <= most ? std::optional (number) : std::nullopt;
}

/** The bytes of a numeric address: 4 or 16 of them, or none. */
std::vector<unsigned char> addressBytes (const std::string& host)
{
    std::array<unsigned char, 16> bytes{};

    if (inet_pton (AF_INET, host.c_str(), bytes.data()) == 1)
        return { bytes.begin(), bytes.begin() + 4 };
    if (inet_pton (AF_INET6, host.c_str(), bytes.data()) == 1)
        return { bytes.begin(), bytes.end() };

    return {};
}

bool isInNetwork (const std::string& host, const std::string& network)
{
    const auto slash = network.find ('/');
    const auto address = addressBytes (host);
    const auto base = addressBytes (network.substr (0, slash));

    if (address.empty() || address.size() != base.size())
        return false;

    const auto whole = static_cast<unsigned> (base.size() * 8);
    const auto bits = slash == std::string::npos ? std::optional (whole) : numberIn (network.substr (slash + 1), whole);

    if (! bits)
        return false;

    for (unsigned i = 0; i < *bits; ++i)
    {
        const auto mask = 0x80u >> (i % 8);

        if ((address[i / 8] & mask) != (base[i / 8] & mask))
            return false;
    }

    return true;
}

bool isBelow (const std::string& host, std::string domain)
{
    domain.erase (0, domain.starts_with ("*.") ? 2 : domain.starts_with ('.') ? 1 : 0);
    return ! domain.empty() && (host == domain || host.ends_with ("." + domain));
}

/** Splits "host:port" or "[v6]:port"; an address of version 6 without brackets has no port. */
bool splitHostPort (const std::string& text, std::string& host, std::optional<std::uint16_t>& port)
{
    auto rest = std::string();

    if (text.starts_with ('['))
    {
        const auto bracket = text.find (']');

        if (bracket == std::string::npos)
            return false;

        host = text.substr (1, bracket - 1);
        rest = text.substr (bracket + 1);
    }
    else if (std::count (text.begin(), text.end(), ':') == 1)
    {
        host = text.substr (0, text.find (':'));
        rest = text.substr (text.find (':'));
    }
    else
    {
        host = text;
    }

    if (rest.empty())
        return true;

    port = numberIn<std::uint16_t> (rest.substr (1), 65535);
    return rest[0] == ':' && port.has_value();
}

std::string percentDecoded (const std::string& text)
{
    std::string decoded;

    for (std::size_t i = 0; i < text.size(); ++i)
    {
        unsigned code = 0;
        const auto* digits = text.data() + i + 1;

        if (text[i] == '%' && i + 2 < text.size() && std::from_chars (digits, digits + 2, code, 16).ptr == digits + 2)
        {
            decoded += static_cast<char> (code);
            i += 2;
        }
        else
        {
            decoded += text[i];
        }
    }

    return decoded;
}

Result<std::optional<ProxyServer>> parseProxy (const std::string& name, std::string value)
{
    // The value may hold a password: it is not shown.
    const Error bad{ "bad_proxy", "The environment's " + name
                                      + " names no proxy that can be used; it must look like http://proxy:3128." };

    if (const auto mark = value.find ("://"); mark != std::string::npos)
    {
        if (lowerCase (value.substr (0, mark)) != "http")
            return bad;

        value.erase (0, mark + 3);
    }

    value = value.substr (0, value.find ('/'));
    ProxyServer proxy;

    if (const auto at = value.rfind ('@'); at != std::string::npos)
    {
        proxy.credentials = percentDecoded (value.substr (0, at));
        value.erase (0, at + 1);
    }

    std::optional<std::uint16_t> port;

    if (! splitHostPort (value, proxy.host, port) || proxy.host.empty() || port == 0)
        return bad;

    proxy.port = port.value_or (defaultProxyPort);
    return std::optional (proxy);
}

} // namespace

std::string readEnvironment (const char* name)
{
    const auto* value = std::getenv (name);
    return value != nullptr ? value : "";
}

bool isLoopback (const std::string& host)
{
    const auto bytes = addressBytes (host);
    return host == "localhost" || host == "::1" || (bytes.size() == 4 && bytes[0] == 127);
}

bool isListed (const std::string& rawHost, std::uint16_t port, const std::string& list)
{
    const auto host = lowerCase (rawHost);
    std::size_t from = 0;

    while (from < list.size())
    {
        const auto end = std::min (list.find_first_of (", \t", from), list.size());
        const auto entry = lowerCase (list.substr (from, end - from));
        from = end + 1;

        if (entry.empty())
            continue;
        if (entry == "*" || isInNetwork (host, entry))
            return true;

        std::string name;
        std::optional<std::uint16_t> only;

        if (splitHostPort (entry, name, only) && (! only || *only == port)
            && (isBelow (host, name) || isInNetwork (host, name)))
            return true;
    }

    return false;
}

Result<std::optional<ProxyServer>> proxyFor (const Endpoint& endpoint, const Environment& environment)
{
    const std::optional<ProxyServer> direct;

    if (isLoopback (endpoint.host))
        return direct;

    const auto either = [&] (const char* name, const char* capitals)
    {
        const auto value = environment (name);
        return value.empty() ? environment (capitals) : value;
    };

    if (isListed (endpoint.host, endpoint.port, either ("no_proxy", "NO_PROXY")))
        return direct;

    auto name = std::string (endpoint.tls ? "https_proxy" : "http_proxy");
    auto value = endpoint.tls ? either ("https_proxy", "HTTPS_PROXY") : either ("http_proxy", "HTTP_PROXY");

    if (value.empty())
    {
        name = "all_proxy";
        value = either ("all_proxy", "ALL_PROXY");
    }

    return value.empty() ? Result<std::optional<ProxyServer>> (direct) : parseProxy (name, std::move (value));
}

} // namespace kikitori
