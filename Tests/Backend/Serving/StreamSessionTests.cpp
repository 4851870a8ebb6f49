#include "StreamScene.h"

using namespace kikitori;
using namespace kikitori::backend;

namespace
{
const auto startVersion1 = R"({"type":"start","sample_rate":48000,"format":"f32"})";
const auto startVersion2 =
    R"({"type":"start","sample_rate":48000,"format":"f32","protocol":2,"token_times":true,"session":"s"})";
} // namespace

TEST_CASE ("a version 1 session is ready, partial*, one final, stopped, and nothing else", "[serving]")
{
    StreamScene rig;
    rig.text (startVersion1);
    REQUIRE (rig.messages.size() == 1);
    CHECK (rig.all<ReadyMessage>().at (0).protocol == 1);

    for (int i = 0; i < 60; ++i)
        rig.audio (24000);
    rig.text (R"({"type":"stop"})");

    const auto texts = rig.all<TranscriptMessage>();
    REQUIRE (texts.size() > 2);
    for (const auto& message : texts)
        CHECK_FALSE (message.segment);
    CHECK (std::count_if (texts.begin(), texts.end(), [] (const auto& m) { return m.isFinal; }) == 1);
    CHECK (texts.back().isFinal);
    CHECK (std::holds_alternative<StoppedMessage> (rig.messages.back()));
    CHECK (rig.messages.size() == 2 + texts.size());
}

TEST_CASE ("a version 1 text forgets what was said more than 20 s ago, as the reference's does", "[serving]")
{
    StreamScene rig;
    rig.text (startVersion1);
    std::size_t longest = 0; // of the first 90 s: 20 s and two segments of at most 20 s

    for (int second = 0; second < 240; ++second)
    {
        rig.audio (48000);

        if (second == 90)
            for (const auto& message : rig.all<TranscriptMessage>())
                longest = std::max (longest, message.text.size());
    }

    rig.text (R"({"type":"stop"})");
    const auto texts = rig.all<TranscriptMessage>();
    REQUIRE (longest > 20);

    for (const auto& message : texts)
        CHECK (message.text.size() < longest + longest / 4);
    CHECK (texts.back().isFinal);
    CHECK (texts.back().text.size() + 100 > texts[texts.size() - 2].text.size());
}

TEST_CASE ("ready tells the chunk that the stream has got: of the model's the nearest to what was asked for", "[serving]")
{
    for (const auto& [asked, got] : { std::pair{ 320, 320 }, std::pair{ 100, 80 }, std::pair{ 2560, 640 } })
    {
        StreamScene rig;
        rig.text (R"({"type":"start","protocol":2,"sample_rate":48000,"format":"f32","chunk_ms":)"
                  + std::to_string (asked) + "}");
        CHECK (rig.all<ReadyMessage>().at (0).chunkMs == got);
    }
}

TEST_CASE ("a version 2 session gets segments, acknowledgements and a count of its samples", "[serving]")
{
    StreamScene rig;
    rig.text (startVersion2);
    const auto ready = rig.all<ReadyMessage>().at (0);
    CHECK (ready.protocol == 2);
    CHECK (ready.sampleRate == 48000);
    CHECK (ready.maxAheadMs > 0);

    for (int i = 0; i < 50; ++i)
        rig.audio (24000);
    rig.text (R"({"type":"stop"})");

    std::int64_t ack = 0;
    for (const auto& message : rig.all<TranscriptMessage>())
    {
        REQUIRE (message.segment);
        if (message.isFinal)
        {
            REQUIRE (message.ack);
            CHECK (*message.ack > ack);
            ack = *message.ack;
        }
    }
    CHECK (ack == 50 * 24000);
    CHECK (rig.all<StoppedMessage>().at (0).receivedSamples == 50 * 24000);
    CHECK (rig.all<ProcessedMessage>().size() > 10);
}

TEST_CASE ("audio that comes while the model loads is kept, and the wait is told twice a second", "[serving]")
{
    StreamScene rig;
    rig.holdsLoading = true;
    rig.text (startVersion2);
    rig.audio (48000);
    for (int i = 0; i < 20; ++i)
    {
        rig.now += std::chrono::milliseconds (100);
        rig.session->onTimer();
    }
    CHECK (rig.all<LoadingMessage>().size() == 4);
    CHECK (rig.all<ReadyMessage>().empty());

    rig.finishLoading();
    rig.step();
    CHECK (rig.all<ReadyMessage>().size() == 1);
    rig.text (R"({"type":"stop"})");
    CHECK (rig.all<StoppedMessage>().at (0).receivedSamples == 48000);
}

