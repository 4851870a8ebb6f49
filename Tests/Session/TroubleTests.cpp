#include "SessionScene.h"
#include "Support/Catch.h"

using namespace kikitori;
using namespace kikitori::test;
using S = LifecycleState;

namespace
{

void checkFailed (const SessionScene& scene, const std::string& code, const std::string& says)
{
    CHECK (scene.session.state() == S::idle);
    const auto error = scene.session.snapshot().lastError;
    REQUIRE (error);
    INFO (error->message);
    CHECK (error->code == code);
    CHECK (error->message.find (says) != std::string::npos);
}

} // namespace

TEST_CASE ("a lost connection is opened again and the words are those of an undisturbed stream", "[session][trouble]")
{
    SessionScene scene;
    scene.start();
    scene.speak (seconds (3));
    scene.backend.cut();
    CHECK (scene.session.state() == S::starting);
    CHECK (scene.session.snapshot().status == SessionStatus::reconnecting);
    scene.speak (seconds (2));
    CHECK (scene.session.state() == S::active);

    REQUIRE (scene.backend.startMessages.size() == 2);
    CHECK (scene.backend.startMessages[1].resumeAt == 96000);
    CHECK (scene.backend.startMessages[1].nextSegment == 1);
    CHECK_FALSE (scene.backend.startMessages[0].levels);
    REQUIRE (scene.backend.startMessages[1].levels); // those of the final before
    CHECK (scene.backend.startMessages[1].levels->noise == -60.0f);
    CHECK (scene.backend.startMessages[1].session == scene.backend.startMessages[0].session);

    for (int i = 0; i < 5; ++i)
    {
        scene.speak (Milliseconds (1330));
        scene.backend.cut (i == 2 ? 1000 : 1011);
        scene.speak (seconds (2));
    }

    scene.session.stop();
    scene.wait (seconds (2));
    CHECK (scene.session.state() == S::idle);
    CHECK (scene.words() == SessionScene::wordsUntil (scene.spoken));
    CHECK (scene.backend.wrongSamples == 0);
    CHECK (scene.backend.wrongPositions == 0);
    CHECK (scene.backend.position == scene.spoken);
    const auto counters = scene.session.snapshot().counters;
    CHECK (counters.sent == static_cast<std::uint64_t> (scene.spoken));
    CHECK (counters.replayed > 0);
    CHECK (counters.connectionsOpened == 7);
}

TEST_CASE ("the delays between attempts grow, and when the time to give up has come the text stays",
           "[session][trouble]")
{
    SessionScene scene;
    SessionConfig config;
    config.retry.giveUpAfter = seconds (4);
    config.retry.jitter = 0.0;
    scene.start (config);
    scene.speak (seconds (3));
    scene.backend.accepts = false;
    scene.backend.cut();

    std::vector<std::int64_t> at;
    auto sockets = scene.transport->sockets.size();

    for (int ms = 0; ms < 20000 && scene.session.state() != S::idle; ms += 10)
    {
        scene.speak (Milliseconds (10));

        if (scene.transport->sockets.size() > sockets)
        {
            sockets = scene.transport->sockets.size();
            at.push_back (ms);
        }
    }

    REQUIRE (at.size() == 5);
    CHECK (at[1] - at[0] >= 500);
    CHECK (at[2] - at[1] >= 1000);
    CHECK (at[3] - at[2] >= 2000);
    CHECK (at[4] >= 3980);
    CHECK (at[4] <= 4020);
    checkFailed (scene, "backend_unreachable", "5 attempts");
    CHECK (scene.words() == "w0 p96000? ");
}

