#include "SessionScene.h"
#include "Support/Catch.h"

using namespace kikitori;
using namespace kikitori::test;
using S = LifecycleState;

TEST_CASE ("another model takes over at the end of a segment, and no word is lost", "[session]")
{
    SessionScene scene;
    scene.start();
    scene.speak (seconds (1));
    CHECK (scene.session.changeModel ("other"));
    scene.speak (Milliseconds (100));
    CHECK (scene.session.snapshot().nextModel == "other");
    REQUIRE (scene.backend.startMessages.size() == 2);
    CHECK (scene.backend.startMessages[1].modelName == "other");
    CHECK (scene.backend.startMessages[1].session == scene.backend.startMessages[0].session);
    CHECK_FALSE (scene.backend.startMessages[1].resumeAt);

    scene.speak (seconds (4));
    CHECK (scene.session.snapshot().nextModel.empty());
    CHECK (scene.session.snapshot().model == "other");
    CHECK (scene.session.state() == S::active);
    scene.session.stop();
    scene.wait (seconds (1));
    CHECK (scene.backend.wrongPositions == 0);
    CHECK (scene.words() == SessionScene::wordsUntil (scene.spoken));
}

TEST_CASE ("a model that is not there is told, and the old one goes on", "[session]")
{
    SessionScene scene;
    scene.start();
    scene.speak (seconds (1));
    CHECK (scene.session.changeModel ("missing"));
    scene.speak (seconds (2));
    CHECK (scene.session.state() == S::active);
    CHECK (scene.session.snapshot().nextModel.empty());
    REQUIRE (scene.session.snapshot().lastError);
    CHECK (scene.session.snapshot().lastError->code == "unknown_model");

    // A lost connection begins with the model that is in service.
    scene.backend.cut();
    scene.speak (seconds (4));
    CHECK (scene.backend.startMessages.back().modelName == "conformer");
    scene.session.stop();
    scene.wait (seconds (1));
    CHECK (scene.words() == SessionScene::wordsUntil (scene.spoken));
}

TEST_CASE ("a connection that is lost before the change asks again, and after it begins with the new model", "[session]")
{
    SessionScene scene;
    scene.start();
    scene.speak (seconds (1));
    CHECK (scene.session.changeModel ("other"));
    scene.speak (Milliseconds (100));
    scene.backend.cut();
    scene.speak (seconds (2));
    REQUIRE (scene.backend.startMessages.size() == 4);
    CHECK (scene.backend.startMessages[2].modelName == "conformer");
    CHECK (scene.backend.startMessages[2].resumeAt);
    CHECK (scene.backend.startMessages[3].modelName == "other");

    scene.speak (seconds (4));
    CHECK (scene.session.snapshot().model == "other");
    scene.backend.cut();
    scene.speak (seconds (2));
    CHECK (scene.backend.startMessages.back().modelName == "other");
    CHECK (scene.backend.startMessages.back().resumeAt);
    scene.session.stop();
    scene.wait (seconds (1));
    CHECK (scene.words() == SessionScene::wordsUntil (scene.spoken));
}

TEST_CASE ("the model can be changed back before it takes over, and before the stream is ready", "[session]")
{
    SessionScene scene;
    scene.backend.readyAfter = Milliseconds (500); // well before the first segment ends
    scene.start();
    scene.speak (Milliseconds (300));
    CHECK (scene.session.changeModel ("other"));
    scene.speak (Milliseconds (500));
    REQUIRE (scene.backend.startMessages.size() == 2);
    CHECK (scene.session.changeModel ("conformer"));
    scene.speak (Milliseconds (50));
    REQUIRE (scene.backend.startMessages.size() == 3);
    CHECK (scene.backend.startMessages[2].modelName == "conformer");
    CHECK (scene.session.snapshot().nextModel.empty());
    scene.speak (seconds (4));
    CHECK (scene.session.snapshot().model == "scripted"); // the first ready's; no other came
    CHECK (scene.session.changeModel ("conformer"));      // nothing to do
    scene.speak (Milliseconds (50));
    CHECK (scene.backend.startMessages.size() == 3);
}

TEST_CASE ("Idle, Stopping and version 1 have no model to change: it takes effect with the next start", "[session]")
{
    SessionScene idle;
    CHECK_FALSE (idle.session.changeModel ("other"));
    idle.start();
    idle.speak (seconds (1));
    idle.session.stop();
    CHECK_FALSE (idle.session.changeModel ("other"));

    SessionScene first (1);
    first.start();
    first.speak (seconds (1));
    CHECK (first.session.state() == S::active);
    CHECK_FALSE (first.session.changeModel ("other"));
    first.speak (seconds (1));
    CHECK (first.backend.startMessages.back().modelName == "conformer");

    // Asked before it was known which version the backend speaks.
    SessionScene early (1);
    early.backend.readyAfter = seconds (2);
    early.start();
    early.speak (seconds (1));
    CHECK (early.session.changeModel ("other"));
    early.speak (seconds (2));
    CHECK (early.session.snapshot().nextModel.empty());
    REQUIRE (early.session.snapshot().lastError);
    CHECK (early.session.snapshot().lastError->code == "model_at_next_start");
}
