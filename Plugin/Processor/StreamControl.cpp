#include "Plugin/Processor/StreamControl.h"

#include "Core/Log.h"
#include "LocalBackend/BackendLocator.h"
#include "Network/NetworkThread.h"
#include "Session/Hotwords.h"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <future>
#include <utility>

namespace kikitori::plugin
{

namespace
{

Error notApproved (const std::string& address)
{
    return { "not_approved",
             "This project wants to send audio to " + address
                 + ", which you have not agreed to yet. Press Allow to agree, or choose another address." };
}

} // namespace

StreamServices StreamServices::real()
{
    StreamServices services;
    services.transport = [] { return NetworkThread::acquire(); };
    services.locator = [] (const std::shared_ptr<Transport>& transport) { return makeBackendLocator (transport); };
    return services;
}

/** What orders need to be carried out; it outlives the control while the network thread may still look at it. */
struct StreamControl::Core
{
    explicit Core (const juce::File& file) : approved (file) {}

    /** Number of the last order, and in the lowest bit what it wants. */
    std::atomic<std::uint32_t> order{ 0 };
    static_assert (std::atomic<std::uint32_t>::is_always_lock_free);

    ApprovedAddresses approved;
    std::unique_ptr<Subscription> ticking; ///< transport's thread

    std::atomic<std::uint32_t> seen{ 0 }; ///< the order carried out last; written under the mutex

    std::mutex mutex;
    std::condition_variable collected; ///< a stream that is being collected has ended
    // Under the mutex:
    bool isCollecting = false;               ///< a bounce's last words; orders wait
    TranscriptionSession* session = nullptr; ///< null before arm() and while the control goes
    TrainingMonitor* monitor = nullptr;
    std::function<void()> streamEnded;
    PluginSettings settings;
    std::optional<Error> notice;
    std::shared_ptr<const TranscriptSnapshot> earlier;
    bool isWanted = false;

    void act()
    {
        const std::lock_guard lock (mutex);
        const auto latest = order.load (std::memory_order_acquire);

        if (session == nullptr)
            return;

        if (isCollecting)
        {
            if (session->state() == LifecycleState::idle)
                collected.notify_all();

            return;
        }

        if (latest != seen)
        {
            seen = latest;
            isWanted = (latest & 1u) != 0;

            if (! isWanted)
                session->stop();
            else if (approved.isApproved (settings.address))
                session->start (sessionConfig(), true);
            else
                notice = notApproved (settings.address);
        }

        if (isWanted && session->state() == LifecycleState::idle)
        {
            isWanted = false;
            streamEnded();
        }
    }

    /** Ends the stream with its last words and begins the next one. */
    void finishBounce (Milliseconds withoutProgress, Milliseconds inAll)
    {
        std::unique_lock lock (mutex);

        if (session == nullptr || ! isWanted || isCollecting || session->state() == LifecycleState::idle)
            return;

        isCollecting = true;
        const auto end = std::chrono::steady_clock::now() + inAll;

        // While the model loads there is nothing to stop yet; the session itself says when that takes too long.
        while (stateIs (LifecycleState::starting) && std::chrono::steady_clock::now() < end)
            collected.wait_for (lock, orderInterval);

        if (session != nullptr)
            session->stop (TranscriptionSession::StopMode::complete);

        awaitLastWords (lock, withoutProgress, end);
        isCollecting = false;

        // A stream that has failed is not begun again: act() tells that it has ended.
        if (session != nullptr && session->snapshot().history->back().event != LifecycleEvent::failed)
            session->start (sessionConfig(), true);
    }

    void awaitLastWords (std::unique_lock<std::mutex>& lock,
                         Milliseconds withoutProgress,
                         std::chrono::steady_clock::time_point end)
    {
        auto deadline = end;
        std::optional<std::uint64_t> progress;

        while (session != nullptr && ! stateIs (LifecycleState::idle))
        {
            const auto shown = session->snapshot();
            const auto now = shown.counters.processed + shown.transcriptVersion;

            if (std::exchange (progress, now) != now)
                deadline = std::min (end, std::chrono::steady_clock::now() + withoutProgress);
            if (std::chrono::steady_clock::now() >= deadline)
                session->abandon();
            else
                collected.wait_for (lock, orderInterval);
        }
    }

    bool stateIs (LifecycleState state) const { return session != nullptr && session->state() == state; }

