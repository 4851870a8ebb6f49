/*  What carrying out a StreamControl's orders needs. It outlives the control while the network thread may still look
    at it.

    Threads: order from any thread, also the audio thread; act() and finishBounce() from any other. What they need lies
    under one mutex, which nobody holds while he waits.
    Failure: what cannot be started is told by notice.
*/
#pragma once

#include "Plugin/Processor/StreamControl.h"

#include <atomic>
#include <condition_variable>

namespace kikitori::plugin
{

struct StreamControl::Core
{
    explicit Core (const juce::File& file) : approved (file) {}

    /** Carries out an order that is new, and tells when a stream has ended by itself. */
    void act();

    /** Every orderInterval: act(), and once a second a look at how long audio waits. */
    void tick();

    /** Ends the stream with its last words and begins the next one, see StreamControl::finishBounce(). */
    void finishBounce (Milliseconds withoutProgress, Milliseconds inAll);

    SessionConfig sessionConfig() const;
    Error notApproved() const;

    /** Number of the last order, and in the lowest bit what it wants. */
    std::atomic<std::uint32_t> order{ 0 };
    static_assert (std::atomic<std::uint32_t>::is_always_lock_free);
    std::atomic<std::uint32_t> seen{ 0 }; ///< the order carried out last; written under the mutex

    ApprovedAddresses approved;
    std::unique_ptr<Subscription> ticking; ///< transport's thread

    std::mutex mutex;
    std::condition_variable collected; ///< a stream that is being collected has ended
    // Under the mutex:
    bool isCollecting = false;               ///< a bounce's last words; orders wait
    TranscriptionSession* session = nullptr; ///< null before arm() and while the control goes
    TrainingMonitor* monitor = nullptr;
    BackendCatalog* catalog = nullptr;
    std::function<void()> streamEnded;
    PluginSettings settings;
    std::optional<Error> notice;
    std::shared_ptr<const TranscriptSnapshot> earlier;
    std::shared_ptr<const TranscriptSnapshot> clearedEarlier;
    bool isWanted = false;
    LatencyHistogram waiting;

private:
    int ticks = 0; ///< transport's thread
    bool stateIs (LifecycleState state) const;
    void awaitLastWords (std::unique_lock<std::mutex>& lock,
                         Milliseconds withoutProgress,
                         std::chrono::steady_clock::time_point end);
};

} // namespace kikitori::plugin
