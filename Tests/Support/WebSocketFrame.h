/*  The frames of a WebSocket (RFC 6455), as the tests' own server reads and writes them.

    Threads: any, no state.
    Failure: what is not whole yet gives nothing; a peer that has gone is not told.
*/
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kikitori::test
{

struct WebSocketFrame
{
    enum class Kind : unsigned char
    {
        more = 0, ///< goes on with the message before
        text = 1,
        binary = 2,
        close = 8,
        ping = 9,
        pong = 10
    };

    Kind kind = Kind::text;
    bool isLast = true; ///< of its message
    std::vector<std::byte> payload;

    std::string_view text() const { return { reinterpret_cast<const char*> (payload.data()), payload.size() }; }
};

/** Takes one whole masked frame from the front of what a client has sent. */
std::optional<WebSocketFrame> takeWebSocketFrame (std::vector<char>& input);

/** An unmasked frame that is a message of its own, of at most 65535 bytes. */
void sendFrame (int handle, WebSocketFrame::Kind kind, std::string_view payload);

/** Everything or nothing: the peers of a test read what they get. */
void sendAll (int handle, std::string_view bytes);

/** What proves that the server has read the request (1.3). */
std::string acceptKey (const std::string& key);

/** A header of an HTTP request; empty if it is not there. */
std::string headerValue (const std::string& request, const std::string& name);

} // namespace kikitori::test
