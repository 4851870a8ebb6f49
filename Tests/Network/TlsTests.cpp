// wss and https with a certificate authority of the test's own.
#include "EchoServer.h"
#include "NetworkScene.h"
#include "Support/TemporaryFolder.h"

using namespace kikitori;
using namespace kikitori::test;

namespace
{

Endpoint secure (const EchoServer& server, const std::string& host, const std::filesystem::path& authority = {})
{
    Endpoint endpoint;
    endpoint.host = host;
    endpoint.port = static_cast<std::uint16_t> (server.port());
    endpoint.tls = true;
    endpoint.caFile = authority.string();
    return endpoint;
}

} // namespace

TEST_CASE ("a backend with a certificate by a given authority is trusted, with its token", "[network][tls]")
{
    const TemporaryFolder folder;
    const TestCertificates certificates (folder.path, "a", "DNS:localhost,IP:127.0.0.1");
    const EchoServer server (&certificates);
    const auto transport = NetworkThread::acquire();

    for (const auto* host : { "localhost", "127.0.0.1" })
    {
        INFO (host);
        auto endpoint = secure (server, host, certificates.authority);
        endpoint.token = "secret";
        CHECK (Conversation::hold (*transport, endpoint, "over TLS") == "over TLS");
        const auto answer = ask (*transport, endpoint, get ("/hello"));
        REQUIRE (answer);
        CHECK (answer.value().body == "hello");
        CHECK (server.lastAuthorization() == "Bearer secret");
    }
}

TEST_CASE ("a certificate that cannot be checked ends the connection before a byte of ours", "[network][tls]")
{
    const TemporaryFolder folder;
    const TestCertificates good (folder.path, "good", "DNS:localhost");
    const TestCertificates other (folder.path, "other", "DNS:localhost");
    const auto transport = NetworkThread::acquire();

    const auto mustFail =
        [&] (const TestCertificates& served, Endpoint (*make) (const EchoServer&, const TestCertificates&))
    {
        const EchoServer server (&served);
        auto endpoint = make (server, good);
        endpoint.token = "secret";
        const auto said = Conversation::hold (*transport, endpoint, "never");
        INFO (said);
        CHECK (said.find ("closed: 1006") == 0);
        CHECK (said.find ("certificate is not trusted") != std::string::npos);
        const auto answer = ask (*transport, endpoint, get ("/hello"));
        REQUIRE_FALSE (answer);
        INFO (answer.error().message);
        CHECK (answer.error().code == "unreachable");
        CHECK (server.authorizations().empty());
    };

    SECTION ("the system's authorities do not know it")
    {
        mustFail (good,
                  [] (const EchoServer& server, const TestCertificates&) { return secure (server, "localhost"); });
    }

    SECTION ("another authority has signed it")
    {
        mustFail (other, [] (const EchoServer& server, const TestCertificates& trusted)
                  { return secure (server, "localhost", trusted.authority); });
    }

    SECTION ("it is for another name")
    {
        mustFail (good, [] (const EchoServer& server, const TestCertificates& trusted)
                  { return secure (server, "127.0.0.1", trusted.authority); });
    }

    SECTION ("its time is over")
    {
        const TestCertificates expired (folder.path, "expired", "DNS:localhost", true);
        const EchoServer server (&expired);
        const auto said = Conversation::hold (*transport, secure (server, "localhost", expired.authority), "never");
        INFO (said);
        CHECK (said.find ("certificate has expired") != std::string::npos);
    }
}

TEST_CASE ("an IPv6 address is compared with the certificate's, and advice fits the cause", "[network][tls]")
{
    const TemporaryFolder folder;
    const TestCertificates fits (folder.path, "fits", "DNS:localhost,IP:::1");
    const TestCertificates other (folder.path, "other", "DNS:localhost,IP:::2");
    const TestCertificates expired (folder.path, "expired", "IP:::1", true);
    const auto transport = NetworkThread::acquire();

    {
        const EchoServer server (&fits, "::1");
        auto endpoint = secure (server, "::1", fits.authority);
        CHECK (Conversation::hold (*transport, endpoint, "over TLS") == "over TLS");
        const auto answer = ask (*transport, endpoint, get ("/hello"));
        REQUIRE (answer);
        CHECK (answer.value().body == "hello");
    }

    for (const auto& [served, advice] : { std::pair{ &other, "issued for other names than ::1" },
                                          std::pair{ &expired, "must be renewed on the server" } })
    {
        const EchoServer server (served, "::1");
        auto endpoint = secure (server, "::1", served->authority);
        endpoint.token = "secret";
        const auto said = Conversation::hold (*transport, endpoint, "never");
        INFO (said);
        CHECK (said.find (advice) != std::string::npos);
        CHECK (said.find ("KIKITORI_CA_FILE") == std::string::npos);
        CHECK (server.authorizations().empty());
    }
}

TEST_CASE ("an authority's file that is none fails the connection, and only this one", "[network][tls]")
{
    const TemporaryFolder folder;
    const TestCertificates certificates (folder.path, "a", "DNS:localhost");
    const EchoServer server (&certificates);
    const auto transport = NetworkThread::acquire();
    const auto nonsense = folder.write ("nonsense.pem", "no certificate");
    CHECK (Conversation::hold (*transport, secure (server, "localhost", nonsense), "never").find ("closed:") == 0);
    CHECK (Conversation::hold (*transport, secure (server, "localhost", certificates.authority), "yes") == "yes");
}

TEST_CASE ("a token never travels where others can read it", "[network][tls]")
{
    const EchoServer server;
    const auto transport = NetworkThread::acquire();
    Endpoint endpoint;
    endpoint.port = static_cast<std::uint16_t> (server.port());
    endpoint.token = "secret";

    endpoint.host = "localhost";
    REQUIRE (ask (*transport, endpoint, get ("/hello")));
    CHECK (server.lastAuthorization() == "Bearer secret");

    // This machine as well, but no loopback address by its looks.
    endpoint.host = "0.0.0.0";
    REQUIRE (ask (*transport, endpoint, get ("/hello")));
    CHECK (server.lastAuthorization() == "none");
    CHECK (Conversation::hold (*transport, endpoint, "text") == "text");
    CHECK (server.lastAuthorization() == "none");
}
