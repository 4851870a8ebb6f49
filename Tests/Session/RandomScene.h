/*  A session under random events of user, timer, network and backend, with an oracle of the gate, of the lifecycle and
    of the samples.

    Threads: one. Failure: a broken rule fails the running test.
*/
#pragma once

#include "SessionScene.h"
#include "Support/Catch.h"
#include "Training/TrainingMonitor.h"

#include <array>
#include <random>
#include <set>

namespace kikitori::test
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
                config.retry.firstAttempts = config.retry.firstLocalAttempts = 1 + upTo (3);
                if (upTo (1) == 0)
                    config.retry.giveUpAfter = seconds (upTo (20));
                config.format = static_cast<StreamFormat> (upTo (2));
                config.limits.replayMemory = upTo (1) == 0 ? 0 : 256u << 20; // 0: nearly everything goes to disk
                config.limits.replay = seconds (upTo (3) == 0 ? 2 : 60);     // 2: some of it is dropped
                session.start (config, upTo (1) == 0);
                wasStarted = true;
                CHECK (session.state() != LifecycleState::idle);
                break;
            }
            case 1:
                session.stop (upTo (1) == 0 ? TranscriptionSession::StopMode::bounded
                                            : TranscriptionSession::StopMode::complete);
                wasStarted = false;
                REQUIRE ((session.state() == LifecycleState::stopping || session.state() == LifecycleState::idle));
                break;
            case 2:
                if (upTo (3) == 0)
                {
                    session.abandon();
                    wasStarted = false;
                    REQUIRE (session.state() == LifecycleState::idle);
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
            REQUIRE ((state == LifecycleState::idle || (! isStatus && state == LifecycleState::stopping)));
        }

        if (transport->requests.empty())
            left.clear();

        auto live = 0;

        for (const auto& socket : transport->sockets)
            live += socket->listener != nullptr && socket->closeCode == 0 ? 1 : 0;

        REQUIRE (live <= 1);

        // Without a start since the last stop, nothing lives.
        if (! wasStarted)
            REQUIRE ((session.state() == LifecycleState::idle || session.state() == LifecycleState::stopping));

        const auto generation = session.snapshot().generation;
        REQUIRE (generation >= lastGeneration);
        lastGeneration = generation;

        // Version 1 knows no positions, so after a cut the scripted one cannot say where it is.
        if (backend.version >= 2)
        {
            REQUIRE (backend.wrongSamples == 0);
            REQUIRE (backend.wrongPositions == 0);
        }
    }

    /** After everything: a stream that is cut but otherwise left alone gives the undisturbed words. */
    void proveHealth()
    {
        session.abandon();
        backend.accepts = backend.answersStart = backend.answersStop = true;
        backend.readyAfter = Milliseconds (0);
        transport->advance (seconds (5));
        REQUIRE (session.state() == LifecycleState::idle);
        session.start ({});
        wasStarted = true;

        for (int i = 0; i < 4; ++i)
        {
            talk (Milliseconds (500 + 10 * upTo (150)));

            if (session.state() == LifecycleState::active)
                backend.cut (1011);
        }

        talk (seconds (1));
        const auto said = spoken;
        session.stop();
        wasStarted = false;
        transport->advance (seconds (5));
        REQUIRE (session.state() == LifecycleState::idle);

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

} // namespace kikitori::test
