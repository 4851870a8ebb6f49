// The environment's proxy: who goes through it, and that it works, with WebSockets, HTTP and TLS inside.
#include "ConnectProxy.h"
#include "EchoServer.h"
#include "Network/Proxy.h"
#include "NetworkScene.h"
#include "Support/TemporaryFolder.h"

#include <cstdlib>
#include <map>

using namespace kikitori;
using namespace kikitori::test;

namespace
{

Endpoint remote (const std::string& host, bool tls = false, int port = 8443)
{
    Endpoint endpoint;
    endpoint.host = host;
    endpoint.port = static_cast<std::uint16_t> (port);
    endpoint.tls = tls;
    return endpoint;
}

/** "direct", "host:port", "user:password@host:port" or "bad". */
std::string decide (const Endpoint& endpoint, const std::map<std::string, std::string>& variables)
{
    const auto found = proxyFor (endpoint,
                                 [&] (const char* name)
                                 {
                                     const auto entry = variables.find (name);
                                     return entry != variables.end() ? entry->second : std::string();
                                 });

    if (! found)
        return "bad";
    if (! found.value())
        return "direct";

    const auto& proxy = *found.value();
    return (proxy.credentials.empty() ? "" : proxy.credentials + "@") + proxy.host + ":" + std::to_string (proxy.port);
}

/** Variables of this process, put back at the end. */
class ProxyVariables
{
public:
    explicit ProxyVariables (const std::map<std::string, std::string>& values)
    {
        for (const auto* name : { "http_proxy", "https_proxy", "no_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY",
                                  "NO_PROXY", "ALL_PROXY" })
        {
            if (const auto* value = std::getenv (name))
                before[name] = value;

            ::unsetenv (name);
        }

        for (const auto& [name, value] : values)
            ::setenv (name.c_str(), value.c_str(), 1);

        set = values;
    }

    ~ProxyVariables()
    {
        for (const auto& [name, value] : set)
            ::unsetenv (name.c_str());
        for (const auto& [name, value] : before)
            ::setenv (name.c_str(), value.c_str(), 1);
    }

    ProxyVariables (const ProxyVariables&) = delete;
    ProxyVariables& operator= (const ProxyVariables&) = delete;

private:
    std::map<std::string, std::string> before, set;
};

} // namespace

TEST_CASE ("the environment says which proxy, in small letters before capitals", "[network][proxy]")
{
    const auto plain = remote ("studio");
    const auto secure = remote ("studio", true);
    CHECK (decide (plain, {}) == "direct");
    CHECK (decide (plain, { { "http_proxy", "http://proxy:3128" } }) == "proxy:3128");
    CHECK (decide (plain, { { "HTTP_PROXY", "proxy:3128/" } }) == "proxy:3128");
    CHECK (decide (plain, { { "http_proxy", "small:1" }, { "HTTP_PROXY", "capitals:2" } }) == "small:1");
    CHECK (decide (plain, { { "https_proxy", "proxy:3128" } }) == "direct");
    CHECK (decide (secure, { { "http_proxy", "proxy:3128" } }) == "direct");
    CHECK (decide (secure, { { "https_proxy", "HTTP://proxy:3128" } }) == "proxy:3128");
    CHECK (decide (secure, { { "HTTPS_PROXY", "proxy" } }) == "proxy:80");
    CHECK (decide (secure, { { "all_proxy", "proxy:1" } }) == "proxy:1");
    CHECK (decide (secure, { { "https_proxy", "http://me:p%40ss%2f@proxy:1" } }) == "me:p@ss/@proxy:1");
    CHECK (decide (secure, { { "https_proxy", "[fd00::1]:3128" } }) == "fd00::1:3128");
}

TEST_CASE ("a variable that names no usable proxy is an error, not a direct connection", "[network][proxy]")
{
    for (const auto* value : { "https://proxy:1", "socks5://proxy:1", "http://", "proxy:0", "proxy:99999", "proxy:x",
                               "[fd00::1", "me:secret@" })
    {
        INFO (value);
        CHECK (decide (remote ("studio"), { { "http_proxy", value } }) == "bad");
        const auto error = proxyFor (remote ("studio"),
                                     [&] (const char* name) { return std::string (name) == "http_proxy" ? value : ""; })
                               .error();
        CHECK (error.message.find ("http_proxy") != std::string::npos);
        CHECK (error.message.find ("secret") == std::string::npos);
    }
}

