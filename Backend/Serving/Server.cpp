#include "Backend/Serving/Server.h"

#include "Backend/Serving/ServerConnection.h"
#include "Backend/Serving/Watchdog.h"
#include "Backend/Storage/InstalledModels.h"
#include "Core/Log.h"
#include "Platform/Process.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#if defined(__GLIBC__)
    #include <malloc.h>
#endif

namespace kikitori::backend
{

namespace
{
constexpr auto tick = std::chrono::milliseconds (100);
constexpr auto drainLimit = std::chrono::seconds (10);
/** Who has read nothing for so long, with messages waiting, is gone for us; its client comes back and replays. */
constexpr auto slowReaderLimit = std::chrono::seconds (30);
/** After a stream's end. Many end together, and giving back 180 MB takes 15 ms. */
constexpr auto giveBackDelay = std::chrono::seconds (2);

[[noreturn]] void endStuckProcess()
{
    // What is stuck may hold the log: the end comes in any case.
    platform::endProcessWithin (std::chrono::seconds (2));
    log::write (log::Level::error, "watchdog", "stuck",
                "the sockets have not been looked at for too long; the process ends, so that clients find a fresh one");
    std::_Exit (exitStuck);
}
} // namespace

Server::Server (BackendConfig configToUse, ServerOptions serverOptions)
    : config (withManifests (std::move (configToUse))), options (std::move (serverOptions)),
      clientText ({ config.dataFolder, config.modelFolder, options.trainer.parent_path() })
{
    trainer = std::make_unique<TrainerSupervisor> (
        options.trainer,
        [this] (const TrainingMessage& message)
        { post ([this, text = toJson (ServerMessage (message))] { broadcast (text); }); },
        [this] (const TrainingCheckpoint& checkpoint) { post ([this, checkpoint] { onCheckpoint (checkpoint); }); });
    models = std::make_unique<ModelStore> (config.modelFolder, config.models, config.dataFolder / "served");
    models->serveAlso (userModelFolder (config.dataFolder));
    rest = std::make_unique<RestApi> (config, *trainer, *models,
                                      RestServices{ [this] { return countStreams(); },
                                                    [this] (auto task) { post (std::move (task)); },
                                                    [this] (const std::string& text) { broadcast (text); },
                                                    {},
                                                    [this] { return std::chrono::duration<double> (longestTurn).count(); },
                                                    prover() });
    disk = std::make_unique<DiskThread>();
    pool = std::make_unique<ComputePool> (config.serving.computeThreads);
}

Server::~Server()
{
    for (const auto& [wsi, connection] : connections)
        connection->upload.reset();

    pool.reset();
    disk.reset();
    rest.reset();
    models.reset();
    trainer.reset();

    if (context != nullptr)
        lws_context_destroy (context);
}

std::function<nlohmann::json (const std::string&)> Server::prover() const
{
    if (options.access.token.empty())
        return {};

    return [this] (const std::string& nonce) { return proveToken (options.access, nonce, listeningPort); };
}

void Server::run()
{
    lws_sorted_usec_list_t timer{};
    auto nextTick = std::chrono::steady_clock::now();

    Watchdog watchdog (options.stuckLimit, [] { endStuckProcess(); });
    interrupted = interruptedRun (config.dataFolder);

    for (;;)
    {
        watchdog.beat();
        runPosted();
        const auto now = std::chrono::steady_clock::now();

        if (now >= nextTick)
        {
            const Turn turn (*this);
            everyTick();
            nextTick = now + tick;
        }

        if (shouldStop && ! isDraining)
            drain();
        if (isDraining && (! hasSessions() || now - drainSince > drainLimit))
            break;
        if (! isDraining && options.idleLimit.count() > 0 && isIdle())
            break;

        lws_sul_schedule (
            context, 0, &timer, [] (lws_sorted_usec_list_t*) {},
            std::chrono::duration_cast<std::chrono::microseconds> (tick).count());

        if (lws_service (context, 0) < 0)
            break;
    }

    lws_sul_schedule (
        context, 0, &timer, [] (lws_sorted_usec_list_t*) {}, LWS_SET_TIMER_USEC_CANCEL);
}

void Server::stop() noexcept
{
    // A flag alone, so that a signal handler may call this: the loop looks at it at every tick.
    shouldStop = true;
}

bool Server::isIdle()
{
    const auto now = std::chrono::steady_clock::now();

    if (hasSessions() || trainer->isTraining())
        lastUse = now;

    return now - lastUse > options.idleLimit;
}

void Server::everyTick()
{
    // A copy: a session may close its connection.
    const auto current = connections;

    for (const auto& [wsi, connection] : current)
        if (connection->session != nullptr)
            connection->session->onTimer();

    dropSlowReaders();
    dropSlowHeaders();
    giveMemoryBack();
    goOnWithTraining();
    lookAtCertificate (std::chrono::steady_clock::now());
}

/** A training that a crash of ours has cut off goes on when its trainer, which writes a last checkpoint, has ended. */
void Server::goOnWithTraining()
{
    if (! interrupted || isDraining || interrupted->isTrainerAlive())
        return;

    disk->goOn ([this, run = *std::exchange (interrupted, std::nullopt)] { rest->goOnWithTraining (run); });
}

/** Streams reserve more than most of them use. What one has touched would stay, and be given to one that does not: with
    streams that come and go the process would grow for hours, until all of it has been touched. A busy machine frees
    what a stream has used some time after its end, so the last time is well after the last end. */
void Server::giveMemoryBack()
{
    const auto now = std::chrono::steady_clock::now();
    const auto sockets = std::count_if (connections.begin(), connections.end(),
                                        [] (const auto& entry) { return entry.second->session != nullptr; });
    const auto inUse = countStreams() + static_cast<int> (sockets);

    if (inUse < inUseBefore)
    {
        if (! lastEnd)
            nextGiveBack = now + giveBackDelay;

        lastEnd = now;
    }

    inUseBefore = inUse;

    if (! lastEnd || now < nextGiveBack)
        return;

    nextGiveBack = now + giveBackDelay;
    if (now - *lastEnd >= giveBackDelay)
        lastEnd.reset();
#if defined(__GLIBC__)
    malloc_trim (0);
#endif
}

void Server::dropSlowReaders()
{
    const auto now = std::chrono::steady_clock::now();

    for (const auto& [wsi, connection] : connections)
    {
        // A reply that libwebsockets never asks for, as after a client that went while its upload was looked at, counts too.
        const auto isWaiting = (connection->isAnswered && ! connection->isPieceOrdered) || ! connection->outgoing.empty();

        if (! isWaiting || now - connection->waitingSince < slowReaderLimit)
            continue;

        log::write (log::Level::warning, "serving", "slow_client", "a client reads nothing; its connection is closed");
        connection->waitingSince = now;
        lws_set_timeout (wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
    }
}

void Server::dropSlowHeaders()
{
    for (const auto* late : unfinished.takeLate (std::chrono::steady_clock::now()))
        lws_set_timeout (static_cast<lws*> (const_cast<void*> (late)), PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
}

bool Server::hasSessions() const
{
    return std::any_of (connections.begin(), connections.end(),
                        [] (const auto& entry) { return entry.second->session != nullptr; });
}

void Server::drain()
{
    isDraining = true;
    drainSince = std::chrono::steady_clock::now();
    log::write (log::Level::info, "serving", "drain", "ending: streams get their last words");
    const auto current = connections;

    for (const auto& [wsi, connection] : current)
    {
        if (connection->session != nullptr)
            connection->session->drain();
        else
            lws_set_timeout (wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
    }
}

void Server::post (std::function<void()> task)
{
    {
        const std::lock_guard lock (mutex);
        posted.push_back (std::move (task));
    }

    if (context != nullptr)
        lws_cancel_service (context);
}

void Server::runPosted()
{
    std::vector<std::function<void()>> tasks;
    {
        const std::lock_guard lock (mutex);
        tasks.swap (posted);
    }

    for (auto& task : tasks)
    {
        const Turn turn (*this);
        task();
    }
}

int Server::countStreams() const
{
    auto count = 0;

    for (const auto& [wsi, connection] : connections)
        count += connection->session != nullptr && connection->session->isStreaming() ? 1 : 0;

    return count;
}

bool Server::claimSession (const std::string& uuid, const StreamSession* by)
{
    const auto current = connections;

    for (const auto& [wsi, connection] : current)
        if (! uuid.empty() && connection->session != nullptr && connection->session.get() != by
            && connection->session->uuid() == uuid)
            connection->session->takeOver();

    return countStreams() < config.serving.sessions;
}

void Server::broadcast (const std::string& text)
{
    const auto current = connections;

    const auto told = clientText.of (text);

    for (const auto& [wsi, connection] : current)
        if (connection->session != nullptr)
            servicesFor (connection).send (told);
}

void Server::onCheckpoint (const TrainingCheckpoint& checkpoint)
{
    if (! config.training.serveBest || ! checkpoint.isForService)
        return;

    if (const auto model = modelOfCheckpoint (checkpoint.path.filename().string(), config.models); ! model.empty())
        models->replace (model, checkpoint.path, [] (const auto&) {}); // the store logs how it went
}

StreamSession::Services Server::servicesFor (const std::shared_ptr<Connection>& connection)
{
    const std::weak_ptr<Connection> weak = connection;
    StreamSession::Services services;

    services.send = [weak] (std::string text)
    {
        const auto open = weak.lock();

        if (open == nullptr || open->wsi == nullptr || open->closeCode != 0)
            return;

        if (open->queuedBytes + text.size() > Callbacks::mostQueuedBytes)
            return lws_set_timeout (open->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);

        if (open->outgoing.empty())
            open->waitingSince = std::chrono::steady_clock::now();

        open->queuedBytes += text.size();
        open->outgoing.push_back (std::move (text));
        lws_callback_on_writable (open->wsi);
    };
    services.close = [weak] (int code, std::string reason)
    {
        if (const auto open = weak.lock(); open != nullptr && open->wsi != nullptr && open->closeCode == 0)
        {
            open->closeCode = code;
            open->closeReason = std::move (reason);
            lws_callback_on_writable (open->wsi);
        }
    };
    services.setReading = [weak] (bool mayRead)
    {
        if (const auto open = weak.lock(); open != nullptr && open->wsi != nullptr)
            lws_rx_flow_control (open->wsi, mayRead ? 1 : 0);
    };
    services.post = [this] (std::function<void()> task) { post (std::move (task)); };
    services.compute = [this] (std::function<void()> job) { pool->submit (std::move (job)); };
    services.decode = [this] (StreamJob job, auto done) { pool->submit (std::move (job), std::move (done)); };
    services.loadModel = [this] (const std::string& name, const std::string& language, auto callback)
    {
        models->request (modelInLanguage (name, language, config.models, config.modelFolder, config.dataFolder),
                         std::move (callback));
    };
    services.chunkMsOf = [this] (const std::string& model) { return config.settingsOf (model).chunkMs; };
    services.makeStream = [] (auto model, auto streamOptions)
    { return RecognizerStream::create (std::move (model), std::move (streamOptions)); };
    services.claimSession = [this, weak] (const std::string& uuid)
    {
        const auto open = weak.lock();
        return open != nullptr && claimSession (uuid, open->session.get());
    };
    services.textForClient = [this] (std::string text) { return clientText.of (std::move (text)); };
    services.now = [] { return std::chrono::steady_clock::now(); };
    return services;
}

} // namespace kikitori::backend
