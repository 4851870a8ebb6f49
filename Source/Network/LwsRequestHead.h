/*  What the opening of every connection has in common: the Host header and the bearer token.

    Threads: the loop's.
    Failure: false when libwebsockets has no room for the header.
*/
#pragma once

#include "Network/Transport.h"

#include <libwebsockets.h>

namespace kikitori
{

inline std::string hostHeader (const Endpoint& endpoint)
{
    const auto isIpv6 = endpoint.host.find (':') != std::string::npos;
    return (isIpv6 ? "[" + endpoint.host + "]" : endpoint.host) + ":" + std::to_string (endpoint.port);
}

/** data and size as LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER brings them. */
inline bool addHeader (lws* wsi, const char* name, const std::string& value, void* data, std::size_t size)
{
    auto** position = static_cast<unsigned char**> (data);
    return lws_add_http_header_by_name (wsi, reinterpret_cast<const unsigned char*> (name),
                                        reinterpret_cast<const unsigned char*> (value.data()),
                                        static_cast<int> (value.size()), position, *position + size)
           == 0;
}

inline bool addAuthorization (lws* wsi, const Endpoint& endpoint, void* data, std::size_t size)
{
    return endpoint.token.empty() || addHeader (wsi, "authorization:", "Bearer " + endpoint.token, data, size);
}

} // namespace kikitori
