/*  The service thread of libwebsockets: posted tasks, timers, and the callbacks of every connection.

    Threads: construction and destruction on any one thread, post() from any; the rest on the service thread.
    Failure: the constructor throws std::runtime_error without a context. Tasks and timers left at the end never run.
*/
#pragma once

#include "Network/TlsContext.h"
#include "Network/Transport.h"

#include <atomic>
#include <compare>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include <libwebsockets.h>

struct x509_store_ctx_st;

namespace kikitori
{

/** One libwebsockets connection: its callbacks arrive here. Kept alive by the loop until libwebsockets forgets it. */
class LwsClient
{
public:
    virtual ~LwsClient() = default;
    /** As lws_callback_function; what it returns goes back to libwebsockets (non-zero closes). */
    virtual int onEvent (lws* wsi, lws_callback_reasons reason, void* data, std::size_t size) = 0;
    /** The peer's certificate is refused; the connection fails next. */
    virtual void onBadCertificate (int opensslError) = 0;
    /** Is the certificate under this check, which is else in order, the peer's own? For addresses that libwebsockets does
        not compare by itself. */
    virtual bool isCertificateFor (x509_store_ctx_st* check) const = 0;

    lws* wsi = nullptr;
};

/** By which way a connection goes; each has a virtual host of libwebsockets. */
struct LwsRoute
{
    std::string caFile; ///< extra certificate authority (PEM) or empty
    std::string proxy;  ///< "[user:password@]address:port", numeric, or empty

    auto operator<=> (const LwsRoute&) const = default;
};

class LwsLoop
{
public:
    using Clock = std::chrono::steady_clock;
    using Task = std::function<void()>;
    using TimerKey = std::pair<Clock::time_point, std::uint64_t>;

    LwsLoop();
    ~LwsLoop();

    LwsLoop (const LwsLoop&) = delete;
    LwsLoop& operator= (const LwsLoop&) = delete;

    void post (Task task);

    TimerKey addTimer (Milliseconds delay, Task task);
    void removeTimer (const TimerKey& key);

    /** Connects with what the caller prepared in info (address, path, flags). False: it failed at once; the client
        has been told by LWS_CALLBACK_CLIENT_CONNECTION_ERROR or will never be. */
    bool connect (const std::shared_ptr<LwsClient>& client, lws_client_connect_info& info, const LwsRoute& route);

private:
    /** libwebsockets' timer with the way back to its loop. Standard layout, timer first: a pointer to it is both. */
    struct WakeUp
    {
        lws_sorted_usec_list_t timer;
        LwsLoop* loop;
    };

    static int callback (lws* wsi, lws_callback_reasons reason, void* user, void* data, size_t size);
    void run();
    void runPosted();
    void runTimers();
    void scheduleWakeUp();
    static void onWakeUp (lws_sorted_usec_list_t* timer);
    lws_vhost* vhostFor (const LwsRoute& route);

    lws_context* context = nullptr;
    std::map<LwsRoute, lws_vhost*> vhosts;
    std::vector<TlsContext> tlsContexts; ///< one for each vhost; go after libwebsockets' context
    std::map<TimerKey, Task> timers;
    std::uint64_t nextTimer = 0;
    WakeUp wakeUp{ {}, this };
    std::set<std::shared_ptr<LwsClient>> clients;

    std::mutex mutex; ///< guards posted, and the context's end
    std::vector<Task> posted;
    std::atomic<bool> shouldEnd{ false };
    std::thread thread;
};

} // namespace kikitori
