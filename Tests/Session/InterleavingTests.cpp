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
    constexpr std::array codes{ 1000, 1001, 1006, 1011, 1012 };

    for (int seed = 0; seed < shortOrLong (3, 200); ++seed)
    {
        INFO ("seed " << seed);
        SessionScene scene;
        std::mt19937 random (static_cast<unsigned> (seed));
        const auto upTo = [&] (int most) { return std::uniform_int_distribution<int> (0, most) (random); };
        SessionConfig config;
        config.retry.delays = { Milliseconds (50), Milliseconds (100) };
        scene.start (config);

        for (int cuts = 0; cuts < 50;)
        {
            scene.speak (Milliseconds (10 * (1 + upTo (300))));

            if (scene.backend.socket()->listener == nullptr)
                continue;

            scene.backend.readyAfter = Milliseconds (upTo (3) * 100);
            scene.backend.cut (codes[static_cast<std::size_t> (upTo (4))]);
            ++cuts;
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
}
