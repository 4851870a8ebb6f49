#include "Network/LwsLoop.h"

#include "Core/Guarded.h"
#include "Network/NetworkThread.h"

#include <csignal>
#include <stdexcept>

#include <openssl/x509_vfy.h>

namespace kikitori
{

namespace
{
const lws_retry_bo_t validityPolicy = {
    nullptr, 0, 0, NetworkPolicy::pingAfterSeconds, NetworkPolicy::hangUpAfterSeconds, 0
};

/** libwebsockets ignores SIGPIPE for the whole process when it makes a context; the host's own choice is put back. */
class KeepSigpipe
{
public:
    KeepSigpipe() { sigaction (SIGPIPE, nullptr, &before); }
    ~KeepSigpipe() { sigaction (SIGPIPE, &before, nullptr); }

private:
    struct sigaction before
    {
    };
};
} // namespace

LwsLoop::LwsLoop()
{
    static lws_protocols protocols[] = { { "kikitori-client", &LwsLoop::callback, 0, 65536, 0, nullptr, 0 },
                                         { nullptr, nullptr, 0, 0, 0, nullptr, 0 } };

    lws_set_log_level (0, nullptr);

    lws_context_creation_info info{};
    info.port = CONTEXT_PORT_NO_LISTEN;
    info.protocols = protocols;
    info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT | LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
    info.fd_limit_per_thread = NetworkPolicy::mostConnections;
    info.retry_and_idle_policy = &validityPolicy;
    info.user = this;
    info.pt_serv_buf_size = 65536;

    const KeepSigpipe keep;
    context = lws_create_context (&info);

    if (context == nullptr)
        throw std::runtime_error ("libwebsockets made no context: too little memory or too few file handles");

    if (vhostFor ({}) == nullptr)
    {
        lws_context_destroy (context);
        throw std::runtime_error ("libwebsockets made no virtual host");
    }

    // The service thread takes no signals: they are the host's.
    sigset_t all, before;
    sigfillset (&all);
    pthread_sigmask (SIG_SETMASK, &all, &before);
    thread = guardedThread ("network", [this] { run(); });
    pthread_sigmask (SIG_SETMASK, &before, nullptr);
}

LwsLoop::~LwsLoop()
{
    {
        // The thread destroys the context, but not while it is being woken through it.
        const std::lock_guard lock (mutex);
        shouldEnd = true;
        lws_cancel_service (context);
    }
    thread.join();
}

lws_vhost* LwsLoop::vhostFor (const LwsRoute& route)
{
    if (const auto found = vhosts.find (route); found != vhosts.end())
        return found->second;

    const auto name = "client-" + std::to_string (vhosts.size());
    static lws_protocols protocols[] = { { "kikitori-client", &LwsLoop::callback, 0, 65536, 0, nullptr, 0 },
                                         { nullptr, nullptr, 0, 0, 0, nullptr, 0 } };

    lws_context_creation_info info{};
    info.port = CONTEXT_PORT_NO_LISTEN;
    info.protocols = protocols;
    info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    auto tls = makeTlsContext (route.caFile);

    if (tls == nullptr)
        return nullptr;

    info.provided_client_ssl_ctx = tls.get();
    info.retry_and_idle_policy = &validityPolicy;
    info.timeout_secs = static_cast<unsigned int> (NetworkPolicy::connectLimit.count() / 1000);
    // Without an address libwebsockets takes http_proxy from the environment, for loopback too.
    info.http_proxy_address = route.proxy.c_str();
    info.vhost_name = name.c_str();
    info.user = this;
    auto* vhost = lws_create_vhost (context, &info);

    if (vhost != nullptr)
    {
        vhosts[route] = vhost;
        tlsContexts.push_back (std::move (tls));
    }

    return vhost;
}

void LwsLoop::run()
{
    while (! shouldEnd)
    {
        runPosted();
        runTimers();
        scheduleWakeUp();

        if (lws_service (context, 0) < 0)
            break;
    }

    lws_sul_schedule (context, 0, &wakeUp.timer, &LwsLoop::onWakeUp, LWS_SET_TIMER_USEC_CANCEL);
    timers.clear();
    {
        const std::lock_guard lock (mutex); // see the destructor
    }
    lws_context_destroy (context);
    clients.clear();
}

void LwsLoop::post (Task task)
{
    {
        const std::lock_guard lock (mutex);
        posted.push_back (std::move (task));
    }

    lws_cancel_service (context);
}

void LwsLoop::runPosted()
{
    std::vector<Task> tasks;
    {
        const std::lock_guard lock (mutex);
        tasks.swap (posted);
    }

    for (auto& task : tasks)
        task();
}

LwsLoop::TimerKey LwsLoop::addTimer (Milliseconds delay, Task task)
{
    const TimerKey key{ Clock::now() + delay, nextTimer++ };
    timers.emplace (key, std::move (task));
    return key;
}

void LwsLoop::removeTimer (const TimerKey& key) { timers.erase (key); }

void LwsLoop::runTimers()
{
    // libwebsockets waits in whole milliseconds, cut off: it would spin through the last part of one.
    constexpr auto early = std::chrono::microseconds (999);
    const auto now = Clock::now() + early;

    while (! timers.empty() && timers.begin()->first.first <= now)
    {
        auto task = std::move (timers.begin()->second);
        timers.erase (timers.begin());
        task();
    }
}

void LwsLoop::scheduleWakeUp()
{
    auto wait = std::chrono::microseconds (std::chrono::seconds (1));

    if (! timers.empty())
        wait = std::chrono::duration_cast<std::chrono::microseconds> (timers.begin()->first.first - Clock::now());

    lws_sul_schedule (context, 0, &wakeUp.timer, &LwsLoop::onWakeUp, std::max<lws_usec_t> (wait.count(), 1));
}

/** libwebsockets also runs what is due just before it polls, and then polls for as long as its other timers allow:
    the timers must run here, not only after it came back. */
void LwsLoop::onWakeUp (lws_sorted_usec_list_t* timer)
{
    auto* loop = reinterpret_cast<WakeUp*> (timer)->loop;
    loop->runTimers();
    loop->scheduleWakeUp();
}

bool LwsLoop::connect (const std::shared_ptr<LwsClient>& client, lws_client_connect_info& info, const LwsRoute& route)
{
    info.context = context;
    info.vhost = vhostFor (route);
    info.local_protocol_name = "kikitori-client";
    info.opaque_user_data = client.get();
    info.pwsi = &client->wsi;
    info.retry_and_idle_policy = &validityPolicy;

    if (info.vhost == nullptr)
        return false;

    clients.insert (client);

    if (lws_client_connect_via_info (&info) != nullptr)
        return true;

    client->wsi = nullptr;
    clients.erase (client);
    return false;
}

int LwsLoop::callback (lws* wsi, lws_callback_reasons reason, void* user, void* data, size_t size)
{
    auto* client = static_cast<LwsClient*> (lws_get_opaque_user_data (wsi));

    if (client == nullptr)
        return 0;

    auto* loop = static_cast<LwsLoop*> (lws_context_user (lws_get_context (wsi)));
    auto owner = loop->clients.end();

    for (auto i = loop->clients.begin(); i != loop->clients.end(); ++i)
        if (i->get() == client)
            owner = i;

    if (owner == loop->clients.end())
        return 0;

    const auto kept = *owner; // the client may be let go by what it does

    if (reason == LWS_CALLBACK_OPENSSL_PERFORM_SERVER_CERT_VERIFICATION)
    {
        // OpenSSL has decided already; size is its decision. libwebsockets' own words for it say nothing.
        auto* store = static_cast<X509_STORE_CTX*> (user);
        const auto isOther = size != 0 && ! kept->isCertificateFor (store);

        if (isOther)
            X509_STORE_CTX_set_error (store, X509_V_ERR_IP_ADDRESS_MISMATCH);
        if (size == 0 || isOther)
            kept->onBadCertificate (X509_STORE_CTX_get_error (store));

        return isOther ? 1 : 0;
    }

    const auto result = kept->onEvent (wsi, reason, data, size);

    if (reason == LWS_CALLBACK_WSI_DESTROY)
    {
        kept->wsi = nullptr;
        loop->clients.erase (kept);
    }

    return result;
}

} // namespace kikitori
