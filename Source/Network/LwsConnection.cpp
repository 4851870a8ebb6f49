#include "Network/LwsConnection.h"

#include "Network/LwsHttp.h"

#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

namespace kikitori
{

namespace
{
constexpr Milliseconds questionLimit{ 5000 };

bool isIPv6 (const std::string& host) { return host.find (':') != std::string::npos; }

std::string bracketed (const std::string& host)
{
    return host.find (':') != std::string::npos ? "[" + host + "]" : host;
}

} // namespace

LwsConnection::LwsConnection (LwsLoop& loopToUse, Endpoint where, std::string pathToOpen)
    : loop (loopToUse), endpoint (std::move (where)), path (std::move (pathToOpen))
{
}

std::string LwsConnection::host() const { return bracketed (endpoint.host) + ":" + std::to_string (endpoint.port); }

std::string LwsConnection::unauthorized() const
{
    const auto place = endpoint.tokenPlace.empty() ? "" : " (" + endpoint.tokenPlace + ")";
    return endpoint.token.empty() ? "it needs a token, and there is none for it" + place
                                  : "the token for it is wrong" + place;
}

std::string LwsConnection::reasonFor (const void* text, std::size_t size) const
{
    auto reason = text != nullptr ? std::string (static_cast<const char*> (text), size)
                                  : std::string ("the connection was refused");

    if (! certificateTrouble.empty())
        reason = "its certificate is not trusted: " + certificateTrouble;

    if (! redirect.empty())
        reason = "it redirects to " + redirect + ", and redirects are not followed; enter that address if you trust it";

    if (proxy)
        reason += ", through the proxy at " + bracketed (proxy->host) + ":" + std::to_string (proxy->port);

    return reason;
}

void LwsConnection::reach (Resolver& resolver)
{
    if (! endpoint.question)
        return findAddress (resolver);

    auto open = endpoint;
    open.question = nullptr;
    open.token.clear();

    const auto question = endpoint.question();
    HttpRequest request;
    request.target = question.target;
    request.timeout = questionLimit;
    request.gate = gate();
    const auto answer = [weak = weak_from_this(), &resolver, question] (const Result<HttpResponse>& told)
    {
        const auto self = weak.lock();

        if (self == nullptr || ! self->isWanted())
            return;

        auto proven = told ? question.authorization (told.value().body) : Result<std::string> (told.error());

        if (! proven)
            return self->onUnreachable (proven.error());

        self->authorization = std::move (proven).value();
        self->findAddress (resolver);
    };
    asking = LwsHttp::send (loop, resolver, open, std::move (request), answer);
}

void LwsConnection::findAddress (Resolver& resolver)
{
    const auto found = proxyFor (endpoint);

    // Not from here: the caller has no handle yet.
    const auto answer = [weak = weak_from_this()] (const Result<std::string>& address)
    {
        const auto self = weak.lock();

        if (self == nullptr || ! self->isWanted())
            return;

        if (address)
            self->connect (address.value());
        else
            self->onUnreachable (address.error());
    };

    if (! found)
    {
        loop.addTimer (Milliseconds (0), [answer, error = found.error()] { answer (error); });
        return;
    }

    proxy = found.value();
    lookup = resolver.resolve (proxy ? proxy->host : endpoint.host, proxy ? proxy->port : endpoint.port, answer);
}

void LwsConnection::connect (const std::string& address)
{
    const auto name = host();
    // Through a proxy it is the proxy that looks the name up.
    const auto target = proxy ? bracketed (endpoint.host) : address;
    const auto protocols = std::string ("http/1.1");
    lws_client_connect_info info{};
    info.address = target.c_str();
    info.port = endpoint.port;
    info.ssl_connection = endpoint.tls ? LCCSCF_USE_SSL : 0;

    // libwebsockets 4.1 takes an IPv6 address for a name that ends at its first colon: isCertificateFor() compares it.
    if (endpoint.tls && isIPv6 (endpoint.host))
        info.ssl_connection |= LCCSCF_SKIP_SERVER_CERT_HOSTNAME_CHECK;
    info.path = path.c_str();
    info.host = name.c_str();
    info.method = method();
    info.alpn = protocols.c_str();
    info.ietf_version_or_minus_one = -1;

    LwsRoute route;
    route.caFile = endpoint.caFile;

    if (proxy)
        route.proxy = (proxy->credentials.empty() ? std::string() : proxy->credentials + "@") + bracketed (address)
                      + ":" + std::to_string (proxy->port);

    if (! loop.connect (shared_from_this(), info, route))
        onUnreachable (
            { "unreachable", "No connection to the backend at " + name + ": " + reasonFor (nullptr, 0) + "." });
}

bool LwsConnection::isCertificateFor (x509_store_ctx_st* check) const
{
    return ! isIPv6 (endpoint.host) || X509_STORE_CTX_get_error_depth (check) > 0
           || X509_check_ip_asc (X509_STORE_CTX_get_current_cert (check), endpoint.host.c_str(), 0) == 1;
}

void LwsConnection::onBadCertificate (int opensslError)
{
    certificateTrouble = X509_verify_cert_error_string (opensslError);

    switch (opensslError)
    {
        case X509_V_ERR_CERT_HAS_EXPIRED: certificateTrouble += "; it must be renewed on the server"; break;
        case X509_V_ERR_CERT_NOT_YET_VALID: certificateTrouble += "; check this computer's clock and date"; break;

        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            certificateTrouble += "; it was issued for other names than " + endpoint.host + ", use one of those as the address";
            break;

        default: certificateTrouble += "; name its authority's PEM file in KIKITORI_CA_FILE"; break;
    }
}

void LwsConnection::letGo()
{
    lookup.reset();
    asking.reset();

    if (wsi != nullptr)
        lws_set_timeout (wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
}

int LwsConnection::refuseRedirect (const char* location)
{
    constexpr std::size_t longest = 200;

    for (redirect.clear(); *location != '\0' && redirect.size() < longest; ++location)
        redirect += *location > ' ' && *location < 0x7f ? *location : '?';

    return -1;
}

bool LwsConnection::addHeader (lws* source, const char* name, const std::string& value, void* data, std::size_t size)
{
    auto** position = static_cast<unsigned char**> (data);
    return lws_add_http_header_by_name (source, reinterpret_cast<const unsigned char*> (name),
                                        reinterpret_cast<const unsigned char*> (value.data()),
                                        static_cast<int> (value.size()), position, *position + size)
           == 0;
}

bool LwsConnection::addAuthorization (lws* source, void* data, std::size_t size) const
{
    if (endpoint.question)
        return addHeader (source, "authorization:", authorization, data, size);

    const auto maySend = endpoint.tls || isLoopback (endpoint.host);
    return endpoint.token.empty() || ! maySend
           || addHeader (source, "authorization:", "Bearer " + endpoint.token, data, size);
}

} // namespace kikitori
