#include "Plugin/Processor/StreamControl.h"

#include "Core/Log.h"
#include "LocalBackend/BackendLocator.h"
#include "Network/NetworkThread.h"
#include "Platform/UserFolders.h"
#include "Plugin/Processor/FileQueue.h"
#include "Plugin/Processor/LogTail.h"
#include "Plugin/Processor/StreamCore.h"

#include <exception>
#include <future>
#include <utility>

namespace kikitori::plugin
{

StreamServices StreamServices::real()
{
    StreamServices services;
    services.transport = [] { return NetworkThread::acquire(); };
    services.locator = [] (const std::shared_ptr<Transport>& transport)
    {
        LocatorOptions options;
        options.caFileSetting = [] { return readUserSettings (defaultUserSettingsFile()).caFile; };
        return makeBackendLocator (transport, std::move (options));
    };
    services.fileQueue = platform::userDataFolder() / "files";
    return services;
}

StreamControl::StreamControl (AudioTap& tapToUse,
                              StreamServices servicesToUse,
                              bool hasTransport,
                              std::function<void()> streamEnded)
    : tap (tapToUse), services (std::move (servicesToUse)),
      core (std::make_shared<Core> (services.approvals, tap.sharedLink(), hasTransport))
{
    core->streamEnded = std::move (streamEnded);
    core->keep = services.keep;
}

StreamControl::~StreamControl()
{
    {
        const std::lock_guard lock (core->mutex);
        core->session = nullptr;
        core->monitor = nullptr;
        core->catalog = nullptr;
    }

    if (transport == nullptr)
        return;

    releaseTicking();
    stream->setTrainingListener ({});
    fileTranscriber->setTrainingListener ({});
    fileTranscriber.reset();
    backendCatalog.reset();
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

    logtail::install();
    core->approved.refresh();

    try
    {
        auto network = services.transport();
        locator = services.locator (network);
        stream = std::make_unique<TranscriptionSession> (tap, network, locator);
        fileTranscriber = std::make_unique<FileTranscriber> (
            network, locator,
            services.fileQueue.empty() ? nullptr : std::make_unique<FileQueue> (services.fileQueue));
        const auto gate = [live = stream->lifecycleReader(), file = fileTranscriber->lifecycleReader()]
        { return busier (live(), file()); };
        monitor = std::make_unique<TrainingMonitor> (network, locator, gate);
        backendCatalog = std::make_unique<BackendCatalog> (network, locator, gate);
        stream->setTrainingListener ([to = monitor.get()] (const TrainingMessage& message) { to->onPushed (message); });
        // Every socket hears of the training; one is enough.
        fileTranscriber->setTrainingListener (
            [to = monitor.get(), live = stream->lifecycleReader()] (const TrainingMessage& message)
            {
                if (live() != LifecycleState::active)
                    to->onPushed (message);
            });
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
        if (core->earlier != nullptr)
            core->session->loadTranscript (std::exchange (core->earlier, nullptr));
        core->monitor = monitor.get();
        core->catalog = backendCatalog.get();
        monitor->setAddress (core->settings.address);
        backendCatalog->setAddress (core->settings.address);
    }

    transport->post (
        [held = core, network = transport.get()]
        {
            // Weak: the core holds the timer, the timer must not hold the core.
            held->ticking = network->callEvery (orderInterval,
                                                [weak = std::weak_ptr (held), network]
                                                {
                                                    if (const auto alive = weak.lock())
                                                        alive->tick (network->now());
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

void StreamControl::finishBounceSoon()
{
    core->finishBounceSoon ({ services.bounceLimit, services.bounceEnd, services.bounceBeforeSave },
                            services.bounceEndOfMessages);
}

bool StreamControl::isFinishingBounce() const
{
    const std::lock_guard lock (core->mutex);
    return core->isCollecting || core->bounceEnd;
}

void StreamControl::awaitBounce() { core->awaitBounce(); }

PluginSettings StreamControl::settings() const
{
    const std::lock_guard lock (core->mutex);
    return core->settings;
}

void StreamControl::setSettings (const PluginSettings& settings)
{
    const std::lock_guard lock (core->mutex);
    const bool isNewAddress = settings.address != core->settings.address;
    const bool isNewModel = settings.model != core->settings.model;
    core->settings = sanitised (settings);

    if (isNewModel && ! isNewAddress && core->session != nullptr && ! core->session->changeModel (core->settings.model)
        && core->session->state() == LifecycleState::active)
        core->notice = Error{ "model_at_next_start", "This backend cannot change the model of a running stream: "
                                                         + core->settings.model + " is used from the next Start on." };

    if (isNewAddress && core->notice && core->notice->code == "not_approved")
        core->notice.reset();
    if (isNewAddress && core->monitor != nullptr)
    {
        core->monitor->setAddress (core->settings.address);
        core->catalog->setAddress (core->settings.address);
    }
}

void StreamControl::approveAddress()
{
    std::string address;
    {
        const std::lock_guard lock (core->mutex);
        address = core->settings.address;
    }

    const auto saved = core->approved.approve (address);
    const std::lock_guard lock (core->mutex);

    if (core->notice && core->notice->code == "not_approved")
        core->notice.reset();
    if (! saved)
        core->notice = saved.error();
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
    return core->session != nullptr ? core->session->transcript() : core->earlier;
}

void StreamControl::setEarlier (std::shared_ptr<const TranscriptSnapshot> transcript)
{
    const std::lock_guard lock (core->mutex);

    if (core->session == nullptr)
        core->earlier = std::move (transcript);
    else
        core->session->loadTranscript (transcript != nullptr ? std::move (transcript)
                                                             : std::make_shared<const TranscriptSnapshot>());
}

void StreamControl::clearTranscript()
{
    if (! arm()) // what is cleared is kept where it can be brought back
        return;

    const std::lock_guard lock (core->mutex);

    if (core->session != nullptr)
        core->session->clearTranscript (true);
}

void StreamControl::undo()
{
    const std::lock_guard lock (core->mutex);

    if (core->session != nullptr)
        core->session->undo();
}

void StreamControl::redo()
{
    const std::lock_guard lock (core->mutex);

    if (core->session != nullptr)
        core->session->redo();
}

bool StreamControl::hearsNothing() const noexcept { return core->hearsNothing; }

LatencyHistogram StreamControl::latency() const
{
    const std::lock_guard lock (core->mutex);
    return core->waiting;
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

} // namespace kikitori::plugin
