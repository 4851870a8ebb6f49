// Random interleavings of user, timer, network and backend events against an oracle of the gate, of the lifecycle and
// of the samples; and the same from several threads.
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

namespace
{

struct RandomScene : SessionScene
{
    RandomScene (unsigned seed, int version) : SessionScene (version), random (seed)
    {
        transport->afterStep = [this]
        {
            backend.serve();
            checkInvariants();
        };
        session.setTrainingListener ([this] (const TrainingMessage& message) { monitor.onPushed (message); });
    }

    int upTo (int most) { return std::uniform_int_distribution<int> (0, most) (random); }

    void act()
    {
        switch (upTo (15))
        {
            case 0:
            {
                SessionConfig config;
                config.retry.firstAttempts = 1 + upTo (3);
                config.retry.reconnectAttempts = upTo (5);
                session.start (config, upTo (1) == 0);
                wasStarted = true;
                CHECK (session.state() != S::idle);
                break;
            }
            case 1:
                session.stop (upTo (1) == 0 ? TranscriptionSession::StopMode::bounded
                                            : TranscriptionSession::StopMode::complete);
                wasStarted = false;
                REQUIRE ((session.state() == S::stopping || session.state() == S::idle));
                break;
            case 2:
                if (upTo (3) == 0)
                {
                    session.abandon();
                    wasStarted = false;
                    REQUIRE (session.state() == S::idle);
                }
                break;
            case 3: backend.accepts = upTo (3) != 0; break;
            case 4: backend.answersStart = upTo (3) != 0; break;
            case 5: backend.answersStop = upTo (3) != 0; break;
            case 6: backend.readyAfter = Milliseconds (upTo (3) * 400); break;
            case 7:
                if (backend.socket() != nullptr && backend.socket()->listener != nullptr)
                {
                    constexpr std::array codes{ 1000, 1001, 1006, 1011, 1012 };
                    backend.cut (codes[static_cast<std::size_t> (upTo (4))]);
                }
                break;
            case 8: monitor.tick (upTo (4) != 0); break;
            case 9: transport->sendRequests(); break;
            case 10: answerRequests(); break;
            case 11: say (upTo (1) == 0 ? trainingStarts : trainingStops); break;
            case 12: say ("{nonsense"); break;
            case 13: transport->advance (Milliseconds (10 * upTo (300))); break;
            default: talk (Milliseconds (10 * upTo (60))); break;
        }

        checkInvariants();
    }

    void talk (Milliseconds time)
    {
        for (Milliseconds said{ 0 }; said < time; said += Milliseconds (10))
        {
            // A new stream counts its samples from its own first.
            const auto wanted = tap.sharedLink()->wanted.load();

            if (wanted != heardBy)
                spoken = 0;

            heardBy = wanted;
            speakBlock (480);
            transport->advance (Milliseconds (10));
        }
    }

    void say (const char* text)
    {
        if (backend.socket() != nullptr)
            backend.socket()->say (text);
    }

    void answerRequests()
    {
        for (const auto& request : std::vector (transport->requests))
        {
            if (! request->hasLeft)
                continue;

            const auto* body = upTo (1) == 0 ? R"({"is_training":true})" : R"({"is_training":false})";
            transport->answer (*request, HttpResponse{ 200, body });
        }

        std::erase_if (transport->requests, [] (const auto& r) { return r->isAnswered || r->isCancelled; });
    }

    void checkInvariants()
    {
        // Bytes of a poll leave only where the gate allows it.
        for (const auto& request : transport->requests)
        {
            if (! request->hasLeft || ! left.insert (request.get()).second)
                continue;

            const auto state = session.state();
            const auto isStatus = request->request.target == "/api/status";
            REQUIRE ((state == S::idle || (! isStatus && state == S::stopping)));
        }

        if (transport->requests.empty())
            left.clear();

        auto live = 0;

        for (const auto& socket : transport->sockets)
            live += socket->listener != nullptr && socket->closeCode == 0 ? 1 : 0;

        REQUIRE (live <= 1);

        // Without a start since the last stop, nothing lives.
        if (! wasStarted)
            REQUIRE ((session.state() == S::idle || session.state() == S::stopping));

        const auto generation = session.snapshot().generation;
        REQUIRE (generation >= lastGeneration);
        lastGeneration = generation;
        REQUIRE (backend.wrongSamples == 0);

        if (backend.version >= 2)
            REQUIRE (backend.wrongPositions == 0);
    }

    /** After everything: a stream that is cut but otherwise left alone gives the undisturbed words. */
    void proveHealth()
    {
        session.abandon();
        backend.accepts = backend.answersStart = backend.answersStop = true;
        backend.readyAfter = Milliseconds (0);
        transport->advance (seconds (5));
        REQUIRE (session.state() == S::idle);
        session.start ({});
        wasStarted = true;

        for (int i = 0; i < 4; ++i)
        {
            talk (Milliseconds (500 + 10 * upTo (150)));

            if (session.state() == S::active)
                backend.cut (1011);
        }

        talk (seconds (1));
        const auto said = spoken;
        session.stop();
        wasStarted = false;
        transport->advance (seconds (5));
        REQUIRE (session.state() == S::idle);

        if (backend.version >= 2)
            REQUIRE (words() == wordsUntil (said));
    }

    static constexpr const char* trainingStarts =
        R"({"type":"status","payload":{"status":"starting","message":"Training starts"}})";
    static constexpr const char* trainingStops =
        R"({"type":"status","payload":{"status":"stopped","message":"Training stopped"}})";

    std::mt19937 random;
    TrainingMonitor monitor{ transport, locator, session.lifecycleReader() };
    std::set<const void*> left;
    bool wasStarted = false;
    std::uint64_t heardBy = 0;
    std::uint64_t lastGeneration = 0;
};

} // namespace

TEST_CASE ("random interleavings never break the gate, the lifecycle or the words", "[session][random]")
{
    const auto runs = shortOrLong (40, 1000);
    constexpr auto actions = 100;

    for (int run = 0; run < runs; ++run)
    {
        INFO ("seed " << run);
        RandomScene scene (static_cast<unsigned> (run), 2);

        for (int i = 0; i < actions; ++i)
            scene.act();

        scene.proveHealth();
    }
}

TEST_CASE ("a stream received whole after fifty cuts at random moments", "[session][random]")
{
    SessionScene scene;
    std::mt19937 random (3);
    std::uniform_int_distribution<int> pause (1, 300);
    SessionConfig config;
    config.retry.delays = { Milliseconds (50), Milliseconds (100) };
    scene.start (config);
    int cuts = 0;

    while (cuts < 50)
    {
        scene.speak (Milliseconds (10 * pause (random)));

        if (scene.backend.socket()->listener != nullptr)
        {
            scene.backend.cut (cuts % 2 == 0 ? 1006 : 1011);
            ++cuts;
        }
    }

    scene.speak (seconds (1));
    scene.session.stop();
    scene.wait (seconds (3));
    CHECK (scene.session.state() == S::idle);
    CHECK (scene.backend.wrongSamples == 0);
    CHECK (scene.backend.wrongPositions == 0);
    CHECK (scene.backend.furthest == scene.spoken);
    CHECK (scene.words() == SessionScene::wordsUntil (scene.spoken));
}

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
