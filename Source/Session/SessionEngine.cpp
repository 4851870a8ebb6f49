#include "Session/SessionEngine.h"

#include <atomic>
#include <utility>

namespace kikitori
{

namespace
{

/** A number for the tap that no other listener in this process has had. */
std::uint64_t nextTapListener()
{
    static std::atomic<std::uint64_t> last{ 0 };
    return last.fetch_add (1, std::memory_order_relaxed) + 1;
}

void closeTap (TapLink& tap, std::uint64_t listener) noexcept
{
    // Only our own listening ends: another session may have begun to.
    tap.wanted.compare_exchange_strong (listener, 0, std::memory_order_acq_rel);
}

} // namespace

SessionEngine::SessionEngine (std::shared_ptr<TapLink> t, Transport& tr, std::shared_ptr<BackendLocator> l)
    : tap (std::move (t)), transport (tr), locator (std::move (l)), link (tr, locator, *this),
      random (std::random_device()())
{
    shown.history = std::make_shared<const std::vector<LifecycleTransition>>();
    shownTranscript = feed.snapshot();
}

SessionEngine::~SessionEngine() = default;

bool SessionEngine::transition (Event event, const std::string& reason, std::optional<std::uint64_t> onlyGeneration)
{
    const auto before = cell->load();
    const auto after = onlyGeneration ? cell->apply (event, *onlyGeneration) : cell->apply (event);

    if (! after)
        return false;

    history.push_back ({ before.state, after->state, event, after->generation, transport.now(), reason });

    if (history.size() > config.limits.mostHistory)
        history.erase (history.begin());

    shown.history = std::make_shared<const std::vector<LifecycleTransition>> (history);
    return true;
}

std::function<void()> SessionEngine::launch (const StartOrder& order)
{
    if (! transition (Event::startRequested, ""))
        return {};

    remembered.reset();
    stopMode = StopMode::bounded;
    tapListener = nextTapListener();
    tap->wanted.store (tapListener, std::memory_order_release); // audio is kept from now on
    shown.status = SessionStatus::locating;
    shown.elapsed = {};
    shown.lastError.reset();

    return [weak = weak_from_this(), order, started = cell->load().generation, listener = tapListener]
    {
        if (const auto self = weak.lock())
            self->begin (started, order, listener);
    };
}

void SessionEngine::start (SessionConfig newConfig, bool keepTranscript)
{
    std::function<void()> task;
    {
        const std::lock_guard lock (mutex);
        const StartOrder order{ std::move (newConfig), keepTranscript };
        task = launch (order);

        if (! task && cell->state() == LifecycleState::stopping)
            remembered = order;

        shown.startRemembered = remembered.has_value();
    }

    if (task)
        transport.post (std::move (task));
}

void SessionEngine::stop (StopMode mode)
{
    auto stopped = std::uint64_t{ 0 };
    {
        const std::lock_guard lock (mutex);
        remembered.reset();
        shown.startRemembered = false;
        const auto isHastened = mode == StopMode::bounded && cell->state() == LifecycleState::stopping
                                && std::exchange (stopMode, mode) == StopMode::complete;

        if (transition (Event::stopRequested, ""))
        {
            stopMode = mode;
            closeTap (*tap, tapListener);
            shown.status = SessionStatus::stopping;
            shown.elapsed = {};
        }
        else if (! isHastened)
            return;

        stopped = cell->load().generation;
    }
    transport.post (
        [weak = weak_from_this(), stopped]
        {
            if (const auto self = weak.lock())
                self->beginStop (stopped);
        });
}

void SessionEngine::abandon()
{
    auto ended = std::uint64_t{ 0 };
    {
        const std::lock_guard lock (mutex);
        remembered.reset();
        shown.startRemembered = false;
        transition (Event::stopRequested, "cut short");

        if (! transition (Event::stopCompleted, "cut short"))
            return;

        closeTap (*tap, tapListener);
        shown.status = SessionStatus::idle;
        shown.elapsed = {};
        ended = cell->load().generation;
    }
    transport.post (
        [weak = weak_from_this(), ended]
        {
            if (const auto self = weak.lock(); self != nullptr && self->generation == ended)
                self->endStream();
        });
}

void SessionEngine::toIdle (Event event, const std::string& reason)
{
    endStream();
    std::function<void()> task;
    {
        const std::lock_guard lock (mutex);

        if (! transition (event, reason, generation))
            return; // somebody has cut it short or started anew meanwhile

        closeTap (*tap, tapListener);

        // Start was pressed while the last words were awaited: now it runs.
        if (remembered)
            task = launch (StartOrder (*remembered));

        shown.startRemembered = false;
    }
    publish();

    if (task)
        transport.post (std::move (task));
}

void SessionEngine::clearTranscript (bool canBeUndone)
{
    transport.post (
        [weak = weak_from_this(), canBeUndone]
        {
            if (const auto self = weak.lock())
            {
                self->feed.clear (canBeUndone);
                self->publish();
            }
        });
}

void SessionEngine::loadTranscript (std::shared_ptr<const TranscriptSnapshot> saved)
{
    {
        // Who saves at once, saves this.
        const std::lock_guard lock (mutex);
        auto loaded = std::make_shared<TranscriptSnapshot> (*saved);
        loaded->version = shown.transcriptVersion = shownTranscript->version + 1;
        shownTranscript = std::move (loaded);
        ++loading;
    }
    transport.post (
        [weak = weak_from_this(), saved]
        {
            const auto self = weak.lock();

            if (self == nullptr)
                return;

            self->feed.load (*saved);
            {
                const std::lock_guard lock (self->mutex);
                --self->loading;
            }
            self->publish();
        });
}

void SessionEngine::undo()
{
    transport.post (
        [weak = weak_from_this()]
        {
            if (const auto self = weak.lock())
            {
                self->feed.undo();
                self->publish();
            }
        });
}

void SessionEngine::redo()
{
    transport.post (
        [weak = weak_from_this()]
        {
            if (const auto self = weak.lock())
            {
                self->feed.redo();
                self->publish();
            }
        });
}

void SessionEngine::setTrainingListener (TranscriptionSession::TrainingListener newListener)
{
    const std::lock_guard lock (mutex);
    trainingListener = std::move (newListener);
}

void SessionEngine::shutDown()
{
    isShutDown = true;
    endStream();
    link.release();

    const std::lock_guard lock (mutex);
    remembered.reset();
    trainingListener = {};
    closeTap (*tap, tapListener);
    transition (Event::stopRequested, "the session was closed");
    transition (Event::stopCompleted, "the session was closed");
}

} // namespace kikitori
