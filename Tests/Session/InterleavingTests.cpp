// Random interleavings of user, timer, network and backend events against an oracle of the gate, of the lifecycle and
// of the samples.
#include "RandomScene.h"
#include "Support/LongRun.h"

using namespace kikitori;
using namespace kikitori::test;
using S = LifecycleState;

TEST_CASE ("random interleavings never break the gate, the lifecycle or the words", "[session][random]")
{
    // Long: a hundred thousand sequences, each of its own seed; every tenth must also prove that the session that went
    // through it still gives the undisturbed words.
    const auto runs = shortOrLong (200, 100'000);

    for (int run = 0; run < runs; ++run)
    {
        INFO ("seed " << run);
        RandomScene scene (static_cast<unsigned> (run), run % 5 == 4 ? 1 : 2);
        const auto actions = run % 10 == 0 ? 100 : 20;

        for (int i = 0; i < actions; ++i)
            scene.act();

        if (run % 10 == 0)
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
