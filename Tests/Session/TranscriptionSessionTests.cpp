#include "SessionScene.h"
#include "Support/Catch.h"

using namespace kikitori;
using namespace kikitori::test;
using S = LifecycleState;

TEST_CASE ("start sets Starting and stop sets Stopping before the network has done anything", "[session]")
{
    SessionScene scene;
    scene.transport->holdsPosts = true;
    scene.start();
    CHECK (scene.session.state() == S::starting);
    CHECK (scene.transport->sockets.empty());

    scene.session.stop();
    CHECK (scene.session.state() == S::stopping);
    scene.wait (seconds (1));
    CHECK (scene.session.state() == S::idle);
    scene.transport->holdsPosts = false;
}

TEST_CASE ("a whole stream: every sample once and in order, words confirmed, Idle at the end", "[session]")
{
    SessionScene scene;
    scene.start();
    scene.speak (seconds (7));
    CHECK (scene.session.state() == S::active);
    CHECK (scene.session.snapshot().status == SessionStatus::listening);
    REQUIRE (scene.session.transcript()->partial);
    CHECK (scene.session.transcript()->partial->text == "p288000");

    scene.session.stop();
    scene.wait (seconds (1));

    CHECK (scene.session.state() == S::idle);
    CHECK_FALSE (scene.session.snapshot().lastError);
    CHECK (scene.backend.heard == scene.spoken);
    CHECK (scene.backend.wrongSamples == 0);
    CHECK (scene.backend.wrongPositions == 0);
    CHECK (scene.backend.starts == 1);
    CHECK (scene.words() == SessionScene::wordsUntil (scene.spoken));
    CHECK (scene.session.transcript()->finals[1].startSeconds == Approx (2.0));
    CHECK (scene.session.transcript()->finals[1].wallClock);

    const auto counters = scene.session.snapshot().counters;
    CHECK (counters.sent == static_cast<std::uint64_t> (scene.spoken));
    CHECK (counters.replayed == 0);
    CHECK (counters.connectionsOpened == 1);
}

TEST_CASE ("the start message asks for version 2 with everything that was configured", "[session]")
{
    SessionScene scene;
    SessionConfig config;
    config.model = "my-model";
    config.language = "en";
    config.hotwords = { "Kikitori" };
    config.channelLabel = "Anna";
    config.chunkMs = 160;
    scene.start (config);
    scene.wait (seconds (1));

    REQUIRE (scene.backend.startMessages.size() == 1);
    const auto& start = scene.backend.startMessages[0];
    CHECK (start.protocol == 2);
    CHECK (start.modelName == "my-model");
    CHECK (start.sampleRate == 48000);
    CHECK (start.format == "f32");
    CHECK (start.language == "en");
    CHECK (start.hotwords == std::vector<std::string>{ "Kikitori" });
    CHECK (start.channelLabel == "Anna");
    CHECK (start.chunkMs == 160);
    CHECK (start.session.size() == 36);
    CHECK_FALSE (start.resumeAt);
    CHECK (scene.transport->sockets[0]->path == "/ws");
}

TEST_CASE ("a thousand names and terms are sent, and how many were left out here and there is told", "[session]")
{
    SessionScene scene;
    SessionConfig config;
    config.hotwords.assign (mostHotwords + 7, "word");
    scene.start (config);
    scene.wait (seconds (1));

    REQUIRE (scene.backend.startMessages.size() == 1);
    CHECK (scene.backend.startMessages[0].hotwords.size() == mostHotwords);
    CHECK (scene.session.snapshot().hotwordsLeftOut == 7);
}

