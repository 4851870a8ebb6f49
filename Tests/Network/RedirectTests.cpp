// A backend that sends its client elsewhere: neither the token nor the audio goes there.
#include "EchoServer.h"
#include "NetworkScene.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace kikitori;
using namespace kikitori::test;

namespace
{
/** Answers every request on loopback with a redirect. */
class Redirector
{
public:
    Redirector (int status, const std::string& location)
        : answer ("HTTP/1.1 " + std::to_string (status) + " Moved\r\nLocation: " + location
                  + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    {
        sockaddr_in place{};
        place.sin_family = AF_INET;
        place.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
        socklen_t size = sizeof (place);
        REQUIRE (::bind (listener, reinterpret_cast<sockaddr*> (&place), size) == 0);
        REQUIRE (::listen (listener, 8) == 0);
        REQUIRE (::getsockname (listener, reinterpret_cast<sockaddr*> (&place), &size) == 0);
        endpoint.host = "127.0.0.1";
        endpoint.port = ntohs (place.sin_port);
        endpoint.token = "secret";
        thread = std::thread ([this] { serve(); });
    }

    ~Redirector()
    {
        ::shutdown (listener, SHUT_RDWR);
        thread.join();
        ::close (listener);
    }

    Endpoint endpoint;

private:
    void serve()
    {
        for (int client = 0; (client = ::accept (listener, nullptr, nullptr)) >= 0; ::close (client))
        {
            std::string head;
            char piece[1024];

            while (head.find ("\r\n\r\n") == std::string::npos)
            {
                const auto count = ::recv (client, piece, sizeof (piece), 0);
                if (count <= 0)
                    break;
                head.append (piece, static_cast<std::size_t> (count));
            }

            ::send (client, answer.data(), answer.size(), MSG_NOSIGNAL);
            ::shutdown (client, SHUT_WR);
        }
    }

    const std::string answer;
    const int listener = ::socket (AF_INET, SOCK_STREAM, 0);
    std::thread thread;
};
} // namespace

TEST_CASE ("a redirect is refused and told with the address it names", "[network][redirect]")
{
    const EchoServer elsewhere;
    const auto target = "http://127.0.0.1:" + std::to_string (elsewhere.port()) + "/hello";
    const auto transport = NetworkThread::acquire();

    for (const auto status : { 301, 302, 303, 307, 308 })
    {
        INFO (status);
        const Redirector backend (status, target);
        const auto answer = ask (*transport, backend.endpoint, get ("/hello"));
        REQUIRE_FALSE (answer);
        CHECK (answer.error().message.find ("redirects to " + target) != std::string::npos);

        const auto said = Conversation::hold (*transport, backend.endpoint, "never");
        CHECK (said.find ("closed: 1006") == 0);
        CHECK (said.find ("redirects to " + target) != std::string::npos);
    }

    CHECK (elsewhere.authorizations().empty());
}

TEST_CASE ("what a redirect names is shown without control characters and not at any length", "[network][redirect]")
{
    const auto transport = NetworkThread::acquire();
    const Redirector backend (302, "http://127.0.0.1/\x1b[31m" + std::string (2000, 'x'));
    const auto answer = ask (*transport, backend.endpoint, get ("/hello"));
    REQUIRE_FALSE (answer);
    CHECK (answer.error().message.find ('\x1b') == std::string::npos);
    CHECK (answer.error().message.size() < 500);
}