TEST_CASE ("a backend that is away for ten minutes is tried again all the while, and the rest of the stream is heard",
           "[session][trouble]")
{
    SessionScene scene;
    scene.start();
    scene.speak (seconds (3));
    scene.backend.accepts = false;
    const auto lostAt = std::chrono::system_clock::now();
    scene.backend.cut();
    const auto before = scene.transport->sockets.size();
    scene.speak (seconds (600));
    const auto snapshot = scene.session.snapshot();
    REQUIRE (snapshot.status == SessionStatus::reconnecting);
    REQUIRE (snapshot.lostSince);
    CHECK (*snapshot.lostSince >= lostAt);
    CHECK (*snapshot.lostSince - lostAt < seconds (60));
    CHECK (describe (snapshot).find ("Connection lost at ") == 0);

    // Never more than half a minute apart, and never in a hurry.
    const auto tries = scene.transport->sockets.size() - before;
    CHECK (tries >= 600 / 30);
    CHECK (tries <= 50);
    CHECK (snapshot.replay.kept <= seconds (60));

    scene.backend.accepts = true;
    scene.speak (seconds (31));
    CHECK (scene.session.state() == S::active);
    CHECK_FALSE (scene.session.snapshot().lostSince);
    CHECK_FALSE (scene.session.snapshot().lastError);
    scene.session.stop();
    scene.wait (seconds (2));
    CHECK (scene.session.state() == S::idle);
    CHECK (scene.backend.position == scene.spoken);
    CHECK (scene.backend.wrongSamples == 0);
    CHECK (scene.backend.wrongPositions == 0);
    const auto lost = scene.session.snapshot().counters.lost;
    CHECK (lost > 500u * 48000u);
    REQUIRE_FALSE (scene.session.transcript()->gaps.empty());
    CHECK (scene.session.transcript()->finals.back().endSample == scene.spoken);
}

TEST_CASE ("a backend that comes back without the model, or with another token, ends the stream with the reason",
           "[session][trouble]")
{
    for (const auto* code : { "unknown_model", "unauthorized" })
    {
        SessionScene scene;
        scene.start();
        scene.speak (seconds (1));
        scene.backend.answersStart = false;
        scene.backend.cut();
        scene.speak (seconds (1));
        scene.backend.socket()->say (R"({"type":"error","payload":{"code":")" + std::string (code)
                                     + R"(","message":"not here"}})");
        scene.backend.cut (1008);
        checkFailed (scene, code, "not here");
    }
}

TEST_CASE ("all that a file has is still asked for after the end of the file, until somebody cuts it short",
           "[session][trouble]")
{
    SessionScene scene;
    scene.start();
    scene.speak (seconds (3));
    scene.backend.accepts = false;
    scene.backend.cut();
    scene.speak (seconds (1));
    scene.session.stop (TranscriptionSession::StopMode::complete);
    scene.wait (seconds (120));
    CHECK (scene.session.state() == S::stopping);

    SECTION ("the backend comes back")
    {
        scene.backend.accepts = true;
        scene.wait (seconds (31));
        CHECK (scene.session.state() == S::idle);
        CHECK_FALSE (scene.session.snapshot().lastError);
        CHECK (scene.words() == SessionScene::wordsUntil (scene.spoken));
    }

    SECTION ("a bounded stop")
    {
        scene.session.stop();
        scene.wait (Milliseconds (9900));
        CHECK (scene.session.state() == S::stopping);
        scene.wait (Milliseconds (200));
        CHECK (scene.session.state() == S::idle);
        CHECK (scene.words() == "w0 p96000? ");
    }
}

TEST_CASE ("stop wins while it reconnects, and the end is still fetched if the backend comes back",
           "[session][trouble]")
{
    SessionScene scene;
    scene.start();
    scene.speak (seconds (3));
    scene.backend.accepts = false;
    scene.backend.cut();
    scene.speak (seconds (3));
    scene.session.stop();
    CHECK (scene.session.state() == S::stopping);

    SECTION ("it comes back")
    {
        scene.backend.accepts = true;
        scene.wait (seconds (9));
        CHECK (scene.session.state() == S::idle);
        CHECK (scene.words() == SessionScene::wordsUntil (scene.spoken));
    }

    SECTION ("it does not")
    {
        scene.wait (Milliseconds (10100));
        CHECK (scene.session.state() == S::idle);
        CHECK (scene.words() == "w0 p96000? ");
        const auto sockets = scene.transport->sockets.size();
        scene.wait (seconds (60));
        CHECK (scene.transport->sockets.size() == sockets);
    }
}

