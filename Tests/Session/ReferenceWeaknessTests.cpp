// What protocol.md says a client of the reference backend must survive, each against a scripted one. What concerns the
// utterances is in Version1Tests.cpp.
#include "SessionScene.h"
#include "Support/Catch.h"

using namespace kikitori;
using namespace kikitori::test;
using S = LifecycleState;

TEST_CASE ("a slow model load is shown with its time, and the audio from before ready is kept", "[session][reference]")
{
    SessionScene scene (1);
    scene.backend.readyAfter = seconds (40);
    scene.start();
    scene.speak (seconds (30));
    const auto snapshot = scene.session.snapshot();
    CHECK (snapshot.state == S::starting);
    CHECK (snapshot.status == SessionStatus::loadingModel);
    CHECK (snapshot.elapsed > seconds (29));
    CHECK (describe (snapshot).find ("30.0 s") != std::string::npos);
    CHECK (scene.backend.heard == 0);

    scene.speak (Milliseconds (10100));
    CHECK (scene.session.state() == S::active);
    scene.backend.readyAfter = Milliseconds (0); // loaded once
    scene.speak (seconds (10));
    scene.session.stop();
    scene.wait (seconds (3));
    CHECK (scene.session.state() == S::idle);
    CHECK (scene.backend.heard == scene.spoken);
    CHECK (scene.backend.wrongSamples == 0);
}

TEST_CASE ("stop during a slow load still brings the words of what was said", "[session][reference]")
{
    SessionScene scene (1);
    scene.backend.readyAfter = seconds (20);
    scene.start();
    scene.speak (seconds (5));
    scene.session.stop();
    CHECK (scene.session.state() == S::stopping);
    scene.wait (seconds (9));
    CHECK (scene.session.state() == S::stopping);
    scene.wait (seconds (12));
    CHECK (scene.session.state() == S::idle);
}

TEST_CASE ("every close with 1000 is a failure that is told, before and after ready", "[session][reference]")
{
    SECTION ("a null model, a failed load, a bad rate: closed instead of ready")
    {
        SessionScene scene (1);
        scene.backend.closesInsteadOfReady = 1000;
        scene.start();
        scene.speak (Milliseconds (100));
        CHECK (scene.session.state() == S::idle);
        REQUIRE (scene.session.snapshot().lastError);
        CHECK (scene.session.snapshot().lastError->code == "backend_refused");
    }

    SECTION ("a frame that it does not like: closed in the middle")
    {
        SessionScene scene (1);
        SessionConfig config;
        config.retry.giveUpAfter = seconds (2);
        scene.start (config);
        scene.speak (seconds (1));
        scene.backend.accepts = false;
        scene.backend.cut (1000);
        CHECK (scene.session.snapshot().status == SessionStatus::reconnecting);
        scene.speak (seconds (5));
        CHECK (scene.session.state() == S::idle);
        REQUIRE (scene.session.snapshot().lastError);
        CHECK (scene.words() == "p0? ");
    }
}

TEST_CASE ("a training in the middle of a stream changes nothing in it", "[session][reference]")
{
    SessionScene scene (1);
    std::vector<TrainingMessage> heard;
    scene.session.setTrainingListener ([&] (const TrainingMessage& message) { heard.push_back (message); });
    scene.start();
    scene.speak (seconds (1));

    constexpr std::array broadcasts{
        R"({"type":"status","payload":{"status":"starting","message":"Training started"}})",
        R"({"type":"progress","payload":{"epoch":1,"total_epochs":2,"step":5,"total_steps":10,"loss":Infinity,"learning_rate":NaN}})",
        R"({"type":"progress","payload":{"epoch":1.5,"total_epochs":-2,"step":0.25,"total_steps":-1,"loss":null,"learning_rate":null}})",
        R"({"type":"log","payload":{"level":"INFO","message":"epoch 1"}})",
        R"({"type":"validation_result","payload":{"epoch":1,"val_loss":-Infinity}})",
        R"({"type":"error","payload":{"message":"CUDA out of memory","traceback":"Traceback ..."}})",
        R"({"type":"status","payload":{"status":"stopped","message":"Training stopped"}})",
        R"({"type":"status","payload":{"status":"completed","message":"Training completed"}})",
    };

    for (const auto* text : broadcasts)
    {
        scene.backend.socket()->say (text);
        scene.speak (Milliseconds (300));
        CHECK (scene.session.state() == S::active);
        CHECK_FALSE (scene.session.snapshot().lastError);
    }

    CHECK (heard.size() == broadcasts.size());
    CHECK (scene.session.snapshot().counters.malformedMessages == 0);

    // The same while the last words are awaited.
    scene.backend.answersStop = false;
    scene.session.stop();
    scene.wait (Milliseconds (50));

    for (const auto* text : broadcasts)
        scene.backend.socket()->say (text);

    CHECK (scene.session.state() == S::stopping);
    scene.backend.socket()->say (R"({"type":"final","payload":{"text":"the end"}})");
    scene.backend.socket()->say (R"({"type":"status","payload":{"status":"stopped"}})");
    CHECK (scene.session.state() == S::idle);
    CHECK (scene.words() == "the end ");
}

