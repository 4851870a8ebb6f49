#include "NetworkScene.h"

#include <atomic>
#include <csignal>
#include <future>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace kikitori;
using namespace kikitori::test;
using namespace std::chrono_literals;

namespace
{
/** A loopback port: bound and listening (nobody answers), or closed again (nobody listens). */
class Port
{
public:
    explicit Port (bool listens) : handle (::socket (AF_INET, SOCK_STREAM, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
        REQUIRE (::bind (handle, reinterpret_cast<sockaddr*> (&address), sizeof (address)) == 0);
        socklen_t size = sizeof (address);
        REQUIRE (::getsockname (handle, reinterpret_cast<sockaddr*> (&address), &size) == 0);
        endpoint.host = "127.0.0.1";
        endpoint.port = ntohs (address.sin_port);
        if (listens)
            REQUIRE (::listen (handle, 8) == 0);
    }
    ~Port() { ::close (handle); }

    Endpoint endpoint;

private:
    const int handle;
};

class Listener final : public WebSocketListener
{
public:
    void onOpen() override {}
    void onText (std::string_view) override {}
    void onWritable() override {}
    void onClosed (int code, const std::string&) override { closed.set_value (code); }

    std::promise<int> closed;
};
} // namespace

TEST_CASE ("instances share one transport; the last one ends it", "[network]")
{
    const auto first = NetworkThread::acquire();
    CHECK (NetworkThread::acquire() == first);
    onThread (*first, [] {});
}

TEST_CASE ("the thread is made and joined a hundred times", "[network]")
{
    for (int i = 0; i < 100; ++i)
    {
        const auto transport = NetworkThread::acquire();
        onThread (*transport, [] {});
    }
}

TEST_CASE ("the host's SIGPIPE disposition stays as it was", "[network]")
{
    struct sigaction ours
    {
    }, before{}, after{};
    ours.sa_handler = SIG_DFL;
    sigaction (SIGPIPE, &ours, &before);
    {
        const auto transport = NetworkThread::acquire();
        sigaction (SIGPIPE, nullptr, &after);
    }
    CHECK (after.sa_handler == SIG_DFL);
    sigaction (SIGPIPE, &before, nullptr);
}

TEST_CASE ("timers come in order, repeat, and stop with their subscription", "[network]")
{
    const auto transport = NetworkThread::acquire();
    std::string order;
    std::promise<void> done;
    std::vector<std::unique_ptr<Subscription>> timers;
    auto repeats = 0;
    onThread (*transport,
              [&]
              {
                  timers.push_back (transport->callAfter (30ms, [&] { order += "b"; }));
                  timers.push_back (transport->callAfter (10ms, [&] { order += "a"; }));
                  timers.push_back (transport->callAfter (20ms, [&] { order += "never"; }));
                  timers.pop_back();
                  timers.push_back (transport->callEvery (5ms,
                                                          [&]
                                                          {
                                                              if (++repeats == 12)
                                                                  done.set_value();
                                                          }));
              });
    REQUIRE (done.get_future().wait_for (10s) == std::future_status::ready);
    onThread (*transport, [&] { timers.clear(); });
    CHECK (order == "ab");
}

TEST_CASE ("a refused connection is told once, as HTTP and as WebSocket", "[network]")
{
    const auto transport = NetworkThread::acquire();
    const Port nobody (false);
    CHECK (ask (*transport, nobody.endpoint, {}).error().code == "unreachable");

    Listener listener;
    std::unique_ptr<WebSocketConnection> connection;
    onThread (*transport, [&] { connection = transport->openWebSocket (nobody.endpoint, "/ws", listener); });
    auto closed = listener.closed.get_future();
    REQUIRE (closed.wait_for (10s) == std::future_status::ready);
    CHECK (closed.get() == 1006);
    onThread (*transport, [&] { connection.reset(); });
}

TEST_CASE ("a request whose gate says no is held before its bytes leave", "[network]")
{
    const auto transport = NetworkThread::acquire();
    const Port silent (true);
    std::atomic<int> asked{ 0 };
    HttpRequest request;
    request.gate = [&]
    {
        ++asked;
        return false;
    };
    CHECK (ask (*transport, silent.endpoint, request).error().code == "held");
    CHECK (asked == 1);
}

TEST_CASE ("who does not answer is given up after the request's time", "[network]")
{
    const auto transport = NetworkThread::acquire();
    const Port silent (true);
    HttpRequest request;
    request.timeout = 100ms;
    CHECK (ask (*transport, silent.endpoint, request).error().code == "timeout");
}

TEST_CASE ("a name that does not exist is an error, not a wait", "[network]")
{
    const auto transport = NetworkThread::acquire();
    Endpoint endpoint;
    endpoint.host = "no-such-host.invalid";
    endpoint.port = 1;
    CHECK (ask (*transport, endpoint, {}).error().code == "unknown_host");
}

TEST_CASE ("a connection that is destroyed while it opens never calls back", "[network]")
{
    const auto transport = NetworkThread::acquire();
    const Port silent (true);

    for (int i = 0; i < 20; ++i)
    {
        Listener listener;
        std::unique_ptr<WebSocketConnection> connection;
        onThread (*transport, [&] { connection = transport->openWebSocket (silent.endpoint, "/ws", listener); });
        onThread (*transport, [&] { connection.reset(); });
    }
}
