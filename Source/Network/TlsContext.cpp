#include "Network/TlsContext.h"

#include <openssl/ssl.h>

namespace kikitori
{

void FreeTlsContext::operator() (SSL_CTX* context) const noexcept { SSL_CTX_free (context); }

TlsContext makeTlsContext (const std::string& caFile)
{
    TlsContext context (SSL_CTX_new (TLS_client_method()));

    if (context == nullptr || SSL_CTX_set_min_proto_version (context.get(), TLS1_2_VERSION) != 1)
        return nullptr;

    SSL_CTX_set_default_verify_paths (context.get());

    if (! caFile.empty())
        SSL_CTX_load_verify_locations (context.get(), caFile.c_str(), nullptr);

    // libwebsockets sends what is left of a message from another place of its memory.
    SSL_CTX_set_mode (context.get(), SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    return context;
}

} // namespace kikitori