TEST_CASE ("a backend that refuses the connection is told at once", "[session][trouble]")
{
    SessionScene scene;
    scene.backend.accepts = false;
    scene.start();
    scene.speak (seconds (1));
    checkFailed (scene, "backend_unreachable", "backend.test:58081");
    CHECK (scene.transport->sockets.size() == 1);
}

TEST_CASE ("a local backend that leaves just when it is found is looked for again", "[session][trouble]")
{
    SessionScene scene;
    scene.backend.accepts = false;
    scene.start (SessionConfig());
    scene.speak (Milliseconds (100));
    CHECK (scene.transport->sockets.size() == 1);
    CHECK (scene.session.state() == S::starting);

    SECTION ("the next one is there")
    {
        scene.backend.accepts = true;
        scene.speak (seconds (3));
        CHECK (scene.session.state() == S::active);
        scene.session.stop();
        scene.wait (seconds (1));
        CHECK (scene.words() == SessionScene::wordsUntil (scene.spoken));
    }

    SECTION ("none is")
    {
        scene.speak (seconds (3));
        checkFailed (scene, "backend_unreachable", "3 attempts");
        CHECK (scene.transport->sockets.size() == 3);
    }
}

TEST_CASE ("a backend that is not found is told at once", "[session][trouble]")
{
    SessionScene scene;
    scene.locator->answer = Error{ "launch_failed", "the backend could not be started: no such file" };
    scene.start();
    checkFailed (scene, "launch_failed", "no such file");
}

TEST_CASE ("a close with 1000 before ready is a failure, not success", "[session][trouble]")
{
    SessionScene scene (1);
    scene.backend.closesInsteadOfReady = 1000;
    auto config = SessionScene::remote();
    config.model = "nonsense";
    scene.start (config);
    scene.speak (seconds (1));
    checkFailed (scene, "backend_refused", "\"nonsense\"");
}

TEST_CASE ("a backend that never gets ready is left after two minutes, shown all the while", "[session][trouble]")
{
    SessionScene scene;
    scene.transport->step = Milliseconds (100);
    scene.backend.answersStart = false;
    scene.start();
    scene.wait (seconds (119));
    CHECK (scene.session.state() == S::starting);
    CHECK (scene.session.snapshot().elapsed > seconds (118));
    CHECK (describe (scene.session.snapshot()).find ("118.") != std::string::npos);
    scene.wait (seconds (2));
    checkFailed (scene, "backend_silent", "not ready");
}

TEST_CASE ("signs of life keep a slow load going, but not for ever", "[session][trouble]")
{
    SessionScene scene;
    scene.transport->step = Milliseconds (1000);
    scene.backend.answersStart = false;
    scene.backend.sendsLoading = true;
    scene.start();
    scene.wait (seconds (590));
    CHECK (scene.session.state() == S::starting);
    CHECK (scene.session.snapshot().loadProgress == Approx (0.5));
    scene.wait (seconds (20));
    checkFailed (scene, "backend_silent", "not ready");
}

TEST_CASE ("errors of the backend end the stream with its words", "[session][trouble]")
{
    SessionScene scene;
    scene.start();
    scene.speak (seconds (1));
    scene.backend.socket()->say (
        R"({"type":"error","payload":{"code":"bad_frame","message":"frame length 3 is not a multiple of 4"}})");
    scene.backend.cut (1007);
    checkFailed (scene, "bad_frame", "not a multiple of 4");
}

TEST_CASE ("a stream that another client has taken over is not fought for", "[session][trouble]")
{
    SessionScene scene;
    scene.start();
    scene.speak (seconds (1));
    scene.backend.cut (4001);
    checkFailed (scene, "taken_over", "another client");
    scene.wait (seconds (60));
    CHECK (scene.transport->sockets.size() == 1);
}

TEST_CASE ("a full backend is asked again after the pause that it names", "[session][trouble]")
{
    SessionScene scene;
    scene.backend.answersStart = false;
    scene.start();
    scene.wait (Milliseconds (20));
    scene.backend.socket()->say (
        R"({"type":"error","payload":{"code":"busy","message":"full","retry_after_ms":3000}})");
    scene.backend.cut (1013);
    scene.backend.answersStart = true;
    scene.speak (Milliseconds (2900));
    CHECK (scene.transport->sockets.size() == 1);
    scene.speak (seconds (1));
    CHECK (scene.session.state() == S::active);
    scene.session.stop();
    scene.wait (seconds (1));
    CHECK (scene.backend.heard == scene.spoken);
}

