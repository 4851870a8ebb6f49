#include "EchoServer.h"

#include "Support/Catch.h"

#include <array>
#include <csignal>
#include <cstring>

namespace kikitori::test
{

EchoServer::EchoServer (const TestCertificates* certificates, const char* address)
{
    static lws_protocols protocols[] = { { "echo", &EchoServer::callback, 0, 4096, 0, nullptr, 0 },
                                         { nullptr, nullptr, 0, 0, 0, nullptr, 0 } };
    lws_context_creation_info info{};
    info.port = 0;
    info.iface = address;
    info.protocols = protocols;
    info.user = this;
    info.fd_limit_per_thread = 64;

    if (certificates != nullptr)
    {
        info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
        info.ssl_cert_filepath = certificates->certificate.c_str();
        info.ssl_private_key_filepath = certificates->key.c_str();
        clientTls =
            makeTlsContext ({}); // never used; one that libwebsockets makes it may not find again (TlsContext.h)
        info.provided_client_ssl_ctx = clientTls.get();
    }

    struct sigaction before
    {
    };
    sigaction (SIGPIPE, nullptr, &before); // libwebsockets ignores it for the whole process
    context = lws_create_context (&info);
    sigaction (SIGPIPE, &before, nullptr);
    REQUIRE (context != nullptr);
    listeningPort = lws_get_vhost_listen_port (lws_get_vhost_by_name (context, "default"));
    REQUIRE (listeningPort > 0);
    thread = std::thread (
        [this]
        {
            while (! shouldEnd && lws_service (context, 0) >= 0)
            {
            }
        });
}

EchoServer::~EchoServer()
{
    shouldEnd = true;
    lws_cancel_service (context);
    thread.join();
    lws_context_destroy (context);
}

std::vector<std::string> EchoServer::authorizations() const
{
    const std::lock_guard lock (mutex);
    return heard;
}

std::string EchoServer::lastAuthorization() const
{
    const std::lock_guard lock (mutex);
    return heard.empty() ? "no request" : heard.back();
}

int EchoServer::callback (lws* wsi, lws_callback_reasons reason, void*, void* data, size_t size)
{
    auto* self = static_cast<EchoServer*> (lws_context_user (lws_get_context (wsi)));
    return self->handle (wsi, reason, static_cast<const char*> (data), size);
}

void EchoServer::note (lws* wsi)
{
    std::array<char, 256> text{};
    lws_hdr_copy (wsi, text.data(), static_cast<int> (text.size()), WSI_TOKEN_HTTP_AUTHORIZATION);
    const std::lock_guard lock (mutex);
    heard.emplace_back (text[0] != '\0' ? text.data() : "none");
}

int EchoServer::handle (lws* wsi, lws_callback_reasons reason, const char* data, std::size_t size)
{
    switch (static_cast<int> (reason))
    {
        case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION: note (wsi); return 0;
        case LWS_CALLBACK_HTTP: note (wsi); return answer (wsi);

        case LWS_CALLBACK_RECEIVE:
        {
            std::vector<unsigned char> message (LWS_PRE + size);
            std::memcpy (message.data() + LWS_PRE, data, size);
            return lws_write (wsi, message.data() + LWS_PRE, size, LWS_WRITE_TEXT) < 0 ? -1 : 0;
        }

        default: return 0;
    }
}

int EchoServer::answer (lws* wsi)
{
    static constexpr std::string_view body = "hello";
    std::array<unsigned char, LWS_PRE + 512> buffer{};
    auto* start = buffer.data() + LWS_PRE;
    auto* position = start;
    auto* end = buffer.data() + buffer.size() - 1;

    if (lws_add_http_common_headers (wsi, HTTP_STATUS_OK, "text/plain", body.size(), &position, end) != 0
        || lws_finalize_write_http_header (wsi, start, &position, end) != 0)
        return 1;

    std::memcpy (start, body.data(), body.size());

    if (lws_write (wsi, start, body.size(), LWS_WRITE_HTTP_FINAL) < 0)
        return 1;

    return lws_http_transaction_completed (wsi) != 0 ? -1 : 0;
}

} // namespace kikitori::test
