/*  A real server on loopback: says every WebSocket text back, answers GET with "hello", with or without TLS.

    Threads: one owner; a thread of its own serves and is joined by the destructor.
    Failure: what cannot be set up fails the running test.
*/
#pragma once

#include "Network/TlsContext.h"
#include "TestCertificates.h"

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <libwebsockets.h>

namespace kikitori::test
{

class EchoServer
{
public:
    /** certificates: null = without TLS. */
    explicit EchoServer (const TestCertificates* certificates = nullptr, const char* address = "127.0.0.1");
    ~EchoServer();

    EchoServer (const EchoServer&) = delete;
    EchoServer& operator= (const EchoServer&) = delete;

    int port() const noexcept { return listeningPort; }

    /** The Authorization headers of all requests, "none" where there was none. */
    std::vector<std::string> authorizations() const;
    std::string lastAuthorization() const;

private:
    static int callback (lws* wsi, lws_callback_reasons reason, void* user, void* data, size_t size);
    int handle (lws* wsi, lws_callback_reasons reason, const char* data, std::size_t size);
    int answer (lws* wsi);
    void note (lws* wsi);

    TlsContext clientTls;
    lws_context* context = nullptr;
    int listeningPort = 0;
    std::atomic<bool> shouldEnd{ false };
    mutable std::mutex mutex;
    std::vector<std::string> heard; ///< under the mutex
    std::thread thread;
};

} // namespace kikitori::test
