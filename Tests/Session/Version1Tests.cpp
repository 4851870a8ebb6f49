#include "SessionScene.h"
#include "Support/Catch.h"

#include <numeric>

using namespace kikitori;
using namespace kikitori::test;
using S = LifecycleState;

TEST_CASE ("a version 1 backend gets utterances of at most eight seconds and every sample", "[session][version1]")
{
    SessionScene scene (1);
    scene.start();
    scene.speak (seconds (60));
    CHECK (scene.session.state() == S::active);
    CHECK (scene.session.snapshot().protocol == 1);
    scene.session.stop();
    scene.wait (seconds (1));

    CHECK (scene.session.state() == S::idle);
    CHECK (scene.transport->sockets.size() == 1); // stop and start on the same connection
    CHECK (scene.backend.heard == scene.spoken);
    CHECK (scene.backend.wrongSamples == 0);
    CHECK (scene.backend.oddFrames <= 1); // the very last may be any length
    REQUIRE (scene.backend.utterances.size() >= 8);

    for (const auto length : scene.backend.utterances)
        CHECK (length <= 8 * 48000);

    CHECK (std::accumulate (scene.backend.utterances.begin(), scene.backend.utterances.end(), std::int64_t{ 0 })
           == scene.spoken);

    // Each utterance is a segment at its place in time.
    const auto transcript = scene.session.transcript();
    REQUIRE (transcript->finals.size() == scene.backend.utterances.size());
    std::int64_t start = 0;

    for (std::size_t i = 0; i < transcript->finals.size(); ++i)
    {
        CHECK (transcript->finals[i].startSample == start);
        CHECK (transcript->finals[i].text == "w" + std::to_string (start));
        start += scene.backend.utterances[i];
        CHECK (transcript->finals[i].endSample == start);
    }
}

TEST_CASE ("the whole-buffer partials of version 1 replace each other", "[session][version1]")
{
    SessionScene scene (1);
    scene.backend.sendsWords = false;
    scene.start();
    scene.speak (seconds (1));
    scene.backend.socket()->say (R"({"type":"partial","payload":{"text":"wreck a nice"}})");
    scene.backend.socket()->say (R"({"type":"partial","payload":{"text":"recognise <unk_123> speech"}})");
    REQUIRE (scene.session.transcript()->partial);
    CHECK (scene.session.transcript()->partial->text == "recognise <unk_123> speech");
    CHECK (scene.session.transcript()->partial->endSample > 40000);
}

TEST_CASE ("a late partial after stop does no harm", "[session][version1]")
{
    SessionScene scene (1);
    scene.start();
    scene.speak (seconds (1));
    scene.backend.answersStop = false;
    scene.session.stop();
    scene.wait (seconds (1));
    auto& socket = *scene.backend.socket();
    socket.say (R"({"type":"partial","payload":{"text":"late"}})");
    CHECK (scene.session.state() == S::stopping);
    socket.say (R"({"type":"final","payload":{"text":"the end"}})");
    socket.say (R"({"type":"status","payload":{"status":"stopped"}})");
    CHECK (scene.session.state() == S::idle);
    CHECK (scene.words() == "the end ");
    CHECK_FALSE (scene.session.transcript()->partial);
    socket.say (R"({"type":"partial","payload":{"text":"far too late"}})");
    CHECK_FALSE (scene.session.transcript()->partial);
}

TEST_CASE ("a training that stops does not pass for the stream's end", "[session][version1]")
{
    SessionScene scene (1);
    scene.start();
    scene.speak (seconds (1));
    scene.backend.answersStop = false;
    scene.session.stop();
    scene.wait (Milliseconds (100));
    scene.backend.socket()->say (
        R"({"type":"status","payload":{"status":"stopped","message":"Training stopped by user."}})");
    CHECK (scene.session.state() == S::stopping);
}

TEST_CASE ("an empty final and a stopped without a final both end an utterance", "[session][version1]")
{
    SessionScene scene (1);
    scene.backend.sendsWords = false; // stopped comes without a final
    scene.start();
    scene.speak (seconds (20));
    CHECK (scene.backend.starts >= 3);
    scene.session.stop();
    scene.wait (seconds (1));
    CHECK (scene.session.state() == S::idle);
    CHECK (scene.session.transcript()->finals.empty());
    CHECK (scene.backend.heard == scene.spoken);
}

TEST_CASE ("Stopping waits thirty seconds for version 1, which decodes everything once more", "[session][version1]")
{
    SessionScene scene (1);
    scene.start();
    scene.speak (seconds (1));
    scene.backend.answersStop = false;
    scene.session.stop();
    scene.wait (Milliseconds (29900));
    CHECK (scene.session.state() == S::stopping);
    scene.wait (Milliseconds (200));
    CHECK (scene.session.state() == S::idle);
    CHECK (scene.words() == "p0? ");
}

TEST_CASE ("after a cut a version 1 backend gets the utterance again from its start", "[session][version1]")
{
    SessionScene scene (1);
    scene.start();
    scene.speak (seconds (10));
    const auto& ended = scene.backend.utterances;
    REQUIRE (! ended.empty());
    const auto boundary = std::accumulate (ended.begin(), ended.end(), std::int64_t{ 0 });
    const auto before = scene.words();
    scene.backend.cut (1011);
    scene.backend.position = boundary; // what the client is to send next
    scene.speak (seconds (3));
    CHECK (scene.session.state() == S::active);
    scene.session.stop();
    scene.wait (seconds (1));
    CHECK (scene.backend.wrongSamples == 0);
    CHECK (scene.backend.position == scene.spoken);
    CHECK (scene.words() == before + "w" + std::to_string (boundary) + " ");
}

TEST_CASE ("a connection lost while an utterance is being ended costs none of it", "[session][version1]")
{
    SessionScene scene (1);
    scene.backend.answersStop = false;
    scene.start();
    scene.speak (seconds (9)); // past the longest utterance: stop was sent, stopped does not come
    CHECK (scene.backend.heard == 8 * 48000);
    scene.backend.answersStop = true;
    scene.backend.cut (1011);
    scene.backend.position = 0;
    scene.speak (seconds (3));
    scene.session.stop();
    scene.wait (seconds (1));
    CHECK (scene.session.state() == S::idle);
    CHECK (scene.backend.wrongSamples == 0);
    CHECK (scene.backend.position == scene.spoken);
    std::string expected;
    std::int64_t start = 0;

    for (const auto length : scene.backend.utterances)
    {
        expected += "w" + std::to_string (start) + " ";
        start += length;
    }

    CHECK (scene.words() == expected);
}

TEST_CASE ("a pause ends a version 1 utterance sooner", "[session][version1]")
{
    SessionScene scene (1);
    scene.backend.wrongSamples = 0;
    scene.start();
    scene.speak (seconds (3));
    scene.isSilent = true;
    scene.speak (seconds (1));
    REQUIRE (scene.backend.utterances.size() == 1);
    CHECK (scene.backend.utterances[0] > 3 * 48000);
    CHECK (scene.backend.utterances[0] < 48000 * 7 / 2);
}
