/*  What carrying out a StreamControl's orders needs. It outlives the control while the network thread may still look
    at it.

    Threads: order from any thread, also the audio thread; act() and finishBounce() from any other. What they need lies
    under one mutex, which nobody holds while he waits.
    Failure: what cannot be started is told by notice.
*/
#pragma once

#include "Plugin/Processor/SoundWatch.h"
#include "Plugin/Processor/StreamControl.h"

#include <atomic>
#include <condition_variable>

namespace kikitori::plugin
{

struct StreamControl::Core
{
    /** How long the end of a bounce may take. */
    struct BounceLimits
    {
        Milliseconds withoutProgress, inAll, beforeSave;
    };

    Core (const juce::File& file, std::shared_ptr<TapLink> link, bool hasTransport)
        : approved (file), tap (std::move (link)), sound (hasTransport)
    {
    }

    /** Carries out an order that is new, and tells when a stream has ended by itself. */
    void act();

    /** Every orderInterval: act(), a look at a bounce's end, and once a second at how long audio waits. */
    void tick (std::chrono::steady_clock::time_point now);

    /** Ends the stream with its last words and begins the next one, see StreamControl::finishBounce(). */
    void finishBounce (Milliseconds withoutProgress, Milliseconds inAll);

    /** The stream goes on, and is flushed as no audio comes; tick() sees when everything is confirmed. Waits for that,
        at most so long. */
    void finishBounceSoon (const BounceLimits& limits, Milliseconds atMost);
    void awaitBounce();

    SessionConfig sessionConfig() const;
    Error notApproved() const;

    /** Number of the last order, and in the lowest bit what it wants. */
    std::atomic<std::uint32_t> order{ 0 };
    static_assert (std::atomic<std::uint32_t>::is_always_lock_free);
    std::atomic<bool> hearsNothing{ false }; ///< a stream runs, and no sound arrives
    std::atomic<std::uint32_t> seen{ 0 }; ///< the order carried out last; written under the mutex

    /** The end of a bounce while the stream goes on. */
    struct BounceEnd
    {
        BounceLimits limits; ///< beforeSave is what is left of it
        std::chrono::steady_clock::time_point end;
        std::chrono::steady_clock::time_point deadline; ///< without progress
        std::optional<std::uint64_t> progress;
    };

    ApprovedAddresses approved;
    const std::shared_ptr<TapLink> tap;
    std::unique_ptr<Subscription> ticking; ///< transport's thread
    std::function<void (const SharedTranscript&)> keep; ///< constant; may be empty

    std::mutex mutex;
    std::condition_variable collected; ///< a stream that is being collected has ended, or a bounce is confirmed
    // Under the mutex:
    bool isCollecting = false;               ///< a bounce's last words; orders wait
    std::optional<BounceEnd> bounceEnd;      ///< words of a bounce are still to come
    TranscriptionSession* session = nullptr; ///< null before arm() and while the control goes
    TrainingMonitor* monitor = nullptr;
    BackendCatalog* catalog = nullptr;
    std::function<void()> streamEnded;
    PluginSettings settings;
    std::optional<Error> notice;
    std::shared_ptr<const TranscriptSnapshot> earlier; ///< of the project, until the session takes it
    bool isWanted = false;
    LatencyHistogram waiting;

private:
    // Transport's thread:
    int ticks = 0;
    SoundWatch sound;
    SharedTranscript kept;

    void watchSound (std::chrono::steady_clock::time_point now);
    void keepTranscript();
    bool stateIs (LifecycleState state) const;
    void followBounce();
    bool isBounceConfirmed() const;
    void awaitLastWords (std::unique_lock<std::mutex>& lock,
                         Milliseconds withoutProgress,
                         std::chrono::steady_clock::time_point end);
};

} // namespace kikitori::plugin
