/*  What connections over TLS trust: the system's authorities and, where one is named, another.

    libwebsockets would make it, but version 4.1 finds its own again by an index that every further context in the
   process changes (another plugin's is enough), and then never frees it.

    Threads: any; the object is used by the service thread.
    Failure: null without memory. A file of an authority that cannot be read adds nothing, and the peer is refused.
*/
#pragma once

#include <memory>
#include <string>

#include <openssl/types.h>

namespace kikitori
{

struct FreeTlsContext
{
    void operator() (SSL_CTX* context) const noexcept;
};

using TlsContext = std::unique_ptr<SSL_CTX, FreeTlsContext>;

/** caFile: PEM, or empty. TLS 1.2 or later. */
TlsContext makeTlsContext (const std::string& caFile);

} // namespace kikitori
