/*  An audio input as a feed. Systems do not tell when a device or its sound server has gone: a thread sees that no block
    comes, opens the input again until that works, and marks what was missed as a gap.

    Threads: as AudioFeed; the blocks come on the device's audio thread. The input is watched, closed and opened again on a
    thread of the feed's own, which stop() joins.
    Failure: trouble() tells of an input that is away; it does not end the feed.
*/
#pragma once

#include "Audio/AudioFeed.h"
#include "Standalone/CommandLine/AudioInput.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace kikitori::commandline
{

struct MicrophoneLimits
{
    std::chrono::milliseconds silent{ 1500 }; ///< no block for so long: the input is away
    std::chrono::milliseconds look{ 100 };
    std::chrono::milliseconds retry{ 1000 }; ///< between two tries to open it
};

class MicrophoneFeed final : public AudioFeed
{
public:
    using Clock = std::chrono::steady_clock;
    using Opener = std::function<Result<std::unique_ptr<AudioInput>>()>;

    /** reopen: gives the same input again; called on the feed's thread. */
    MicrophoneFeed (std::unique_ptr<AudioInput> inputToUse, Opener reopen, MicrophoneLimits limitsToUse = {});
    ~MicrophoneFeed() override { MicrophoneFeed::stop(); }

    void prepare (AudioTap& tap) override;
    void start (AudioTap& tap) override;
    void stop() override;
    bool finished() const override { return false; }
    /** Also the time in which the input was away. */
    double seconds() const override;
    float loudest() const override { return loudestSample.load (std::memory_order_relaxed); }
    /** It is away: who ends the feed now has less than was wanted. */
    std::optional<Error> problem() const override;
    std::string trouble() const override;

private:
    void watch (AudioTap& tap);
    bool isAway (Clock::time_point now) const;
    void lose();
    void open (AudioTap& tap);
    void startInput (AudioTap& tap);

    const Opener reopen;
    const MicrophoneLimits limits;
    std::unique_ptr<AudioInput> input; ///< the watching thread's while it runs
    std::atomic<double> pushed{ 0.0 }; ///< seconds; written on the audio thread, or while it rests
    std::atomic<std::uint64_t> blocks{ 0 };
    std::atomic<float> loudestSample{ 0.0f }; ///< written by the device's thread alone
    std::atomic<bool> hasGone{ false };

    // The watching thread's:
    std::uint64_t blocksSeen = 0;
    Clock::time_point retryAt;

    mutable std::mutex mutex;
    std::condition_variable wake;
    // Under the mutex:
    bool shouldEnd = false;
    Clock::time_point lastBlock;

    std::thread thread;
};

} // namespace kikitori::commandline
