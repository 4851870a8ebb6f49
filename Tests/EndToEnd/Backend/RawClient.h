/*  A client that sends what it is told, byte by byte, also what no client should; with TLS when asked.

    Threads: one owner. Every wait ends after the time that the constructor was given.
    Failure: what is not connected sends nothing and hears nothing.
*/
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

struct ssl_st;
struct ssl_ctx_st;

namespace kikitori::testing
{

class RawClient
{
public:
    explicit RawClient (int port, std::chrono::milliseconds patience = std::chrono::seconds (10));
    /** With TLS; the peer's certificate must be by this authority and for 127.0.0.1. */
    RawClient (int port, const std::filesystem::path& authority);
    ~RawClient();

    RawClient (const RawClient&) = delete;
    RawClient& operator= (const RawClient&) = delete;

    bool isOpen() const noexcept { return handle >= 0; }
    int socket() const noexcept { return handle; }
    void setPatience (std::chrono::milliseconds time) noexcept { patience = time; }

    void send (std::string_view bytes);
    void endSending(); ///< the other side reads the end; we still listen
    void reset();      ///< the connection is torn down as by a crash

    /** Everything until the other side ends or nothing comes for the time given. */
    std::string readAll();
    /** Until the text was read; what came so far in any case. */
    std::string readUntil (std::string_view text);

    /** Sends a request with this head and gives the whole reply. */
    static std::string ask (int port, const std::string& request);

    /** Opens /ws; false when it was refused. */
    bool upgrade (const std::string& moreHeaders = {}, const std::string& path = "/ws");
    /** One masked frame (RFC 6455, 5.2). */
    static std::string frame (int opcode, std::string_view payload, bool isLast = true);
    void sendText (std::string_view text) { send (frame (1, text)); }
    void sendBinary (std::string_view bytes) { send (frame (2, bytes)); }

    /** The next message; pings are answered. */
    struct Message
    {
        int opcode = 0;
        std::string payload;
        int closeCode() const;
    };
    std::optional<Message> receive();
    /** Messages until one holds the text. */
    std::optional<Message> receiveUntil (std::string_view text);

private:
    bool readSome();

    int handle = -1;
    std::chrono::milliseconds patience;
    std::string input;
    ssl_ctx_st* context = nullptr;
    ssl_st* tls = nullptr;
};

} // namespace kikitori::testing
