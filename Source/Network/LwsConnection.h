/*  What a WebSocket and an HTTP request have in common: the way to the backend (proxy, name, address) and the head of
    the request.

    Threads: the loop's.
    Failure: told once through onUnreachable(), or by libwebsockets' LWS_CALLBACK_CLIENT_CONNECTION_ERROR.
*/
#pragma once

#include "Network/LwsLoop.h"
#include "Network/Proxy.h"
#include "Network/Resolver.h"

namespace kikitori
{

class LwsConnection : public LwsClient, public std::enable_shared_from_this<LwsConnection>
{
protected:
    LwsConnection (LwsLoop& loopToUse, Endpoint where, std::string pathToOpen);

    /** Finds the address and connects; before that, the peer answers the endpoint's question. */
    void reach (Resolver& resolver);
    /** Nothing comes any more: the lookup is forgotten, the connection closed. */
    void letGo();

    /** Is somebody still waiting for it? */
    virtual bool isWanted() const = 0;
    /** Asked before the first bytes leave; empty: they may. */
    virtual std::function<bool()> gate() const { return {}; }
    /** GET, POST, ... or null for a WebSocket. */
    virtual const char* method() const = 0;
    virtual void onUnreachable (const Error& error) = 0;

    /** "host:port", also for messages. */
    std::string host() const;
    /** Why it failed, from what libwebsockets says and what is known besides. */
    std::string reasonFor (const void* text, std::size_t size) const;

    /** Why a backend answers 401: which token is missing, and where it would be kept, or wrong. */
    std::string unauthorized() const;
    /** Audio and token go to the address that the user agreed to and to no other: -1, and reasonFor() tells where the
        backend wanted them to go. location: of the answer, as LWS_CALLBACK_CLIENT_HTTP_REDIRECT brings it. */
    int refuseRedirect (const char* location);

    /** data and size as LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER brings them. False: no room for the header. */
    static bool addHeader (lws* source, const char* name, const std::string& value, void* data, std::size_t size);
    /** The bearer token, if there is one and nobody else can read it on its way. */
    bool addAuthorization (lws* source, void* data, std::size_t size) const;

    template <typename Derived>
    std::weak_ptr<Derived> weakSelf()
    {
        return std::static_pointer_cast<Derived> (shared_from_this());
    }

    LwsLoop& loop;
    const Endpoint endpoint;
    const std::string path;

private:
    void onBadCertificate (int opensslError) override;
    bool isCertificateFor (x509_store_ctx_st* check) const override;
    void findAddress (Resolver& resolver);
    void connect (const std::string& address);

    std::optional<ProxyServer> proxy;
    std::string certificateTrouble;
    std::string redirect; ///< where it was to go, refused
    std::shared_ptr<Subscription> lookup;
    std::unique_ptr<Subscription> asking; ///< the peer for its proof
    std::string authorization;            ///< that it was worth
};

} // namespace kikitori
