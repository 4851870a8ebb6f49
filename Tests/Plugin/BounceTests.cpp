#include "LivePlugin.h"
#include "Support/Catch.h"

using namespace kikitori;
using namespace kikitori::test;

namespace
{

constexpr std::int64_t second = 48000;

struct Scene
{
    explicit Scene (Milliseconds bounceLimit = Milliseconds (30000), Milliseconds beforeSave = Milliseconds (10000))
        : live (backend, nullptr, bounceLimit, beforeSave)
    {
        live.processor->setNonRealtime (true);
    }

    /** As a host does that renders on a thread of its own: not the message thread, which is this one. */
    void release()
    {
        std::thread ([this] { live.processor->releaseResources(); }).join();
    }

    /** What a project holds that is saved now. */
    std::string saved()
    {
        juce::MemoryBlock block;
        live.processor->getStateInformation (block);
        const auto state = plugin::readState (block.getData(), static_cast<int> (block.getSize()));
        std::string text;
        REQUIRE (state.ok());

        if (state.value().transcript != nullptr)
            for (const auto& segment : state.value().transcript->finals)
                text += segment.text + (segment.confirmed ? " " : "? ");

        return text;
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
    scene.release();

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
        scene.release();
        CHECK (scene.live.understood() == 20 * second);
    }

    SECTION ("also when it is over before the model is there")
    {
        scene.live.play (second, 512);
        scene.release();
        CHECK (scene.live.words() == "w0 ");
    }

    CHECK (scene.live.session().counters.dropped == 0);
}

TEST_CASE ("A backend that gets no further holds a bounce up for a bounded time, and the gap is marked", "[bounce][load]")
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
    scene.release();
    CHECK (std::chrono::steady_clock::now() - began < std::chrono::seconds (20));
    CHECK (scene.live.session().counters.dropped > 0);
}

TEST_CASE ("On the message thread a bounce's end takes two seconds at most, and a project that is saved has every word",
           "[bounce]")
{
    Scene scene;
    scene.backend.setUp ([] (ScriptedBackend& scripted) { scripted.readyAfter = Milliseconds (4000); });
    scene.live.transcribe (true);
    scene.live.play (4 * second, 512);
    const auto began = std::chrono::steady_clock::now();
    scene.live.processor->releaseResources();
    const auto took = std::chrono::steady_clock::now() - began;
    CHECK (took >= std::chrono::milliseconds (1900));
    CHECK (took < std::chrono::milliseconds (3500));
    CHECK (scene.live.processor->snapshot().isFinishingBounce);

    SECTION ("when it is saved at once")
    {
        CHECK (scene.saved() == LivePlugin::wordsUntil (4 * second));
        CHECK_FALSE (scene.live.processor->snapshot().isFinishingBounce);
    }

    SECTION ("when it is played on at once: the stream has never stopped")
    {
        scene.live.processor->setNonRealtime (false);
        scene.live.prepare (48000.0, 480);
        scene.live.play (second);
        CHECK (eventually ([&] { return scene.live.understood() == 5 * second; }));
        CHECK (scene.live.session().counters.captured == 5 * second);
        CHECK (scene.backend.heard().size() == 1);
    }

    SECTION ("when Stop is pressed at once")
    {
        scene.live.transcribe (false);
        REQUIRE (scene.live.waitFor (LifecycleState::idle));
        CHECK (scene.live.understood() == 4 * second);
    }
}

TEST_CASE ("A quick backend confirms a bounce while the message thread waits", "[bounce]")
{
    Scene scene;
    scene.live.transcribe (true);
    scene.live.play (30 * second, 512);
    scene.live.processor->releaseResources();
    CHECK (scene.live.understood() == 30 * second);
    CHECK_FALSE (scene.live.processor->snapshot().isFinishingBounce);
}

TEST_CASE ("A backend that gets no further holds up saving once, for a bounded time", "[bounce]")
{
    Scene scene (Milliseconds (60000), Milliseconds (300));
    scene.backend.setUp ([] (ScriptedBackend& scripted) { scripted.readyAfter = Milliseconds (600000); });
    scene.live.transcribe (true);
    scene.live.play (second, 512);
    scene.live.processor->releaseResources();
    CHECK (scene.live.processor->snapshot().isFinishingBounce);

    for (const auto least : { 250, 0, 0 })
    {
        const auto began = std::chrono::steady_clock::now();
        CHECK (scene.saved().empty());
        const auto took = std::chrono::steady_clock::now() - began;
        CHECK (took >= std::chrono::milliseconds (least));
        CHECK (took < std::chrono::milliseconds (least + 1500));
    }
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