TEST_CASE ("loopback never goes through a proxy, and no_proxy names the others", "[network][proxy]")
{
    const std::map<std::string, std::string> all{ { "http_proxy", "proxy:1" }, { "https_proxy", "proxy:1" } };

    for (const auto* host : { "localhost", "127.0.0.1", "127.3.2.1", "::1" })
        CHECK (decide (remote (host), all) == "direct");

    CHECK (decide (remote ("127.example.org"), all) == "proxy:1");

    const auto listed = [] (const char* host, const char* list) { return isListed (host, 8443, list); };
    CHECK (listed ("anything", "*"));
    CHECK (listed ("studio", "other, STUDIO"));
    CHECK (listed ("gpu.studio.example", "studio.example"));
    CHECK (listed ("gpu.studio.example", ".studio.example"));
    CHECK (listed ("gpu.studio.example", "*.studio.example"));
    CHECK_FALSE (listed ("mystudio.example", "studio.example"));
    CHECK_FALSE (listed ("studio", ""));
    CHECK_FALSE (listed ("studio", ", ,"));
    CHECK (listed ("studio", "studio:8443"));
    CHECK_FALSE (listed ("studio", "studio:80"));
    CHECK (listed ("10.1.2.3", "10.0.0.0/8"));
    CHECK_FALSE (listed ("11.1.2.3", "10.0.0.0/8"));
    CHECK (listed ("10.1.2.3", "10.1.2.3"));
    CHECK (listed ("fd00::7", "fd00::/16"));
    CHECK_FALSE (listed ("10.1.2.3", "10.1.2.3/99x,fd00::/8"));

    auto some = all;
    some["no_proxy"] = "studio,10.0.0.0/8";
    CHECK (decide (remote ("studio"), some) == "direct");
    CHECK (decide (remote ("10.9.9.9", true), some) == "direct");
    CHECK (decide (remote ("elsewhere"), some) == "proxy:1");
}

TEST_CASE ("WebSocket and HTTP go through the proxy, which looks the name up", "[network][proxy]")
{
    const EchoServer server;
    ConnectProxy proxy (server.port());
    const ProxyVariables variables ({ { "http_proxy", "http://me:secret@" + proxy.address() } });
    const auto transport = NetworkThread::acquire();
    const auto endpoint = remote ("backend.invalid", false, server.port());

    CHECK (Conversation::hold (*transport, endpoint, "through") == "through");
    const auto answer = ask (*transport, endpoint, get ("/hello"));
    REQUIRE (answer);
    CHECK (answer.value().body == "hello");

    const auto requests = proxy.requests();
    REQUIRE (requests.size() == 2);
    const auto wanted = "CONNECT backend.invalid:" + std::to_string (server.port()) + " HTTP/1.1\r\n";

    for (const auto& request : requests)
    {
        CHECK (request.find (wanted) == 0);
        CHECK (request.find ("bWU6c2VjcmV0") != std::string::npos); // me:secret
    }
}

TEST_CASE ("TLS goes through the proxy from end to end", "[network][proxy][tls]")
{
    const TemporaryFolder folder;
    const TestCertificates certificates (folder.path, "a", "DNS:backend.invalid");
    const EchoServer server (&certificates);
    ConnectProxy proxy (server.port());
    const ProxyVariables variables ({ { "https_proxy", proxy.address() } });
    const auto transport = NetworkThread::acquire();
    auto endpoint = remote ("backend.invalid", true, server.port());
    endpoint.caFile = certificates.authority.string();
    endpoint.token = "secret";

    CHECK (Conversation::hold (*transport, endpoint, "secretly") == "secretly");
    CHECK (server.lastAuthorization() == "Bearer secret");
    REQUIRE (proxy.requests().size() == 1);
    CHECK (proxy.requests()[0].find ("Bearer") == std::string::npos);
}

TEST_CASE ("a proxy that refuses is named in the message", "[network][proxy]")
{
    const EchoServer server;
    ConnectProxy proxy (server.port());
    proxy.answerWith (403);
    const ProxyVariables variables ({ { "http_proxy", proxy.address() } });
    const auto transport = NetworkThread::acquire();
    const auto endpoint = remote ("backend.invalid", false, server.port());

    const auto said = Conversation::hold (*transport, endpoint, "never");
    CHECK (said.find ("closed: 1006") == 0);
    CHECK (said.find (proxy.address()) != std::string::npos);
    const auto answer = ask (*transport, endpoint, get ("/hello"));
    REQUIRE_FALSE (answer);
    CHECK (answer.error().message.find (proxy.address()) != std::string::npos);
    CHECK (server.authorizations().empty());
}

TEST_CASE ("this machine is reached directly whatever the environment says", "[network][proxy]")
{
    const EchoServer server;
    ConnectProxy proxy (server.port());
    const ProxyVariables variables ({ { "http_proxy", proxy.address() }, { "HTTP_PROXY", proxy.address() } });
    const auto transport = NetworkThread::acquire();
    CHECK (Conversation::hold (*transport, remote ("127.0.0.1", false, server.port()), "straight") == "straight");
    CHECK (proxy.requests().empty());
}
