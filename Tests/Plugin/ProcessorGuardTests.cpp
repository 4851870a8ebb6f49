#include "PluginScene.h"
#include "Support/Catch.h"
#include "Support/LongRun.h"
#include "Support/RealtimeGuard.h"

#include <array>
#include <atomic>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <thread>
#include <unistd.h>

using namespace kikitori;
using namespace kikitori::test;

namespace
{

/** A host's transport that plays, jumps and changes its tempo. */
class PlayHead final : public juce::AudioPlayHead
{
public:
    juce::Optional<PositionInfo> getPosition() const override
    {
        if (planted && block == 100)
            planted();

        PositionInfo info;
        info.setIsPlaying (block % 50 < 40);
        info.setTimeInSamples (block % 77 == 0 ? 0 : block * 512);
        info.setTimeInSeconds (static_cast<double> (block) * 512.0 / 48000.0);
        info.setBpm (block % 100 < 50 ? 120.0 : 90.0);
        info.setTimeSignature (juce::AudioPlayHead::TimeSignature{ 4, 4 });
        return info;
    }

    juce::int64 block = 0;
    std::function<void()> planted; ///< what a careless processBlock would do
};

/** An audio thread, and a network thread with a backend that understands. Made in the guarded process, never ended:
    the process is. */
class Host
{
public:
    explicit Host (bool networkRuns)
    {
        if (! networkRuns)
        {
            makeScene();
            return;
        }

        network = std::thread (
            [this]
            {
                makeScene();
                isReady = true;

                for (;;)
                {
                    scene->transport->advance (networkStep);
                    heard = scene->backend.furthest;
                    networkTime = networkTime + networkStep.count() / 1000.0;

                    while (networkTime > played + 0.1 && ! isDone) // the two clocks stay together
                        std::this_thread::yield();
                }
            });

        while (! isReady)
            std::this_thread::yield();
    }

    void play (double seconds)
    {
        for (std::size_t i = 0; played < seconds; ++i)
        {
            auto& block = blocks[i % blocks.size()];
            ++playHead.block;

            if (i % 70 == 0)
                scene->processor->processBlockBypassed (block, midi);
            else
                scene->processor->processBlock (block, midi);

            played = played + block.getNumSamples() / 48000.0;
            followNetwork();
        }
    }

    /** Presses Start and Stop all the while, as an automation does: on the audio thread. */
    void playAndSwitch (double seconds)
    {
        for (int i = 0; played < seconds; ++i)
        {
            scene->processor->stream().want (i % 2 == 0);
            play (std::min (seconds, played.load() + 1.0));
        }
    }

    /** Ends this process if the stream did not carry what was played: the guard would have watched nothing. */
    void awaitHeard (double seconds)
    {
        isDone = true;
        const auto deadline = networkTime + 10.0;

        while (static_cast<double> (heard.load()) < 48000.0 * seconds)
            if (networkTime > deadline)
                std::abort();
    }

    PlayHead playHead;

private:
    static constexpr Milliseconds networkStep{ 10 };

    void makeScene()
    {
        scene = new PluginScene;
        scene->prepare (48000.0, 512);
        scene->processor->setPlayHead (&playHead);
        scene->processor->setTranscribing (true);
    }

    /** Waits until it is at most 0.1 s ahead of the network thread's clock, without a call of any kind. */
    void followNetwork() const
    {
        while (isReady && played > networkTime + 0.1)
        {
        }
    }

    PluginScene* scene = nullptr;
    std::thread network;
    std::atomic<bool> isReady{ false };
    std::atomic<bool> isDone{ false };
    std::atomic<double> networkTime{ 0.0 }; ///< seconds
    std::atomic<double> played{ 0.0 };      ///< seconds of audio
    std::atomic<std::int64_t> heard{ 0 };
    // Made beforehand: a buffer's destructor frees, even if it owns nothing.
    std::array<juce::AudioBuffer<float>, 6> blocks{
        juce::AudioBuffer<float> (2, 512), juce::AudioBuffer<float> (2, 64),   juce::AudioBuffer<float> (2, 1),
        juce::AudioBuffer<float> (2, 0),   juce::AudioBuffer<float> (2, 2048), juce::AudioBuffer<float> (2, 333)
    };
    juce::MidiBuffer midi;
};

void checkClean (const GuardedRun& run)
{
    INFO (run.trouble);
    REQUIRE (run.hasFinished);
    CHECK (run.violations.allocations == 0);
    CHECK (run.violations.locks == 0);
    CHECK (run.violations.systemCalls == 0);
    CHECK (run.violations.firstSystemCall == -1);
}

/** A run of processBlock with something in it that the audio thread must not do. */
RealtimeViolations violationsWith (const std::function<void()>& planted)
{
    Host* host = nullptr;
    const auto run = runGuarded (
        [&]
        {
            host = new Host (false);
            host->playHead.planted = planted;
        },
        [&] { host->play (5.0); });
    INFO (run.trouble);
    REQUIRE (run.hasFinished);
    return run.violations;
}

/** Keeps the optimiser from dropping an allocation. */
void* volatile escaped = nullptr;

constexpr int limitSeconds = 500;

} // namespace

TEST_CASE ("ten minutes through processBlock: no allocation, no lock, no system call", "[guard]")
{
    if (! isFilterAvailable())
        WARN ("this kernel allows no seccomp filter: system calls are not checked");

    const auto seconds = shortOrLong (20.0, 600.0);
    Host* host = nullptr;

    SECTION ("while a stream runs")
    {
        checkClean (runGuarded ([&] { host = new Host (true); },
                                [&]
                                {
                                    host->play (seconds);
                                    host->awaitHeard (seconds * 0.95); // some blocks are bypassed
                                },
                                limitSeconds));
    }

    SECTION ("while the stream is started and stopped")
    {
        checkClean (runGuarded ([&] { host = new Host (true); }, [&] { host->playAndSwitch (seconds); }, limitSeconds));
    }

    SECTION ("with a ring that nobody empties")
    {
        checkClean (runGuarded ([&] { host = new Host (false); }, [&] { host->play (seconds); }, limitSeconds));
    }
}

TEST_CASE ("what a careless processBlock would do is caught", "[guard]")
{
    CHECK (violationsWith ({}).total() == 0);
    CHECK (violationsWith ([] { escaped = new int (1); }).allocations == 1);

    std::mutex mutex;
    CHECK (violationsWith ([&mutex] { const std::lock_guard lock (mutex); }).locks == 2);

    if (isFilterAvailable())
        CHECK (violationsWith ([] { static_cast<void> (getppid()); }).systemCalls == 1);
}