    SessionConfig sessionConfig() const
    {
        SessionConfig config;
        config.address = settings.address;
        config.model = settings.model;
        config.chunkMs = settings.chunkMs;
        config.hotwords = hotwordsFromText (settings.hotwords);
        config.keepAllPasses = settings.keepAllPasses;
        return config;
    }
};

StreamControl::StreamControl (AudioTap& tapToUse, StreamServices servicesToUse, std::function<void()> streamEnded)
    : tap (tapToUse), services (std::move (servicesToUse)), core (std::make_shared<Core> (services.approvals))
{
    core->streamEnded = std::move (streamEnded);
}

StreamControl::~StreamControl()
{
    {
        const std::lock_guard lock (core->mutex);
        core->session = nullptr;
        core->monitor = nullptr;
    }

    if (transport == nullptr)
        return;

    releaseTicking();
    stream->setTrainingListener ({});
    stream.reset();
    monitor.reset();
}

void StreamControl::releaseTicking()
{
    const auto done = std::make_shared<std::promise<void>>();
    auto waiting = done->get_future();
    transport->post (
        [held = core, done]
        {
            held->ticking.reset();
            done->set_value();
        });

    if (waiting.wait_for (destructionLimit) == std::future_status::ready)
        return;

    // The network thread hangs: what it may still touch is given up rather than freed under it.
    log::write (log::Level::error, "plugin", "close", "the network thread did not answer");
    static_cast<void> (new std::shared_ptr<Transport> (transport));
    static_cast<void> (new std::shared_ptr<Core> (core));
}

bool StreamControl::arm()
{
    const std::lock_guard armingLock (arming);

    if (transport != nullptr)
        return true;

    try
    {
        auto network = services.transport();
        locator = services.locator (network);
        stream = std::make_unique<TranscriptionSession> (tap, network, locator);
        monitor = std::make_unique<TrainingMonitor> (network, locator, stream->lifecycleReader());
        stream->setTrainingListener ([to = monitor.get()] (const TrainingMessage& message) { to->onPushed (message); });
        transport = std::move (network);
    }
    catch (const std::exception& failure)
    {
        setNotice (Error{ "no_network", std::string ("The network could not be started: ") + failure.what() });
        return false;
    }

    {
        const std::lock_guard lock (core->mutex);
        core->session = stream.get();
        core->monitor = monitor.get();
        monitor->setAddress (core->settings.address);
    }

    transport->post (
        [held = core, network = transport.get()]
        {
            // Weak: the core holds the timer, the timer must not hold the core.
            held->ticking = network->callEvery (orderInterval,
                                                [weak = std::weak_ptr (held)]
                                                {
                                                    if (const auto alive = weak.lock())
                                                        alive->act();
                                                });
        });
    return true;
}

bool StreamControl::isArmed() const
{
    const std::lock_guard lock (core->mutex);
    return core->session != nullptr;
}

void StreamControl::want (bool on) noexcept KIKITORI_REALTIME
{
    auto now = core->order.load (std::memory_order_relaxed);

    while (! core->order.compare_exchange_weak (now, ((now | 1u) + 1u) | (on ? 1u : 0u), std::memory_order_release,
                                                std::memory_order_relaxed))
    {
    }
}

void StreamControl::actNow() { core->act(); }

void StreamControl::actBeforeBounce() noexcept
{
    if (core->order.load (std::memory_order_acquire) != core->seen.load (std::memory_order_relaxed))
        core->act();
}

void StreamControl::finishBounce() { core->finishBounce (services.bounceLimit, services.bounceEnd); }

PluginSettings StreamControl::settings() const
{
    const std::lock_guard lock (core->mutex);
    return core->settings;
}

void StreamControl::setSettings (const PluginSettings& settings)
{
    const std::lock_guard lock (core->mutex);
    const bool isNewAddress = settings.address != core->settings.address;
    core->settings = sanitised (settings);

    if (isNewAddress && core->notice && core->notice->code == "not_approved")
        core->notice.reset();
    if (isNewAddress && core->monitor != nullptr)
        core->monitor->setAddress (core->settings.address);
}

void StreamControl::approveAddress()
{
    const std::lock_guard lock (core->mutex);
    core->approved.approve (core->settings.address);

    if (core->notice && core->notice->code == "not_approved")
        core->notice.reset();
}

SessionSnapshot StreamControl::session() const
{
    const std::lock_guard lock (core->mutex);

    if (core->session != nullptr)
        return core->session->snapshot();

    SessionSnapshot nothingYet;
    nothingYet.history = std::make_shared<const std::vector<LifecycleTransition>>();
    return nothingYet;
}

std::shared_ptr<const TranscriptSnapshot> StreamControl::transcript() const
{
    const std::lock_guard lock (core->mutex);
    return core->session != nullptr ? core->session->transcript() : nullptr;
}

std::shared_ptr<const TranscriptSnapshot> StreamControl::earlier() const
{
    const std::lock_guard lock (core->mutex);
    return core->earlier;
}

void StreamControl::setEarlier (std::shared_ptr<const TranscriptSnapshot> transcript)
{
    const std::lock_guard lock (core->mutex);
    core->earlier = std::move (transcript);

    // The project's transcript takes the place of everything understood before it was loaded.
    if (core->session != nullptr)
        core->session->clearTranscript();
}

void StreamControl::clearTranscript() { setEarlier (nullptr); }

void StreamControl::undoReplacement()
{
    const std::lock_guard lock (core->mutex);

    if (core->session != nullptr)
        core->session->undoReplacement();
}

std::optional<Error> StreamControl::notice() const
{
    const std::lock_guard lock (core->mutex);
    return core->notice;
}

void StreamControl::setNotice (std::optional<Error> notice)
{
    const std::lock_guard lock (core->mutex);
    core->notice = std::move (notice);
}

void StreamControl::tickTraining (bool editorVisible)
{
    const std::lock_guard lock (core->mutex);

    if (core->monitor != nullptr && core->approved.isApproved (core->settings.address))
        core->monitor->tick (editorVisible);
}

void StreamControl::startTraining (TrainingOrder order)
{
    if (! arm())
        return;

    const std::lock_guard lock (core->mutex);

    if (core->approved.isApproved (core->settings.address))
        core->monitor->startTraining (std::move (order));
    else
        core->notice = notApproved (core->settings.address);
}

void StreamControl::stopTraining()
{
    if (! arm())
        return;

    const std::lock_guard lock (core->mutex);

    if (core->approved.isApproved (core->settings.address))
        core->monitor->stopTraining();
}

TrainingView StreamControl::training() const
{
    const std::lock_guard lock (core->mutex);
    return core->monitor != nullptr ? core->monitor->view() : TrainingView{};
}

} // namespace kikitori::plugin
