// Who may use a backend that runs: tokens, TLS, origins, what it writes and what it says.
#include "../../Network/TestCertificates.h"
#include "RawClient.h"
#include "ServerProcess.h"
#include "Support/Catch.h"

#include <csignal>

#include <fstream>
#include <sys/stat.h>

using namespace kikitori::testing;
using namespace std::chrono_literals;

namespace
{
const std::map<std::string, std::string> withToken{ { "KIKITORI_TOKEN", "0123456789abcdef" } };

bool isStatus (const std::string& reply, int status)
{
    return reply.starts_with ("HTTP/1.1 " + std::to_string (status));
}
} // namespace

TEST_CASE ("anything but loopback needs a token, or the backend does not start", "[backend][access]")
{
    const TemporaryFolder folder;

    for (const auto* host : { "0.0.0.0", "10.1.2.3", "::" })
    {
        ChildProcess backend (KIKITORI_BIN "/kikitori-backend",
                              { "--host", host, "--port", "0", "--data", folder.path(), "--models", folder.path() });
        CHECK (backend.wait (20s) == 2);
        CHECK (backend.waitForOutput ("token", 5s));
    }
}

TEST_CASE ("a token file that others may read is refused", "[backend][access]")
{
    const TemporaryFolder folder;
    const auto file = folder / "token";
    std::ofstream (file) << "0123456789abcdef\n";
    REQUIRE (::chmod (file.c_str(), 0644) == 0);
    ChildProcess backend (KIKITORI_BIN "/kikitori-backend",
                          { "--token-file", file, "--port", "0", "--data", folder.path(), "--models", folder.path() });
    CHECK (backend.wait (20s) == 2);
    CHECK (backend.waitForOutput ("chmod 600", 5s));

    REQUIRE (::chmod (file.c_str(), 0600) == 0);
    const ServerProcess guarded ({ "--token-file", file });
    CHECK (isStatus (RawClient::ask (guarded.port(), get ("/api/status")), 401));
    CHECK (isStatus (RawClient::ask (guarded.port(), get ("/api/status", "Authorization: Bearer 0123456789abcdef\r\n")),
                     200));
}

TEST_CASE ("with a token, every route but the health checks needs it, the WebSocket too", "[backend][access]")
{
    ServerProcess backend ({}, withToken);
    const auto port = backend.port();

    for (const auto* path : { "/", "/api/config", "/api/models", "/metrics", "/no/such/path" })
        CHECK (isStatus (RawClient::ask (port, get (path)), 401));

    for (const auto* path : { "/healthz", "/readyz" })
        CHECK (isStatus (RawClient::ask (port, get (path)), 200));

    CHECK (isStatus (RawClient::ask (port, get ("/api/status", "Authorization: Bearer 0123456789abcdef\r\n")), 200));
    CHECK (isStatus (RawClient::ask (port, get ("/api/status?token=0123456789abcdef")), 200));
    CHECK (isStatus (RawClient::ask (port, get ("/api/status?token=0123456789abcdeF")), 401));
    CHECK_FALSE (RawClient (port).upgrade());
    CHECK_FALSE (RawClient (port).upgrade ("Authorization: Bearer wrong\r\n"));
    CHECK (RawClient (port).upgrade ("Authorization: Bearer 0123456789abcdef\r\n"));
    CHECK (RawClient (port).upgrade ("", "/ws?token=0123456789abcdef"));
    CHECK (backend.process().errors().find ("0123456789abcdef") == std::string::npos);
}

TEST_CASE ("pages of other hosts are refused on both ways in", "[backend][access]")
{
    const ServerProcess backend ({ "--allow-origin", "https://studio.example" });
    const auto port = backend.port();
    CHECK (isStatus (RawClient::ask (port, get ("/api/status", "Origin: http://evil.example\r\n")), 403));
    CHECK (isStatus (RawClient::ask (port, "GET / HTTP/1.1\r\nConnection: close\r\nHost: evil.example\r\n\r\n"), 403));
    CHECK (isStatus (RawClient::ask (port, get ("/api/status", "Origin: https://studio.example\r\n")), 200));
    CHECK_FALSE (RawClient (port).upgrade ("Origin: http://evil.example\r\n"));
    CHECK (RawClient (port).upgrade ("Origin: http://localhost:3000\r\n"));
}

TEST_CASE ("with a certificate TLS is the only way in", "[backend][access][tls]")
{
    const TemporaryFolder folder;
    const kikitori::test::TestCertificates certificates (folder.path(), "a", "IP:127.0.0.1");
    const kikitori::test::TestCertificates other (folder.path(), "b", "IP:127.0.0.1");
    const ServerProcess backend (
        { "--tls-cert", certificates.certificate.string(), "--tls-key", certificates.key.string() });

    RawClient client (backend.port(), certificates.authority);
    REQUIRE (client.isOpen());
    client.send (get ("/healthz"));
    CHECK (isStatus (client.readUntil ("\"protocol\""), 200));

    RawClient stream (backend.port(), certificates.authority);
    REQUIRE (stream.upgrade());
    stream.sendText (R"({"type":"start","protocol":2,"sample_rate":16000})");
    CHECK (stream.receiveUntil ("\"ready\""));

    CHECK_FALSE (RawClient (backend.port(), other.authority).isOpen());
    CHECK (RawClient::ask (backend.port(), get ("/healthz")).find ("200 OK") == std::string::npos);

    ChildProcess mixed (KIKITORI_BIN "/kikitori-backend",
                        { "--port", "0", "--tls-cert", certificates.certificate.string(), "--tls-key",
                          other.key.string(), "--data", folder.path(), "--models", folder.path() });
    CHECK (mixed.wait (20s) == 2);
    CHECK (mixed.waitForOutput ("private key", 5s));
}