TEST_CASE ("an inference error without a code is told and the stream goes on", "[session][reference]")
{
    SessionScene scene (1);
    scene.start();
    scene.speak (seconds (1));
    scene.backend.socket()->say (R"({"type":"error","payload":{"message":"Inference failed: index out of range"}})");
    CHECK (scene.session.state() == S::active);
    REQUIRE (scene.session.snapshot().lastError);
    CHECK (scene.session.snapshot().lastError->message.find ("index out of range") != std::string::npos);
    scene.speak (seconds (1));
    scene.session.stop();
    scene.wait (seconds (1));
    CHECK (scene.backend.heard == scene.spoken);
}

TEST_CASE ("a backend that blocks while it decodes is waited for, and the audio kept meanwhile", "[session][reference]")
{
    SessionScene scene (1);
    scene.backend.answersStop = false;
    scene.start();
    scene.speak (seconds (55)); // the first utterance ends after 8 s; its final takes 47 s
    CHECK (scene.session.state() == S::active);
    CHECK (scene.session.snapshot().status == SessionStatus::behind);
    CHECK (scene.backend.heard == 8 * 48000);

    scene.backend.answersStop = true;
    scene.backend.socket()->say (R"({"type":"final","payload":{"text":"at last"}})");
    scene.backend.socket()->say (R"({"type":"status","payload":{"status":"stopped"}})");
    scene.speak (seconds (3));
    scene.session.stop();
    scene.wait (seconds (3));
    CHECK (scene.session.state() == S::idle);
    CHECK (scene.transport->sockets.size() == 1);
    CHECK (scene.backend.heard == scene.spoken);
    CHECK (scene.backend.wrongSamples == 0);
    CHECK (scene.words().find ("at last w384000 ") == 0);
}

TEST_CASE ("a backend that closes 1011 because it cannot follow gets its utterance again", "[session][reference]")
{
    SessionScene scene (1);
    scene.start();
    scene.speak (seconds (5));
    scene.backend.cut (1011);
    scene.backend.position = 0;
    scene.speak (seconds (5));
    scene.session.stop();
    scene.wait (seconds (1));
    CHECK (scene.session.state() == S::idle);
    CHECK (scene.backend.wrongSamples == 0);
    CHECK (scene.backend.position == scene.spoken);
    CHECK (scene.backend.startMessages.size() >= 2);
}

TEST_CASE ("text of the backend is opaque", "[session][reference]")
{
    SessionScene scene (1);
    scene.backend.sendsWords = false;
    scene.start();
    scene.speak (seconds (1));

    for (const std::string text : { "<unk_123>", "聞き取り 🎤", "<b>&amp;</b>", "a\\u0000b", "line\\nbreak" })
    {
        scene.backend.socket()->say (R"({"type":"partial","payload":{"text":")" + text + R"("}})");
        REQUIRE (scene.session.transcript()->partial);
        CHECK_FALSE (scene.session.transcript()->partial->text.empty());
    }

    CHECK (scene.session.transcript()->partial->text == "line\nbreak");
    CHECK (scene.session.state() == S::active);
}
