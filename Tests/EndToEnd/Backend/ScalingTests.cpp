// Three backends behind HAProxy, with the configuration that the documentation gives.
#include "../LiveStream.h"
#include "RawClient.h"
#include "ServerProcess.h"
#include "Support/Catch.h"

#include <csignal>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace kikitori;
using namespace kikitori::testing;
using namespace std::chrono_literals;

namespace
{
constexpr double speechRate = 16000.0;

int freePort()
{
    const auto handle = ::socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE (::bind (handle, reinterpret_cast<sockaddr*> (&address), size) == 0);
    REQUIRE (::getsockname (handle, reinterpret_cast<sockaddr*> (&address), &size) == 0);
    ::close (handle);
    return ntohs (address.sin_port);
}

std::string loopback (int port) { return "127.0.0.1:" + std::to_string (port); }

SessionConfig configFor (int port)
{
    SessionConfig config;
    config.address = "http://" + loopback (port);
    config.retry.delays = { 50ms, 100ms, 200ms };
    return config;
}

/** HAProxy has begun to listen and has found a backend. */
bool answers (int port)
{
    for (int i = 0; i < 200; ++i)
    {
        if (RawClient client (port, 1s); client.isOpen())
        {
            client.send (get ("/readyz"));

            if (client.readAll().starts_with ("HTTP/1.1 200"))
                return true;
        }

        ::usleep (20000); // a condition is asked again, not a time waited for
    }

    return false;
}
} // namespace

TEST_CASE ("one of three backends drained and one killed during streams: no word is lost", "[backend][scaling]")
{
    if (::access ("/usr/sbin/haproxy", X_OK) != 0)
    {
        WARN ("HAProxy is not installed (Debian: haproxy): not tested");
        return;
    }

    ServerProcess first, second, third;
    const auto port = freePort();
    ChildProcess balancer ("/usr/sbin/haproxy", { "-db", "-f", KIKITORI_SOURCE_DIR "/Docs/scaling/haproxy.cfg" },
                           { { "KIKITORI_BIND", loopback (port) },
                             { "KIKITORI_A", loopback (first.port()) },
                             { "KIKITORI_B", loopback (second.port()) },
                             { "KIKITORI_C", loopback (third.port()) } });
    INFO (balancer.errors());
    REQUIRE (answers (port));

    constexpr double seconds = 40.0;
    const auto client = commandline::connectBackend();
    const auto speech = fixtureSpeech (seconds);
    LiveStream undisturbed (client, configFor (third.port()), speech, speechRate, false);
    REQUIRE (undisturbed.finish (120s));
    REQUIRE_FALSE (undisturbed.text().empty());

    std::vector<std::unique_ptr<LiveStream>> streams;

    for (int i = 0; i < 6; ++i)
        streams.push_back (std::make_unique<LiveStream> (client, configFor (port), speech, speechRate, false));

    const auto waitFor = [&] (double share)
    {
        for (auto& stream : streams)
            REQUIRE (stream->waitUntil (
                [=] (const SessionSnapshot& now)
                { return now.counters.processed >= static_cast<std::uint64_t> (48000.0 * seconds * share); },
                120s));
    };

    waitFor (0.1);
    first.process().signal (SIGTERM);
    CHECK (first.process().wait (20s) == 0);
    waitFor (0.3);
    second.process().signal (SIGKILL);

    std::uint64_t connections = 0;

    for (auto& stream : streams)
    {
        CHECK (stream->finish (120s));
        CHECK (stream->text() == undisturbed.text());
        CHECK (stream->snapshot().counters.lost == 0);
        connections += stream->snapshot().counters.connectionsOpened;
    }

    CHECK (connections >= streams.size() + 2); // some of them did move
}