TEST_CASE ("a request carries an id that the log knows, and writes stay in the data folder", "[backend][access]")
{
    ServerProcess backend;
    const auto reply = RawClient::ask (backend.port(), post ("/api/train/start", "{\"model_name\":\"../../etc\"}"));
    CHECK (isStatus (reply, 400));
    const auto at = reply.find ("x-request-id: ");
    REQUIRE (at != std::string::npos);
    const auto id = reply.substr (at + 14, reply.find ("\r\n", at) - at - 14);
    CHECK (backend.process().waitForOutput ("\"request_id\":\"" + id + "\"", 5s));
    CHECK (reply.find ("x-content-type-options: nosniff") != std::string::npos);

    for (const auto* path : { "/../../etc/passwd", "/api/models/..%2f..%2fetc", "/%2e%2e/%2e%2e/etc/passwd" })
        CHECK (RawClient::ask (backend.port(), get (path)).find ("root:") == std::string::npos);

    for (const auto& entry : std::filesystem::directory_iterator (backend.dataFolder().parent_path()))
        CHECK ((entry.path() == backend.dataFolder() || entry.path() == backend.modelFolder()));
}

TEST_CASE ("a token is the same however its file was written, and what is none ends the backend at once", "[backend][access]")
{
    const TemporaryFolder folder;
    const auto file = folder / "token";
    const auto write = [&file] (const std::string& text)
    {
        std::ofstream (file) << text;
        std::filesystem::permissions (file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    };

    for (const auto* text : { "abc\r\n", "abc \n", "\xef\xbb\xbf" "abc\n" })
    {
        write (text);
        const ServerProcess backend ({ "--token-file", file });
        CHECK (RawClient::ask (backend.port(), get ("/api/status", "Authorization: Bearer abc\r\n"))
                   .starts_with ("HTTP/1.1 200"));
        CHECK (RawClient::ask (backend.port(), get ("/api/status")).find ("A token is needed.") != std::string::npos);
        CHECK (RawClient::ask (backend.port(), get ("/api/status", "Authorization: Bearer abd\r\n")).find ("The token is wrong.")
               != std::string::npos);
    }

    for (const auto* text : { "", " \r\n", "a\x1b" "b\n" })
    {
        write (text);
        ChildProcess refused (KIKITORI_BIN "/kikitori-backend", { "--port", "0", "--data", folder / "data", "--token-file", file });
        CHECK (refused.wait (std::chrono::seconds (20)) == 2);
    }

    ChildProcess blank (KIKITORI_BIN "/kikitori-backend", { "--port", "0", "--data", folder / "data" }, { { "KIKITORI_TOKEN", " " } });
    CHECK (blank.wait (std::chrono::seconds (20)) == 2);
    CHECK (blank.errors().find ("KIKITORI_TOKEN") != std::string::npos);
}

TEST_CASE ("SIGHUP ends no backend, and a certificate that was renewed is served from then on", "[backend][access]")
{
    ServerProcess plain;
    plain.process().signal (SIGHUP);
    CHECK (RawClient::ask (plain.port(), get ("/healthz")).starts_with ("HTTP/1.1 200"));

    const TemporaryFolder folder;
    const kikitori::test::TestCertificates first (folder.path(), "a", "IP:127.0.0.1"), second (folder.path(), "b", "IP:127.0.0.1");
    const auto certificate = folder / "live.pem", key = folder / "live.key";
    const auto put = [&] (const kikitori::test::TestCertificates& from)
    {
        std::filesystem::copy_file (from.certificate, certificate, std::filesystem::copy_options::overwrite_existing);
        std::filesystem::copy_file (from.key, key, std::filesystem::copy_options::overwrite_existing);
    };
    put (first);
    ServerProcess backend ({ "--tls-cert", certificate, "--tls-key", key });
    CHECK (RawClient (backend.port(), first.authority).isOpen());

    // Half of the new pair: the old one stays.
    std::filesystem::copy_file (second.certificate, certificate, std::filesystem::copy_options::overwrite_existing);
    backend.process().signal (SIGHUP);
    CHECK (RawClient (backend.port(), first.authority).isOpen());

    put (second);
    backend.process().signal (SIGHUP);
    CHECK (backend.process().waitForOutput ("the certificate was read again", 30s));
    CHECK (RawClient (backend.port(), second.authority).isOpen());
    CHECK_FALSE (RawClient (backend.port(), first.authority).isOpen());
}
