#include "SessionScene.h"
#include "Support/Catch.h"

using namespace kikitori;
using namespace kikitori::test;
using S = LifecycleState;

TEST_CASE ("stop the instant the model has loaded, or before: stop wins and nothing undoes it", "[session][stop]")
{
    SessionScene scene;
    scene.backend.readyAfter = seconds (2);
    scene.start();
    scene.speak (Milliseconds (1990));
    scene.session.stop();
    CHECK (scene.session.state() == S::stopping);
    scene.wait (seconds (2)); // ready comes now
    CHECK (scene.session.state() == S::idle);
    CHECK (scene.words() == "w0 "); // and what had been said is still transcribed
    CHECK (scene.backend.heard == scene.spoken);

    scene.backend.socket()->say (R"({"type":"status","payload":{"status":"ready","protocol":2}})");
    scene.wait (seconds (5));
    CHECK (scene.session.state() == S::idle);
}

TEST_CASE ("stop while nothing was said ends at once, in every stage", "[session][stop]")
{
    SessionScene scene;

    SECTION ("while the backend is looked for") { scene.locator->isSilent = true; }
    SECTION ("while the connection opens") { scene.transport->afterStep = {}; }
    SECTION ("while the model loads") { scene.backend.answersStart = false; }
    SECTION ("while it listens") {}

    scene.start();
    scene.wait (seconds (1));
    scene.session.stop();
    CHECK (scene.session.state() == S::idle);
    CHECK_FALSE (scene.session.snapshot().lastError);
}

TEST_CASE ("Stopping ends after ten seconds at most and keeps the last partial as unconfirmed", "[session][stop]")
{
    SessionScene scene;
    scene.start();
    scene.speak (seconds (1));
    scene.backend.answersStop = false;
    scene.session.stop();
    scene.wait (Milliseconds (9900));
    CHECK (scene.session.state() == S::stopping);
    CHECK (scene.session.snapshot().status == SessionStatus::stopping);
    CHECK (scene.session.snapshot().elapsed > seconds (9));
    scene.wait (Milliseconds (200));
    CHECK (scene.session.state() == S::idle);
    REQUIRE (scene.session.snapshot().lastError);
    CHECK (scene.session.snapshot().lastError->code == "stop_timeout");
    CHECK (scene.words() == "p0? ");
}

TEST_CASE ("Stopping can be cut short", "[session][stop]")
{
    SessionScene scene;
    scene.start();
    scene.speak (seconds (1));
    scene.backend.answersStop = false;
    scene.session.stop();
    scene.wait (seconds (1));
    scene.session.abandon();
    CHECK (scene.session.state() == S::idle);
    CHECK (scene.words() == "p0? ");
    CHECK (scene.backend.socket()->closeCode != 0);
}

TEST_CASE ("start during Stopping is remembered and runs after Idle; another stop forgets it", "[session][stop]")
{
    SessionScene scene;
    scene.start();
    scene.speak (seconds (1));
    scene.backend.answersStop = false;
    scene.session.stop();
    scene.wait (seconds (1));
    scene.start();
    CHECK (scene.session.state() == S::stopping);
    CHECK (scene.session.snapshot().startRemembered);

    SECTION ("runs")
    {
        scene.wait (seconds (10));
        CHECK (scene.session.state() == S::active);
        CHECK (scene.session.snapshot().generation == 2);
        CHECK (scene.backend.starts == 2);
        CHECK_FALSE (scene.session.snapshot().startRemembered);
    }

    SECTION ("is forgotten")
    {
        scene.session.stop();
        CHECK_FALSE (scene.session.snapshot().startRemembered);
        scene.wait (seconds (10));
        CHECK (scene.session.state() == S::idle);
        CHECK (scene.backend.starts == 1);
    }
}

TEST_CASE ("audio after stop is not transcribed, audio before it is to the last sample", "[session][stop]")
{
    SessionScene scene;
    scene.start();
    scene.speak (seconds (1));
    scene.speakBlock (123); // in the ring, not yet drained
    const auto said = scene.spoken;
    scene.session.stop();
    scene.speakBlock (480);
    scene.wait (seconds (1));
    CHECK (scene.backend.heard == said);
    CHECK (scene.backend.wrongSamples == 0);
}

TEST_CASE ("the resampler's tail is not lost at the end", "[session][stop]")
{
    SessionScene scene;
    scene.tap.prepare (44100.0, 441, 1);
    scene.start();

    for (int i = 0; i < 100; ++i)
    {
        scene.speakBlock (441);
        scene.wait (Milliseconds (10));
    }

    scene.session.stop();
    scene.wait (seconds (1));
    CHECK (scene.backend.position == 48000);
}

TEST_CASE ("every transition is remembered with its reason", "[session][stop]")
{
    SessionScene scene;
    scene.start();
    scene.speak (seconds (1));
    scene.session.stop();
    scene.wait (seconds (1));
    const auto history = scene.session.snapshot().history;
    REQUIRE (history->size() == 4);
    CHECK ((*history)[0].to == S::starting);
    CHECK ((*history)[1].to == S::active);
    CHECK ((*history)[2].to == S::stopping);
    CHECK ((*history)[3].to == S::idle);
    CHECK ((*history)[3].generation == 1);
}
