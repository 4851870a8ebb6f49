#include "RawClient.h"

#include <array>
#include <cstdint>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kikitori::testing
{

namespace
{
int connectTo (int port)
{
    const auto handle = ::socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons (static_cast<std::uint16_t> (port));
    address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);

    if (::connect (handle, reinterpret_cast<sockaddr*> (&address), sizeof address) == 0)
        return handle;

    ::close (handle);
    return -1;
}
} // namespace

RawClient::RawClient (int port, std::chrono::milliseconds time) : handle (connectTo (port)), patience (time) {}

RawClient::RawClient (int port, const std::filesystem::path& authority) : RawClient (port)
{
    context = SSL_CTX_new (TLS_client_method());
    SSL_CTX_load_verify_locations (context, authority.c_str(), nullptr);
    tls = SSL_new (context);
    SSL_set_verify (tls, SSL_VERIFY_PEER, nullptr);
    X509_VERIFY_PARAM_set1_ip_asc (SSL_get0_param (tls), "127.0.0.1");
    SSL_set_fd (tls, handle);

    if (handle >= 0 && SSL_connect (tls) != 1)
    {
        ::close (handle);
        handle = -1;
    }
}

RawClient::~RawClient()
{
    SSL_free (tls);
    SSL_CTX_free (context);

    if (handle >= 0)
        ::close (handle);
}

void RawClient::send (std::string_view bytes)
{
    while (handle >= 0 && ! bytes.empty())
    {
        pollfd watched{ handle, POLLOUT, 0 };

        if (::poll (&watched, 1, static_cast<int> (patience.count())) <= 0)
            return;

        const auto sent = tls != nullptr ? SSL_write (tls, bytes.data(), static_cast<int> (bytes.size()))
                                         : ::send (handle, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);

        if (sent <= 0)
            return;

        bytes.remove_prefix (static_cast<std::size_t> (sent));
    }
}

void RawClient::endSending() { ::shutdown (handle, SHUT_WR); }

void RawClient::reset()
{
    const linger atOnce{ 1, 0 };
    ::setsockopt (handle, SOL_SOCKET, SO_LINGER, &atOnce, sizeof atOnce);
    ::close (handle);
    handle = -1;
}

bool RawClient::readSome()
{
    std::array<char, 16384> bytes;
    pollfd watched{ handle, POLLIN, 0 };

    if (handle < 0)
        return false;

    if ((tls == nullptr || SSL_pending (tls) == 0) && ::poll (&watched, 1, static_cast<int> (patience.count())) <= 0)
        return false;

    const auto count = tls != nullptr ? SSL_read (tls, bytes.data(), static_cast<int> (bytes.size()))
                                      : ::recv (handle, bytes.data(), bytes.size(), 0);

    if (count <= 0)
        return false;

    input.append (bytes.data(), static_cast<std::size_t> (count));
    return true;
}

std::string RawClient::readAll()
{
    while (readSome())
        continue;

    return std::exchange (input, {});
}

std::string RawClient::readUntil (std::string_view text)
{
    while (input.find (text) == std::string::npos && readSome())
        continue;

    return std::exchange (input, {});
}

std::string RawClient::ask (int port, const std::string& request)
{
    RawClient client (port);
    client.send (request);
    return client.readAll();
}

bool RawClient::upgrade (const std::string& moreHeaders, const std::string& path)
{
    send ("GET " + path
          + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
          + moreHeaders + "\r\n");

    while (input.find ("\r\n\r\n") == std::string::npos)
        if (! readSome())
            return false;

    const auto isOpened = input.starts_with ("HTTP/1.1 101");
    input.erase (0, input.find ("\r\n\r\n") + 4);
    return isOpened;
}

std::string RawClient::frame (int opcode, std::string_view payload, bool isLast)
{
    std::string bytes (1, static_cast<char> (opcode | (isLast ? 0x80 : 0)));
    const auto size = payload.size();
    const auto lengthBytes = size < 126 ? 0 : size < 65536 ? 2 : 8;
    bytes += static_cast<char> (0x80 | (lengthBytes == 0 ? size : lengthBytes == 2 ? 126u : 127u));

    for (auto i = lengthBytes - 1; i >= 0; --i)
        bytes += static_cast<char> (size >> (8 * i) & 0xff);

    constexpr std::string_view mask ("\x12\x34\x56\x78", 4);
    bytes += mask;

    for (std::size_t i = 0; i < size; ++i)
        bytes += static_cast<char> (payload[i] ^ mask[i % 4]);

    return bytes;
}

std::optional<RawClient::Message> RawClient::receive()
{
    const auto at = [this] (std::size_t i) { return static_cast<unsigned char> (input[i]); };

    for (;;)
    {
        const std::size_t extra = input.size() < 2 ? 0 : (at (1) & 0x7f) == 126 ? 2 : (at (1) & 0x7f) == 127 ? 8 : 0;

        if (input.size() >= 2 + extra)
        {
            std::size_t size = extra > 0 ? 0 : at (1) & 0x7f;

            for (std::size_t i = 0; i < extra; ++i)
                size = size << 8 | at (2 + i);

            if (input.size() >= 2 + extra + size)
            {
                Message message{ at (0) & 0x0f, input.substr (2 + extra, size) };
                input.erase (0, 2 + extra + size);

                if (message.opcode != 9)
                    return message;

                send (frame (10, message.payload));
                continue;
            }
        }

        if (! readSome())
            return std::nullopt;
    }
}

std::optional<RawClient::Message> RawClient::receiveUntil (std::string_view text)
{
    const auto deadline = std::chrono::steady_clock::now() + 2 * patience;

    for (auto message = receive(); message && std::chrono::steady_clock::now() < deadline; message = receive())
        if (message->payload.find (text) != std::string::npos)
            return message;

    return std::nullopt;
}

int RawClient::Message::closeCode() const
{
    return opcode == 8 && payload.size() >= 2
               ? static_cast<unsigned char> (payload[0]) << 8 | static_cast<unsigned char> (payload[1])
               : 0;
}

} // namespace kikitori::testing
