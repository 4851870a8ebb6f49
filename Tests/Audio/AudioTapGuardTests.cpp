#include "Audio/AudioTap.h"
#include "Audio/TapReader.h"
#include "Support/Catch.h"
#include "Support/LongRun.h"
#include "Support/RealtimeGuard.h"
#include "Support/RecordingSink.h"

#include <array>
#include <atomic>
#include <limits>
#include <memory>
#include <thread>

using namespace kikitori;
using namespace kikitori::test;

namespace
{

/** Everything that a host may do on its audio thread, in simulated time. */
class Host
{
public:
    explicit Host (AudioTap& tapToPlay) : tap (tapToPlay)
    {
        for (std::size_t i = 0; i < left.size(); ++i)
            left[i] = right[i] = static_cast<float> (i % 100) / 100.0f;

        right[17] = std::numeric_limits<float>::quiet_NaN();
    }

    void play (double seconds)
    {
        const float* const channels[] = { left.data(), right.data(), nullptr, left.data() };
        const std::array<int, 7> sizes{ 512, 64, 1, 0, 1024, 8192, 333 };
        double played = 0.0;

        for (std::size_t block = 0; played < seconds; ++block)
        {
            const auto size = sizes[block % sizes.size()];
            AudioTap::BlockInfo info;
            info.isBypassed = block % 97 == 96;
            info.playhead = HostPlayhead{ .isPlaying = block % 500 < 400,
                                          .timeInSamples = time,
                                          .beatsPerMinute = block % 1000 < 500 ? 120.0 : 90.0 };

            if (block % 200 == 0)
                tap.setChannel ({ static_cast<ChannelChoice::Kind> (block / 200 % 5), 3 });

            if (block % 3000 == 2999)
                tap.prepare (block % 6000 == 2999 ? 44100.0 : 48000.0, 512, 4); // a format change

            tap.process (channels, 1 + static_cast<int> (block % 4), size, info);
            time = block % 250 == 249 ? 0 : time + size;
            played += size / 48000.0;
        }
    }

private:
    AudioTap& tap;
    std::array<float, 8192> left;
    std::array<float, 8192> right;
    std::int64_t time = 0;
};

struct Scene
{
    Scene() : reader (tap.sharedLink()), host (tap) { tap.prepare (48000.0, 512, 4); }

    AudioTap tap;
    TapReader reader;
    Host host;
    std::atomic<bool> done{ false };
    std::thread readerThread;

    void startReader()
    {
        reader.begin (1);
        readerThread = std::thread (
            [this]
            {
                while (! done)
                {
                    RecordingSink sink;
                    reader.drain (sink, 100000);
                }
            });
    }
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

} // namespace

TEST_CASE ("ten minutes of blocks: no allocation, no lock, no system call on the audio thread", "[tap][guard]")
{
    if (! isFilterAvailable())
        WARN ("this kernel allows no seccomp filter: system calls are not checked");

    const auto seconds = shortOrLong (20.0, 600.0);

    SECTION ("with a reader that keeps up")
    {
        // Made in the guarded process, because its reader's thread must live there. Never ended: the process is.
        Scene* scene = nullptr;
        checkClean (runGuarded (
            [&]
            {
                scene = new Scene;
                scene->startReader();
            },
            [&] { scene->host.play (seconds); }, 600));
    }

    SECTION ("with a ring that overflows all the time")
    {
        Scene scene;
        scene.reader.begin (1);
        checkClean (runGuarded ([] {}, [&] { scene.host.play (seconds); }, 600));
    }

    SECTION ("with nobody listening")
    {
        Scene scene;
        checkClean (runGuarded ([] {}, [&] { scene.host.play (seconds); }, 600));
    }
}

TEST_CASE ("a bounce that waits is what the guard would catch in real time", "[tap][guard]")
{
    if (! isFilterAvailable())
        return;

    Scene scene;
    scene.tap.setWaitWithoutProgress (std::chrono::milliseconds (5));
    scene.reader.begin (1);
    const auto run = runGuarded ([] {},
                                 [&]
                                 {
                                     const std::array<float, 4096> block{};
                                     const auto* pointer = block.data();

                                     for (int i = 0; i < 100; ++i)
                                         scene.tap.process (&pointer, 1, 4096, { .isNonRealtime = true });
                                 });
    REQUIRE (run.hasFinished);
    CHECK (run.violations.systemCalls > 0);
}
