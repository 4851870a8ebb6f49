#include "Backend/Import/HubServer.h"

#include "Backend/Download/FileHash.h"
#include "Support/TemporaryFolder.h"

#include <nlohmann/json.hpp>

#include <sstream>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

HubServer::HubServer() : listener (::socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
    socklen_t length = sizeof (address);
    REQUIRE (::bind (listener, reinterpret_cast<const sockaddr*> (&address), length) == 0);
    REQUIRE (::listen (listener, 8) == 0);
    REQUIRE (::getsockname (listener, reinterpret_cast<sockaddr*> (&address), &length) == 0);
    port = ntohs (address.sin_port);
    thread = std::thread ([this] { run(); });
}

HubServer::~HubServer()
{
    shouldEnd = true;
    thread.join();
    ::close (listener);
}

std::string HubServer::address() const { return "http://127.0.0.1:" + std::to_string (port); }

void HubServer::add (const std::string& name, std::string content, bool large)
{
    const TemporaryFolder folder;
    const auto path = folder.write ("file", content);
    const std::lock_guard lock (mutex);
    files[name] = { content, content, kikitori::backend::sha256Of (path), kikitori::backend::gitBlobSha1Of (path),
                    large,   false };
}

void HubServer::addFolder (const std::string& folder)
{
    for (const auto& entry : std::filesystem::directory_iterator (folder))
    {
        std::ifstream stream (entry.path(), std::ios::binary);
        std::stringstream content;
        content << stream.rdbuf();
        add (entry.path().filename().string(), content.str(), entry.file_size() > 10000);
    }
}

void HubServer::cutOffAfter (std::size_t bytes, int answers)
{
    const std::lock_guard lock (mutex);
    cutOff = bytes;
    cutOffAnswers = answers;
}

void HubServer::ignoreRanges()
{
    const std::lock_guard lock (mutex);
    knowsRanges = false;
}

void HubServer::corrupt (const std::string& name)
{
    const std::lock_guard lock (mutex);
    files.at (name).served[files.at (name).served.size() / 2] ^= 1;
}

void HubServer::lose (const std::string& name)
{
    const std::lock_guard lock (mutex);
    files.at (name).isLost = true;
}

std::vector<std::string> HubServer::requests() const
{
    const std::lock_guard lock (mutex);
    return seen;
}

void HubServer::run()
{
    while (! shouldEnd)
    {
        pollfd waiting{ listener, POLLIN, 0 };

        if (::poll (&waiting, 1, 20) != 1)
            continue;

        const auto socket = ::accept4 (listener, nullptr, nullptr, SOCK_CLOEXEC);

        if (socket >= 0)
        {
            answer (socket);
            ::close (socket);
        }
    }
}

void HubServer::answer (int socket)
{
    std::string request;
    char block[4096];

    while (request.find ("\r\n\r\n") == std::string::npos)
    {
        pollfd waiting{ socket, POLLIN, 0 };
        const auto count = ::poll (&waiting, 1, 2000) == 1 ? ::recv (socket, block, sizeof (block), 0) : 0;

        if (count <= 0)
            return;

        request.append (block, static_cast<std::size_t> (count));
    }

    const auto path = request.substr (4, request.find (' ', 4) - 4);
    const auto at = request.find ("Range: bytes=");
    const auto range = at == std::string::npos ? "" : request.substr (at + 13, request.find ('-', at) - at - 13);
    const auto text = reply (path, range);

    for (std::size_t sent = 0; sent < text.size();)
    {
        const auto count = ::send (socket, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);

        if (count <= 0)
            return;

        sent += static_cast<std::size_t> (count);
    }
}

std::string HubServer::listing() const
{
    auto list = nlohmann::json::array();
    list.push_back ({ { "type", "directory" }, { "path", "folder" }, { "oid", "0" }, { "size", 0 } });

    for (const auto& [name, file] : files)
    {
        list.push_back (
            { { "type", "file" }, { "path", name }, { "oid", file.gitBlobSha1 }, { "size", file.content.size() } });

        if (file.isLarge)
            list.back()["lfs"] = { { "oid", file.sha256 }, { "size", file.content.size() }, { "pointerSize", 134 } };
    }

    return list.dump();
}

std::string HubServer::reply (const std::string& path, const std::string& range)
{
    const std::lock_guard lock (mutex);
    seen.push_back ("GET " + path + (range.empty() ? "" : " bytes=" + range + "-"));
    const auto whole = [] (const std::string& status, const std::string& body)
    {
        return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string (body.size())
               + "\r\nConnection: close\r\n\r\n" + body;
    };

    if (path == "/api/models/someone/model/tree/main")
        return whole ("200 OK", listing());

    const std::string resolve = "/someone/model/resolve/main/";
    const auto found = files.find (path.substr (std::min (path.size(), resolve.size())));

    if (! path.starts_with (resolve) || found == files.end() || found->second.isLost)
        return whole ("404 Not Found", "Entry not found");

    const auto& content = found->second.served;
    const auto first = range.empty() || ! knowsRanges ? 0 : std::min<std::size_t> (content.size(), std::stoul (range));
    auto text = whole (first > 0 ? "206 Partial Content" : "200 OK", content.substr (first));

    if (cutOffAnswers > 0 && content.size() > cutOff)
    {
        --cutOffAnswers;
        text.resize (text.size() - (content.size() - first) + std::min (cutOff, content.size() - first));
    }

    return text;
}