TEST_CASE ("half the bytes: samples as rounded and clipped 16 bit integers", "[session]")
{
    SessionScene scene;
    SessionConfig config;
    config.format = StreamFormat::i16;
    scene.transport->afterStep = {};
    scene.start (config);
    auto& socket = *scene.transport->sockets.at (0);
    socket.accept();
    CHECK (std::get<std::string> (socket.received.at (0)).find (R"("i16")") != std::string::npos);
    socket.say (R"({"type":"status","payload":{"status":"ready"}})");

    const std::vector<float> samples{ 0.0f, 1.0f, -1.0f, 2.0f, -2.0f, 0.5f };
    const auto* pointer = samples.data();
    scene.tap.process (&pointer, 1, 6, {});
    scene.wait (Milliseconds (20));
    const auto& bytes = std::get<std::vector<std::byte>> (socket.received.at (1));
    REQUIRE (bytes.size() == 12);
    const std::vector<int> expected{ 0, 32767, -32767, 32767, -32767, 16384 };

    for (std::size_t i = 0; i < expected.size(); ++i)
    {
        const auto word = std::to_integer<unsigned> (bytes[2 * i]) | std::to_integer<unsigned> (bytes[2 * i + 1]) << 8;
        CHECK (static_cast<std::int16_t> (word) == expected[i]);
    }
}

TEST_CASE ("what is said while the model loads is kept, and the wait is shown", "[session]")
{
    SessionScene scene;
    scene.backend.readyAfter = seconds (13);
    scene.start();
    scene.speak (seconds (10));
    CHECK (scene.session.state() == S::starting);
    CHECK (scene.session.snapshot().status == SessionStatus::loadingModel);
    CHECK (scene.session.snapshot().elapsed > seconds (9));
    scene.speak (seconds (10));
    CHECK (scene.session.state() == S::active);

    scene.session.stop();
    scene.wait (seconds (1));
    CHECK (scene.backend.heard == scene.spoken);
    CHECK (scene.backend.wrongSamples == 0);
    CHECK (scene.words() == SessionScene::wordsUntil (scene.spoken));
}

TEST_CASE ("audio stays within what the backend allows ahead of it", "[session]")
{
    SessionScene scene;
    scene.backend.maxAheadMs = 1000;
    scene.backend.isSlow = true;
    scene.backend.sendsWords = false;
    scene.start();
    scene.speak (seconds (5));
    CHECK (scene.backend.heard >= 48000);
    CHECK (scene.backend.heard <= 48000 + 10 * 480);
    CHECK (scene.session.snapshot().status == SessionStatus::behind);
    CHECK (scene.session.snapshot().lagMs > 4000.0);

    scene.backend.isSlow = false;
    scene.speak (seconds (1));
    scene.wait (seconds (1));
    CHECK (scene.backend.heard + 48000 >= scene.spoken);
}

TEST_CASE ("a stream whose send queue is full goes on when there is room", "[session]")
{
    SessionScene scene;
    scene.start();
    scene.speak (seconds (1));
    scene.backend.socket()->refuses = true;
    scene.speak (seconds (3));
    scene.backend.socket()->makeRoom();
    scene.speak (seconds (1));
    scene.session.stop();
    scene.wait (seconds (1));
    CHECK (scene.backend.heard == scene.spoken);
    CHECK (scene.backend.wrongSamples == 0);
}

TEST_CASE ("half a second without audio asks for the last words, once", "[session]")
{
    SessionScene scene;
    scene.start();
    scene.speak (seconds (1));
    scene.wait (seconds (5));
    CHECK (scene.backend.flushes == std::vector<std::int64_t>{ 48000 });
    CHECK (scene.words() == "w0 ");
    scene.speak (seconds (1));
    scene.wait (seconds (1));
    CHECK (scene.backend.flushes == std::vector<std::int64_t>{ 48000, 96000 });
    CHECK (scene.backend.wrongPositions == 0);
}

TEST_CASE ("a file that is late is not taken for a pause", "[session]")
{
    SessionScene scene;
    SessionConfig config;
    config.limits.flushAfterSilence = {};
    scene.start (config);
    scene.speak (seconds (1));
    scene.wait (seconds (5));
    scene.speak (seconds (1));
    CHECK (scene.backend.flushes.empty());
    scene.session.stop();
    scene.wait (seconds (1));
    CHECK (scene.backend.heard == scene.spoken);
}

TEST_CASE ("audio that the host lost becomes a gap at its place and later times stay true", "[session]")
{
    SessionScene scene;
    scene.start();
    scene.speak (seconds (1));

    // The network thread hangs while the host goes on: the ring overflows.
    const auto before = scene.spoken;
    while (scene.spoken < before + 400000)
        scene.speakBlock (480);

    scene.speak (seconds (2));
    scene.session.stop();
    scene.wait (seconds (1));

    const auto counters = scene.session.snapshot().counters;
    REQUIRE (counters.dropped > 0);
    REQUIRE (scene.backend.gaps.size() == 1);
    CHECK (scene.backend.gaps[0].samples == static_cast<std::int64_t> (counters.dropped));
    CHECK (scene.backend.wrongSamples == 0);
    CHECK (scene.backend.position == scene.spoken);
    CHECK (scene.session.transcript()->gaps.size() == 1);
    CHECK (counters.lost == counters.dropped);
}