TEST_CASE ("nonsense from the backend is counted and survived", "[session][trouble]")
{
    SessionScene scene;
    scene.start();
    scene.speak (seconds (1));

    for (const auto* text :
         { "", "{", "null", "[]", "42", "\"text\"", "{}", R"({"type":7})", R"({"type":"partial"})",
           R"({"type":"partial","payload":{"text":5}})", R"({"type":"final","payload":[]})",
           R"({"type":"status","payload":{"status":"melting"}})", R"({"type":"processed","payload":{"samples":-5}})",
           R"({"type":"processed","payload":{"samples":99999999999}})",
           R"({"type":"final","payload":{"text":"x","segment":-3,"start":-9,"end":-100,"ack":99999999}})", "\xff\xfe" })
        scene.backend.socket()->say (text);

    scene.speak (seconds (1));
    CHECK (scene.session.state() == S::active);
    CHECK (scene.session.snapshot().counters.malformedMessages > 0);
    scene.session.stop();
    scene.wait (seconds (1));
    CHECK (scene.session.state() == S::idle);
    CHECK (scene.backend.heard == scene.spoken);
}

TEST_CASE ("a bad sample rate ends the stream with a clear reason", "[session][trouble]")
{
    SessionScene scene;
    scene.start();
    scene.speak (seconds (1));
    scene.tap.prepare (0.0, 512, 2);
    scene.wait (Milliseconds (100));
    checkFailed (scene, "bad_sample_rate", "0 Hz");
    CHECK (scene.words() == "p0? ");
}

TEST_CASE ("a version 2 backend that falls silent with audio outstanding counts as lost", "[session][trouble]")
{
    SessionScene scene;
    scene.start();
    scene.speak (seconds (1));
    scene.backend.isSlow = true;
    scene.backend.sendsWords = false;
    scene.speak (seconds (59));
    CHECK (scene.transport->sockets.size() == 1);
    scene.speak (seconds (3));
    CHECK (scene.transport->sockets.size() == 2);
}

TEST_CASE ("beyond the replay limit the oldest goes, is counted, and leaves a gap", "[session][trouble]")
{
    SessionScene scene;
    SessionConfig config;
    config.limits.replay = seconds (5);
    scene.backend.answersStart = false;
    scene.start (config);
    scene.speak (seconds (12));
    scene.backend.answersStart = true;
    scene.speak (seconds (2));
    scene.session.stop();
    scene.wait (seconds (1));

    const auto counters = scene.session.snapshot().counters;
    CHECK (counters.lost > 0);
    CHECK (scene.backend.heard + static_cast<std::int64_t> (counters.lost) == scene.spoken);
    CHECK (scene.backend.wrongSamples == 0);
    CHECK (scene.backend.wrongPositions == 0);
    REQUIRE (scene.backend.gaps.size() == 1);
    CHECK (scene.session.transcript()->gaps.size() == 1);
    CHECK (scene.session.transcript()->finals[0].gapBefore);
}

TEST_CASE ("a pause right behind dropped audio is asked for at its place", "[session][trouble]")
{
    SessionScene scene;
    SessionConfig config;
    config.limits.replay = seconds (2);
    scene.backend.answersStart = false;
    scene.start (config);
    scene.speak (Milliseconds (900));
    scene.wait (seconds (1)); // a flush is due
    scene.speak (Milliseconds (1950));
    scene.backend.answersStart = true;
    scene.speak (seconds (2));
    scene.session.stop();
    scene.wait (seconds (1));

    REQUIRE (scene.backend.gaps.size() == 1);
    CHECK (scene.backend.gaps[0].at == 0);
    CHECK (scene.backend.gaps[0].samples == 43200);
    REQUIRE_FALSE (scene.backend.flushes.empty());
    CHECK (scene.backend.flushes[0] == 43200);
    CHECK (scene.backend.wrongPositions == 0);
    CHECK (scene.backend.wrongSamples == 0);
}
