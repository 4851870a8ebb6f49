/*  The backend's sockets: WebSocket sessions and REST on one port, by libwebsockets.

    Threads: run() is the I/O thread; stop() and broadcast() from any thread (stop() also from a signal handler).
    Failure: open() gives insecure, bad_certificate or what Platform/ListenAddress.h names, with what to do.
*/
#pragma once

#include "Backend/Serving/Access.h"
#include "Backend/Serving/ClientText.h"
#include "Backend/Serving/ComputePool.h"
#include "Backend/Serving/DiskThread.h"
#include "Backend/Serving/RestApi.h"
#include "Backend/Serving/StreamSession.h"
#include "Backend/Serving/TrainingRun.h"
#include "Backend/Serving/UnfinishedRequests.h"

#include <atomic>
#include <map>
#include <optional>

struct lws;
struct lws_context;
struct ssl_ctx_st;
struct lws_context_creation_info;

namespace kikitori::platform
{
struct ListenAddress;
}

namespace kikitori::backend
{

/** The exit code of a process whose I/O thread did not come round any more. */
inline constexpr int exitStuck = 5;

struct ServerOptions
{
    std::string host = "127.0.0.1";
    int port = 58081;                       ///< 0: any free one
    AccessRules access;                     ///< a token is needed for anything but loopback
    std::filesystem::path certificate, key; ///< PEM; with them, TLS 1.2 or later is the only way in
    unsigned int connections = 1024;        ///< at most; more wait in the system's queue
    std::filesystem::path trainer;
    std::chrono::seconds idleLimit{ 0 };    ///< 0: never ends by itself
    std::chrono::seconds stuckLimit{ 10 };  ///< for which the I/O thread may not come round before the process ends
};

class Server
{
public:
    Server (BackendConfig config, ServerOptions options);
    ~Server();

    Server (const Server&) = delete;
    Server& operator= (const Server&) = delete;

    /** Begins to listen. */
    Status open();
    int port() const noexcept { return listeningPort; }

    /** Serves until stop() or, with an idle limit, until nobody is there and nothing trains. */
    void run();
    void stop() noexcept;
    /** The certificate is read again if it has changed; any thread, a signal handler too. */
    void reload() noexcept { shouldReload = true; }

private:
    struct Connection;
    class Callbacks;
    class Turn;
    friend class Callbacks;

    std::function<nlohmann::json (const std::string&)> prover() const;
    void post (std::function<void()> task);
    void runPosted();
    Status checkOptions() const;
    Status listen (lws_context_creation_info info, const platform::ListenAddress& address);
    void everyTick();
    void dropSlowReaders();
    void dropSlowHeaders();
    void giveMemoryBack();
    void drain();
    bool hasSessions() const;
    bool isIdle();
    StreamSession::Services servicesFor (const std::shared_ptr<Connection>& connection);
    bool claimSession (const std::string& uuid, const StreamSession* by);
    int countStreams() const;
    void broadcast (const std::string& text);
    void askDisk (const std::shared_ptr<Connection>& connection);
    void goOnWithTraining();
    void lookAtCertificate (std::chrono::steady_clock::time_point now);
    void renewCertificate (const std::shared_ptr<std::string>& seen);
    std::unique_ptr<Upload> uploadFor (const std::shared_ptr<Connection>& connection);
    void onCheckpoint (const TrainingCheckpoint& checkpoint);

    const BackendConfig config;
    const ServerOptions options;
    const ClientText clientText;

    lws_context* context = nullptr;
    int listeningPort = 0;
    std::map<lws*, std::shared_ptr<Connection>> connections;
    UnfinishedRequests unfinished; ///< by lws*
    std::chrono::steady_clock::time_point lastUse;
    std::chrono::steady_clock::time_point drainSince;
    std::optional<std::chrono::steady_clock::time_point> lastEnd; ///< of a stream, until its memory was given back
    std::chrono::steady_clock::time_point nextGiveBack;
    int inUseBefore = 0; ///< streams and sockets at the last tick
    std::optional<InterruptedRun> interrupted; ///< by the end of an earlier backend
    bool isDraining = false;
    std::chrono::steady_clock::duration longestTurn{ 0 }; ///< without a look at the sockets
    std::atomic<bool> shouldStop{ false }, shouldReload{ false };
    std::vector<ssl_ctx_st*> tlsContexts; ///< of libwebsockets, one for each address
    /** Of the files in use; the disk thread's once the server runs. */
    const std::shared_ptr<std::string> certificateSeen = std::make_shared<std::string>();
    std::chrono::steady_clock::time_point nextLook;

    std::mutex mutex; ///< guards posted
    std::vector<std::function<void()>> posted;

    // Destroyed first to last: nothing may call back into what is gone.
    std::unique_ptr<TrainerSupervisor> trainer;
    std::unique_ptr<ModelStore> models;
    std::unique_ptr<RestApi> rest;
    std::unique_ptr<DiskThread> disk;
    std::unique_ptr<ComputePool> pool;
};

} // namespace kikitori::backend
