/*  A server on loopback that answers each request as it is told, and remembers the heads.

    Threads: one owner, and a thread of its own that the destructor joins.
*/
#pragma once

#include "Network/Transport.h"
#include "Support/Catch.h"

#include <functional>
#include <mutex>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kikitori::test
{

class AnswerServer
{
public:
    /** answer: the whole reply for the head of a request; on the server's thread. */
    explicit AnswerServer (std::function<std::string (const std::string& head)> answerToGive)
        : answer (std::move (answerToGive))
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

    ~AnswerServer()
    {
        ::shutdown (listener, SHUT_RDWR);
        thread.join();
        ::close (listener);
    }

    AnswerServer (const AnswerServer&) = delete;
    AnswerServer& operator= (const AnswerServer&) = delete;

    std::vector<std::string> heads() const
    {
        const std::lock_guard lock (mutex);
        return seen;
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

            {
                const std::lock_guard lock (mutex);
                seen.push_back (head);
            }

            const auto reply = answer (head);
            ::send (client, reply.data(), reply.size(), MSG_NOSIGNAL);
            ::shutdown (client, SHUT_WR);
        }
    }

    const std::function<std::string (const std::string&)> answer;
    const int listener = ::socket (AF_INET, SOCK_STREAM, 0);
    mutable std::mutex mutex;
    std::vector<std::string> seen; ///< under the mutex
    std::thread thread;
};

/** A reply with a body. */
inline std::string replyOf (const std::string& status, const std::string& body, const std::string& headers = {})
{
    return "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " + std::to_string (body.size())
           + "\r\nConnection: close\r\n\r\n" + body;
}

} // namespace kikitori::test
