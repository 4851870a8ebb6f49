#include "FileServer.h"

#include "Support/Catch.h"

#include <algorithm>
#include <array>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kikitori::testing
{

FileServer::FileServer (std::string contentToServe) : content (std::move (contentToServe))
{
    listener = ::socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
    socklen_t size = sizeof (address);
    REQUIRE (::bind (listener, reinterpret_cast<sockaddr*> (&address), size) == 0);
    REQUIRE (::listen (listener, 8) == 0);
    REQUIRE (::getsockname (listener, reinterpret_cast<sockaddr*> (&address), &size) == 0);
    port = ntohs (address.sin_port);
    thread = std::thread ([this] { serve(); });
}

FileServer::~FileServer()
{
    shouldEnd = true;
    thread.join();
    ::close (listener);
}

std::string FileServer::url (const std::string& name) const
{
    return "http://127.0.0.1:" + std::to_string (port) + "/" + name;
}

std::vector<std::string> FileServer::ranges() const
{
    const std::lock_guard lock (mutex);
    return seen;
}

std::vector<std::string> FileServer::authorizations() const
{
    const std::lock_guard lock (mutex);
    return authorized;
}

void FileServer::serve()
{
    while (! shouldEnd)
    {
        pollfd waiting{ listener, POLLIN, 0 };

        if (::poll (&waiting, 1, 50) <= 0)
            continue;

        const auto client = ::accept4 (listener, nullptr, nullptr, SOCK_CLOEXEC);

        if (client >= 0)
        {
            answer (client);
            ::close (client);
        }
    }
}

/** In chunks, as long as the client takes them. */
void FileServer::sendForEver (int client)
{
    std::array<char, 32> size{};
    std::snprintf (size.data(), size.size(), "%zx\r\n", content.size());
    const auto chunk = size.data() + content + "\r\n";
    auto text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk;

    while (! shouldEnd)
    {
        const auto count = ::send (client, text.data(), text.size(), MSG_NOSIGNAL);
        if (count <= 0)
            return;
        text.erase (0, static_cast<std::size_t> (count));
        if (text.empty())
            text = chunk;
    }
}

void FileServer::answer (int client)
{
    std::string request;
    std::array<char, 4096> buffer;

    while (request.find ("\r\n\r\n") == std::string::npos)
    {
        const auto count = ::recv (client, buffer.data(), buffer.size(), 0);
        if (count <= 0)
            return;
        request.append (buffer.data(), static_cast<std::size_t> (count));
    }

    const auto after = [&request] (const std::string& key)
    {
        const auto at = request.find (key);
        return at != std::string::npos ? request.substr (at + key.size(), request.find ('\r', at) - at - key.size())
                                       : std::string();
    };
    const auto range = after ("Range: bytes=");
    {
        const std::lock_guard lock (mutex);
        seen.push_back (range);
        authorized.push_back (after ("Authorization: "));
    }

    const auto from = knowsRanges && ! range.empty() ? std::stoul (range) : 0;
    std::string head = "HTTP/1.1 200 OK\r\n", body;

    if (status != 0)
        head = "HTTP/1.1 " + std::to_string (status) + " No\r\n";
    else if (from >= content.size() && from > 0)
        head = "HTTP/1.1 416 Range Not Satisfiable\r\n";
    else if (from > 0)
        head = "HTTP/1.1 206 Partial Content\r\n";

    if (status == 0 && from < content.size())
        body = content.substr (from);

    if (! location.empty())
        head += "Location: " + location + "\r\n";
    if (isEndless)
        return sendForEver (client);

    head += "Content-Length: " + std::to_string (announced != 0 ? announced.load() : body.size())
            + "\r\nConnection: close\r\n\r\n";

    if (breakAfter != 0)
        body.resize (std::min (body.size(), breakAfter.load()));
    if (stallAfter != 0)
        body.resize (std::min (body.size(), stallAfter.load()));

    const auto all = head + body;

    for (std::size_t sent = 0; sent < all.size();)
    {
        const auto count = ::send (client, all.data() + sent, all.size() - sent, MSG_NOSIGNAL);
        if (count <= 0)
            return;
        sent += static_cast<std::size_t> (count);
    }

    for (pollfd peer{ client, POLLIN, 0 }; stallAfter != 0 && ! shouldEnd;)
        if (::poll (&peer, 1, 50) > 0)
            return;
}

} // namespace kikitori::testing
