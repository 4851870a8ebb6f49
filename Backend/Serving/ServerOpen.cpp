// What a server needs before it listens: addresses, certificates, libwebsockets' limits.
#include "Backend/Serving/ServerConnection.h"
#include "Core/Log.h"
#include "Platform/ListenAddress.h"

#include <algorithm>
#include <csignal>
#include <memory>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <unistd.h>

namespace kikitori::backend
{

namespace
{
bool isKeyOf (const std::filesystem::path& certificate, const std::filesystem::path& key)
{
    const std::unique_ptr<SSL_CTX, void (*) (SSL_CTX*)> tls (SSL_CTX_new (TLS_server_method()), SSL_CTX_free);
    const auto fits = tls != nullptr && SSL_CTX_use_certificate_chain_file (tls.get(), certificate.c_str()) == 1
                      && SSL_CTX_use_PrivateKey_file (tls.get(), key.c_str(), SSL_FILETYPE_PEM) == 1;
    ERR_clear_error();
    return fits;
}

bool isWildcard (const platform::ListenAddress& address) { return address.text == (address.isIPv6 ? "::" : "0.0.0.0"); }

/** When the files were changed, as far as a look at them tells. */
std::string stampOf (const ServerOptions& options)
{
    std::string stamp;

    for (const auto& file : { options.certificate, options.key })
    {
        std::error_code failed;
        stamp += std::to_string (std::filesystem::last_write_time (file, failed).time_since_epoch().count()) + " "
                 + std::to_string (std::filesystem::file_size (file, failed)) + " ";
    }

    return stamp;
}
} // namespace

/** On the disk thread: what has changed since the last look is read, and used from the next connection on. A pair that does
    not match, as between the writing of one and the other, is looked at again; the old one stays meanwhile. */
void Server::renewCertificate (const std::shared_ptr<std::string>& seen)
{
    const auto stamp = stampOf (options);

    if (stamp == *seen)
        return;

    std::shared_ptr<SSL_CTX> fresh (SSL_CTX_new (TLS_server_method()), SSL_CTX_free);

    if (fresh == nullptr || SSL_CTX_use_certificate_chain_file (fresh.get(), options.certificate.c_str()) != 1
        || SSL_CTX_use_PrivateKey_file (fresh.get(), options.key.c_str(), SSL_FILETYPE_PEM) != 1
        || SSL_CTX_check_private_key (fresh.get()) != 1 || stampOf (options) != stamp)
        return ERR_clear_error();

    *seen = stamp;
    post (
        [this, fresh]
        {
            STACK_OF (X509)* chain = nullptr;
            SSL_CTX_get0_chain_certs (fresh.get(), &chain);

            for (auto* tls : tlsContexts)
                if (SSL_CTX_use_cert_and_key (tls, SSL_CTX_get0_certificate (fresh.get()),
                                              SSL_CTX_get0_privatekey (fresh.get()), chain, 1)
                    != 1)
                    log::write (log::Level::error, "serving", "certificate", "the new certificate cannot be used");

            ERR_clear_error();
            log::write (log::Level::info, "serving", "certificate", "the certificate was read again");
        });
}

void Server::lookAtCertificate (std::chrono::steady_clock::time_point now)
{
    if (options.certificate.empty() || isDraining || (! shouldReload.exchange (false) && now < nextLook))
        return;

    nextLook = now + std::chrono::seconds (5);
    disk->goOn ([this, seen = certificateSeen] { renewCertificate (seen); });
}

Status Server::checkOptions() const
{
    if (! isLoopback (options.host) && options.access.token.empty())
        return Error{ "insecure",
                      "Listening on " + options.host
                          + " needs a token, or anybody could listen in: set KIKITORI_TOKEN or --token-file, "
                            "or listen on 127.0.0.1." };

    if (options.certificate.empty() != options.key.empty())
        return Error{ "bad_certificate", "TLS needs both --tls-cert and --tls-key." };

    for (const auto& file : { options.certificate, options.key })
        if (! file.empty() && ::access (file.c_str(), R_OK) != 0)
            return Error{ "bad_certificate", file.string() + " cannot be read; give a PEM file of this user's." };

    if (! options.certificate.empty() && ! isKeyOf (options.certificate, options.key))
        return Error{ "bad_certificate", options.key.string() + " is not the private key of the certificate in "
                                             + options.certificate.string() + "; both must be PEM files." };

    return success();
}

Status Server::open()
{
    if (auto checked = checkOptions(); ! checked)
        return checked;

    if (! isLoopback (options.host) && options.certificate.empty())
        log::write (log::Level::warning, "serving", "open",
                    "without --tls-cert, audio and words travel readable: put TLS in front, or give a certificate");

    const auto addresses = platform::listenAddresses (options.host);

    if (! addresses)
        return addresses.error();

    lws_set_log_level (0, nullptr);
    std::signal (SIGPIPE, SIG_IGN);

    lws_context_creation_info info{};
    info.protocols = Callbacks::protocols();
    info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND
                   | LWS_SERVER_OPTION_VALIDATE_UTF8 | LWS_SERVER_OPTION_HTTP_HEADERS_SECURITY_BEST_PRACTICES_ENFORCE;
    info.user = this;
    info.retry_and_idle_policy = &Callbacks::validity();
    info.keepalive_timeout = 30;
    info.timeout_secs = 20;
    info.max_http_header_data = 8192;
    // A place for every connection's headers; UnfinishedRequests says who may keep one.
    info.max_http_header_pool = static_cast<unsigned short> (std::min (options.connections, 65535u));
    info.fd_limit_per_thread = options.connections;
    info.pt_serv_buf_size = 65536;
    info.alpn = "http/1.1"; // libwebsockets 4.1 can be made to loop by HTTP/2's headers, see Callbacks::mayUpgrade()

    const auto certificate = options.certificate.string(), key = options.key.string();

    if (! certificate.empty())
    {
        info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
        info.ssl_cert_filepath = certificate.c_str();
        info.ssl_private_key_filepath = key.c_str();
        info.ssl_options_set = SSL_OP_NO_SSLv3 | SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 | SSL_OP_NO_RENEGOTIATION;
    }

    *certificateSeen = certificate.empty() ? std::string() : stampOf (options);
    context = lws_create_context (&info);

    if (context == nullptr)
        return Error{ "internal", "The server could not be set up; is there memory left?" };

    listeningPort = options.port;

    for (const auto& address : addresses.value())
        if (auto listening = listen (info, address); ! listening)
            return listening;

    lastUse = std::chrono::steady_clock::now();
    return success();
}

Status Server::listen (lws_context_creation_info info, const platform::ListenAddress& address)
{
    if (auto may = platform::canListen (address, listeningPort); ! may)
        return may;

    // Asked for an IPv4 address without DISABLE_IPV6, libwebsockets listens on every address of the machine.
    if (! address.isIPv6)
        info.options |= LWS_SERVER_OPTION_DISABLE_IPV6;
    else if (! platform::isDualStack (address))
        info.options |= LWS_SERVER_OPTION_IPV6_V6ONLY_MODIFY | LWS_SERVER_OPTION_IPV6_V6ONLY_VALUE;

    info.vhost_name = address.text.c_str();
    info.port = listeningPort;
    info.iface = isWildcard (address) ? nullptr : address.text.c_str();
    auto* vhost = lws_create_vhost (context, &info);

    if (vhost != nullptr)
        listeningPort = lws_get_vhost_listen_port (vhost);

    if (vhost == nullptr || ! platform::isListening (address, listeningPort))
        return Error{ "port_taken", "Port " + std::to_string (listeningPort) + " on " + address.text
                                        + " could not be opened. Try again, or choose another one with --port." };

    return success();
}

} // namespace kikitori::backend
