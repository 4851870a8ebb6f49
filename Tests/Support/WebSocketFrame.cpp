#include "Support/WebSocketFrame.h"

#include <array>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sys/socket.h>

namespace kikitori::test
{

std::optional<WebSocketFrame> takeWebSocketFrame (std::vector<char>& input)
{
    constexpr std::size_t maskBytes = 4;
    const auto at = [&input] (std::size_t i) { return static_cast<unsigned char> (input[i]); };

    if (input.size() < 2)
        return std::nullopt;

    std::size_t head = 2;
    std::size_t size = at (1) & 0x7f;
    const std::size_t extra = size == 126 ? 2 : size == 127 ? 8 : 0;

    if (input.size() < head + extra + maskBytes)
        return std::nullopt;

    if (extra > 0)
        size = 0;
    for (std::size_t i = 0; i < extra; ++i)
        size = size << 8 | at (head + i);

    head += extra + maskBytes;

    if (input.size() < head + size)
        return std::nullopt;

    WebSocketFrame frame;
    frame.kind = static_cast<WebSocketFrame::Kind> (at (0) & 0x0f);
    frame.isLast = (at (0) & 0x80) != 0;
    frame.payload.resize (size);

    for (std::size_t i = 0; i < size; ++i)
        frame.payload[i] = static_cast<std::byte> (at (head + i) ^ at (head - maskBytes + i % maskBytes));

    input.erase (input.begin(), input.begin() + static_cast<std::ptrdiff_t> (head + size));
    return frame;
}

std::string acceptKey (const std::string& key)
{
    const auto whole = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
    SHA1 (reinterpret_cast<const unsigned char*> (whole.data()), whole.size(), digest.data());
    std::array<unsigned char, 64> text{};
    const auto length = EVP_EncodeBlock (text.data(), digest.data(), static_cast<int> (digest.size()));
    return { reinterpret_cast<const char*> (text.data()), static_cast<std::size_t> (length) };
}

std::string headerValue (const std::string& request, const std::string& name)
{
    const auto at = request.find (name + ": ");

    if (at == std::string::npos)
        return {};

    const auto from = at + name.size() + 2;
    return request.substr (from, request.find ("\r\n", from) - from);
}

void sendAll (int handle, std::string_view bytes)
{
    while (! bytes.empty())
    {
        const auto sent = ::send (handle, bytes.data(), bytes.size(), MSG_NOSIGNAL);

        if (sent <= 0)
            return;

        bytes.remove_prefix (static_cast<std::size_t> (sent));
    }
}

void sendFrame (int handle, WebSocketFrame::Kind kind, std::string_view payload)
{
    std::string frame (1, static_cast<char> (0x80 | static_cast<int> (kind)));
    const auto size = payload.size();

    if (size < 126)
        frame += static_cast<char> (size);
    else
        frame += { 126, static_cast<char> (size >> 8), static_cast<char> (size & 0xff) };

    frame += payload;
    sendAll (handle, frame);
}

} // namespace kikitori::test