TEST_CASE ("a stop sent while the model loads is answered after it", "[serving]")
{
    StreamScene rig;
    rig.holdsLoading = true;
    rig.text (startVersion1);
    rig.text (R"({"type":"stop"})");
    CHECK (rig.messages.empty());
    rig.finishLoading();
    rig.step();
    CHECK (std::holds_alternative<StoppedMessage> (rig.messages.back()));
}

TEST_CASE ("refusals say why and close with a code that is not success", "[serving]")
{
    struct Row
    {
        const char* start;
        const char* code;
        int closeCode;
    };

    for (const auto& row : { Row{ R"({"type":"start","model_name":"gpt"})", "unknown_model", 1008 },
                             Row{ R"({"type":"start","model_name":null})", "unknown_model", 1008 },
                             Row{ R"({"type":"start","sample_rate":0})", "bad_format", 1008 },
                             Row{ R"({"type":"start","sample_rate":"fast"})", "bad_format", 1008 },
                             Row{ R"({"type":"start","protocol":2,"format":"mp3"})", "bad_format", 1008 } })
    {
        INFO (row.start);
        StreamScene rig;
        rig.text (row.start);
        CHECK (rig.errorCode() == row.code);
        CHECK (rig.closeCode == row.closeCode);
    }

    StreamScene full;
    full.hasRoom = false;
    full.text (startVersion2);
    CHECK (full.errorCode() == "busy");
    CHECK (full.all<ErrorMessage>().at (0).retryAfterMs);
    CHECK (full.closeCode == 1013);

    StreamScene odd;
    odd.text (startVersion2);
    odd.session->onBinary (std::string (7, 'x'));
    CHECK (odd.errorCode() == "bad_frame");
    CHECK (odd.closeCode == 1007);
}

TEST_CASE ("nonsense is answered and does not end the session", "[serving]")
{
    StreamScene rig;
    rig.text (startVersion1);
    rig.text ("{bad");
    CHECK (rig.all<ErrorMessage>().at (0).message == "Invalid JSON");
    rig.text (R"({"type":"dance"})");
    rig.audio (4800);
    rig.text (R"({"type":"stop"})");
    CHECK (std::holds_alternative<StoppedMessage> (rig.messages.back()));
    CHECK (rig.closeCode == 0);
}

TEST_CASE ("audio before start and after stop is ignored, stop is always answered", "[serving]")
{
    StreamScene rig;
    rig.audio (4800);
    rig.text (R"({"type":"stop"})");
    CHECK (rig.messages.size() == 1);
    rig.text (startVersion1);
    rig.text (R"({"type":"stop"})");
    rig.audio (4800);
    CHECK (rig.all<TranscriptMessage>().empty());
    CHECK (rig.all<StoppedMessage>().size() == 2);
}

TEST_CASE ("a second start discards what was heard and answers ready again", "[serving]")
{
    StreamScene rig;
    rig.text (startVersion2);
    rig.audio (48000);
    rig.messages.clear();
    rig.text (startVersion2);
    CHECK (rig.all<ReadyMessage>().size() == 1);
    rig.text (R"({"type":"stop"})");
    CHECK (rig.all<StoppedMessage>().at (0).receivedSamples == 0);
}

TEST_CASE ("a client that runs far ahead is not read until the queue is short again", "[serving]")
{
    StreamScene rig;
    rig.holdsLoading = true;
    rig.text (startVersion2);
    for (int i = 0; i < 70; ++i)
        rig.audio (24000);
    CHECK_FALSE (rig.isReading);
    rig.finishLoading();
    rig.step();
    CHECK (rig.isReading);
    rig.text (R"({"type":"stop"})");
    CHECK (rig.all<StoppedMessage>().at (0).receivedSamples == 70 * 24000);
}

TEST_CASE ("a draining server gives the last words and closes 1001", "[serving]")
{
    StreamScene rig;
    rig.text (startVersion2);
    rig.audio (48000);
    rig.session->drain();
    rig.step();
    CHECK (rig.all<TranscriptMessage>().back().isFinal);
    CHECK (rig.closeCode == 1001);
}

TEST_CASE ("a session taken over closes 4001", "[serving]")
{
    StreamScene rig;
    rig.text (startVersion2);
    CHECK (rig.session->uuid() == "s");
    rig.session->takeOver();
    CHECK (rig.closeCode == 4001);
}
