#include "LivePlugin.h"
#include "Support/Catch.h"

using namespace kikitori;
using namespace kikitori::test;

namespace
{

constexpr std::int64_t second = 48000;

struct Scene
{
    explicit Scene (Milliseconds bounceLimit = Milliseconds (30000)) : live (backend, nullptr, bounceLimit)
    {
        live.processor->setNonRealtime (true);
    }

    juce::ScopedJuceInitialiser_GUI juceIsUp;
    SocketBackend backend;
    LivePlugin live;
};

} // namespace

TEST_CASE ("A bounce far faster than real time is transcribed whole when releaseResources returns", "[bounce]")
{
    Scene scene;
    scene.live.transcribe (true); // nobody waits for the stream to be there
    scene.live.play (60 * second, 512);
    scene.live.processor->releaseResources();

    CHECK (scene.live.understood() == 60 * second);
    CHECK (scene.live.session().counters.dropped == 0);
    CHECK (scene.live.session().counters.captured == 60 * second);
    const auto heard = scene.backend.heard();
    REQUIRE_FALSE (heard.empty());
    CHECK (heard[0].samples == 60 * second);
    CHECK (heard[0].wrongSamples == 0);

    SECTION ("and the stream goes on for what is played next, in the same transcript")
    {
        scene.live.processor->setNonRealtime (false);
        scene.live.prepare (48000.0, 480);
        REQUIRE (scene.live.waitFor (LifecycleState::active));
        scene.live.play (second);
        scene.live.transcribe (false);
        REQUIRE (eventually ([&] { return scene.live.session().counters.captured == 61 * second; }));
        REQUIRE (scene.live.waitFor (LifecycleState::idle));
        CHECK (scene.live.words() == LivePlugin::wordsUntil (60 * second) + "w0 ");
    }
}

TEST_CASE ("A bounce waits while the model loads", "[bounce]")
{
    Scene scene (Milliseconds (300));
    scene.backend.setUp ([] (ScriptedBackend& scripted) { scripted.readyAfter = Milliseconds (1000); });
    scene.live.transcribe (true);

    SECTION ("longer than the ring holds")
    {
        scene.live.play (20 * second, 512);
        scene.live.processor->releaseResources();
        CHECK (scene.live.understood() == 20 * second);
    }

    SECTION ("also when it is over before the model is there")
    {
        scene.live.play (second, 512);
        scene.live.processor->releaseResources();
        CHECK (scene.live.words() == "w0 ");
    }

    CHECK (scene.live.session().counters.dropped == 0);
}

TEST_CASE ("A backend that gets no further holds a bounce up for a bounded time, and the gap is marked", "[bounce]")
{
    Scene scene (Milliseconds (200));
    scene.backend.setUp (
        [] (ScriptedBackend& scripted)
        {
            scripted.isSlow = true;
            scripted.sendsWords = false;
            scripted.answersStop = false;
            scripted.maxAheadMs = 1000;
        });
    scene.live.transcribe (true);
    const auto began = std::chrono::steady_clock::now();
    scene.live.play (40 * second, 512);
    scene.live.processor->releaseResources();
    CHECK (std::chrono::steady_clock::now() - began < std::chrono::seconds (20));
    CHECK (scene.live.session().counters.dropped > 0);
}

TEST_CASE ("Real time never waits: releaseResources neither", "[bounce]")
{
    Scene scene;
    scene.live.processor->setNonRealtime (false);
    scene.backend.setUp ([] (ScriptedBackend& scripted) { scripted.readyAfter = Milliseconds (600000); });
    scene.live.transcribe (true);
    REQUIRE (scene.live.waitFor (LifecycleState::starting));
    scene.live.play (20 * second); // more than the ring holds, and nobody takes it
    scene.live.processor->releaseResources();
    CHECK (scene.live.isIn (LifecycleState::starting));
    CHECK (scene.live.session().counters.captured == 20 * second);
}

TEST_CASE ("A bounce with Transcribe off is not held up", "[bounce]")
{
    Scene scene;
    scene.live.play (20 * second, 512);
    scene.live.processor->releaseResources();
    CHECK (scene.live.session().counters.captured == 0);
    CHECK (scene.backend.heard().empty());
}