TEST_CASE ("a bounce faster than real time is transcribed whole", "[session]")
{
    SessionScene scene;
    scene.backend.readyAfter = seconds (3);
    scene.backend.maxAheadMs = 2000;
    scene.start();

    // 30 times real time as long as there is room, as the waiting tap gives it.
    while (scene.spoken < 48000 * 60)
    {
        const auto link = scene.tap.sharedLink();

        if (link->samples.freeSpace() > 20000)
            scene.speakBlock (14400, true);

        scene.wait (Milliseconds (10));
    }

    scene.session.stop (TranscriptionSession::StopMode::complete);

    for (int i = 0; i < 6000 && scene.session.state() != S::idle; ++i)
        scene.wait (Milliseconds (10));

    CHECK (scene.session.state() == S::idle);
    CHECK (scene.session.snapshot().counters.dropped == 0);
    CHECK (scene.session.snapshot().counters.lost == 0);
    CHECK (scene.backend.heard == scene.spoken);
    CHECK (scene.words() == SessionScene::wordsUntil (scene.spoken));
}

TEST_CASE ("training messages pass to their listener and never end the stream", "[session]")
{
    SessionScene scene;
    std::vector<TrainingMessage> heard;
    scene.session.setTrainingListener ([&] (const TrainingMessage& message) { heard.push_back (message); });
    scene.start();
    scene.speak (seconds (1));

    auto& socket = *scene.backend.socket();
    socket.say (R"({"type":"status","payload":{"status":"stopped","message":"Training stopped"}})");
    socket.say (
        R"({"type":"progress","payload":{"epoch":1,"total_epochs":-2,"step":0.5,"total_steps":10,"loss":Infinity,"learning_rate":NaN}})");
    socket.say (R"({"type":"error","payload":{"message":"out of memory","traceback":"..."}})");
    scene.speak (seconds (1));

    CHECK (heard.size() == 3);
    CHECK (scene.session.state() == S::active);
    CHECK_FALSE (scene.session.snapshot().lastError);
    scene.session.stop();
    scene.wait (seconds (1));
    CHECK (scene.session.state() == S::idle);
    CHECK (scene.backend.heard == scene.spoken);
}

TEST_CASE ("a later start begins a new transcript, or goes on in the old one", "[session]")
{
    SessionScene scene;
    scene.start();
    scene.speak (seconds (3));
    scene.session.stop();
    scene.wait (seconds (1));
    REQUIRE (scene.words() == "w0 w96000 ");
    const auto end = scene.session.transcript()->finals.back().endSample;

    SECTION ("on")
    {
        scene.session.start ({}, true);
        scene.spoken = 0;
        scene.speak (seconds (1));
        scene.session.stop();
        scene.wait (seconds (1));
        REQUIRE (scene.words() == "w0 w96000 w0 ");
        CHECK (scene.session.transcript()->finals[2].startSample == end);
        CHECK (scene.session.transcript()->finals[2].id == 2);
    }

    SECTION ("anew")
    {
        const auto version = scene.session.transcript()->version;
        scene.start();
        scene.spoken = 0;
        scene.speak (seconds (1));
        scene.session.stop();
        scene.wait (seconds (1));
        CHECK (scene.words() == "w0 ");
        CHECK (scene.session.transcript()->version > version);
    }
}

TEST_CASE ("a session that goes while it streams leaves nothing behind", "[session]")
{
    auto scene = std::make_unique<SessionScene>();
    scene->start();
    scene->speak (seconds (1));
    const auto transport = scene->transport;
    const auto socket = scene->backend.socket();
    scene.reset();
    transport->afterStep = {};
    CHECK (socket->listener == nullptr);
    transport->advance (seconds (10));
    CHECK (transport->sockets.size() == 1);
}
