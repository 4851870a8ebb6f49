// Commands, snapshots, audio and network from several threads at once; the sanitizers judge it.
#include "SessionScene.h"
#include "Support/Catch.h"
#include "Support/LongRun.h"
#include "Training/TrainingMonitor.h"

#include <atomic>
#include <random>
#include <thread>

using namespace kikitori;
using namespace kikitori::test;
using S = LifecycleState;

TEST_CASE ("commands, snapshots, audio and network from four threads at once", "[session][threads]")
{
    SessionScene scene;
    TrainingMonitor monitor (scene.transport, scene.locator, scene.session.lifecycleReader());
    scene.transport->afterStep = [&]
    {
        scene.backend.serve();
        scene.transport->sendRequests();
    };
    std::atomic<bool> done{ false };
    std::atomic<std::uint64_t> seen{ 0 };

    std::thread audio (
        [&]
        {
            const std::array<float, 480> block{};
            const auto* pointer = block.data();

            while (! done)
                scene.tap.process (&pointer, 1, 480, {});
        });
    std::thread editor (
        [&]
        {
            while (! done)
            {
                const auto snapshot = scene.session.snapshot();
                seen += snapshot.history->size() + scene.session.transcript()->finals.size();
                seen += describe (snapshot).size() + monitor.view().polls.size();
                seen += scene.tap.level().peak >= 0.0f ? 1u : 0u;
                monitor.tick (true);
                std::this_thread::yield();
            }
        });
    std::thread host (
        [&]
        {
            std::mt19937 random (5);

            while (! done)
            {
                switch (random() % 8)
                {
                    case 0: scene.session.stop(); break;
                    case 1: scene.session.abandon(); break;
                    case 2: scene.session.clearTranscript(); break;
                    case 3: scene.tap.setChannel ({ ChannelChoice::Kind::left, 0 }); break;
                    default: scene.session.start ({}); break;
                }

                std::this_thread::yield();
            }
        });

    for (int i = 0; i < shortOrLong (500, 20000) || seen == 0; ++i)
    {
        scene.transport->advance (Milliseconds (10));

        if (i % 97 == 96 && scene.backend.socket() != nullptr && scene.backend.socket()->listener != nullptr)
            scene.backend.cut (1011);
    }

    done = true;
    audio.join();
    editor.join();
    host.join();
    scene.session.stop();
    scene.session.abandon();
    scene.wait (seconds (1));
    CHECK (scene.session.state() == S::idle);
    CHECK (seen > 0);
}
