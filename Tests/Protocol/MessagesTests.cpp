#include "Protocol/Messages.h"
#include "Support/Catch.h"

#include <nlohmann/json.hpp>

#include <random>

using namespace kikitori;

namespace
{
template <typename Message>
Message client (const std::string& json)
{
    const auto parsed = parseClientMessage (json);
    REQUIRE (parsed.ok());
    REQUIRE (std::holds_alternative<Message> (parsed.value()));
    return std::get<Message> (parsed.value());
}

template <typename Message>
Message server (const std::string& json)
{
    const auto parsed = parseServerMessage (json);
    REQUIRE (parsed.ok());
    REQUIRE (std::holds_alternative<Message> (parsed.value()));
    return std::get<Message> (parsed.value());
}
} // namespace

TEST_CASE ("start has the reference's defaults", "[messages]")
{
    const auto start = client<StartMessage> (R"({"type":"start","extra":1})");
    CHECK (start.modelName == "conformer");
    CHECK (start.sampleRate == 16000);
    CHECK (start.format == "i16");
    CHECK (start.protocol == 1);
    CHECK (client<StartMessage> (R"({"type":"start","sample_rate":"48000"})").sampleRate == 48000);
    CHECK (client<StartMessage> (R"({"type":"start","sample_rate":null})").sampleRate == 0);
    CHECK (client<StartMessage> (R"({"type":"start","model_name":null})").modelNameIsNull);
}

TEST_CASE ("a version 2 start survives the round trip", "[messages]")
{
    StartMessage start;
    start.protocol = 2;
    start.session = "3f0c";
    start.resumeAt = 123456789012;
    start.nextSegment = 7;
    start.levels = { -61.23457f, -20.1f };
    start.hotwords = { "聞き取り", "JUCE" };
    start.chunkMs = 160;
    start.tokenTimes = true;
    const auto back = client<StartMessage> (toJson (ClientMessage (start)));
    CHECK (back.resumeAt == start.resumeAt);
    CHECK (back.nextSegment == start.nextSegment);
    REQUIRE (back.levels);
    CHECK (back.levels->noise == -61.23457f); // to the last bit: a replay needs it
    CHECK (back.levels->speech == -20.1f);
    CHECK (back.hotwords == start.hotwords);
    CHECK (back.chunkMs == 160);
    CHECK (back.tokenTimes);
}

TEST_CASE ("levels come with a final; what is no level is left out", "[messages]")
{
    TranscriptMessage message;
    message.isFinal = true;
    message.segment = 1;
    message.levels = { -77.7f, {} };
    const auto back = server<TranscriptMessage> (toJson (ServerMessage (message))).levels;
    REQUIRE (back);
    CHECK (back->noise == -77.7f);
    CHECK_FALSE (back->speech);

    for (const auto* levels : { "3", "{}", R"({"noise":"x"})", R"({"noise":1e9})", R"({"noise":-60,"speech":-1e9})" })
    {
        const auto start = R"({"type":"start","protocol":2,"levels":)" + std::string (levels) + "}";
        CHECK_FALSE (client<StartMessage> (start).levels);
    }
}

TEST_CASE ("flush and gap need their positions", "[messages]")
{
    CHECK (client<FlushMessage> (R"({"type":"flush","at":5})").at == 5);
    CHECK (client<GapMessage> (R"({"type":"gap","at":5,"samples":9})").samples == 9);
    CHECK (parseClientMessage (R"({"type":"gap","at":5})").error().code == "bad_message");
    CHECK (parseClientMessage (R"({"type":"flush","at":-1})").error().code == "bad_message");
}

TEST_CASE ("stopped is the stream's without a message and the training's with one", "[messages]")
{
    (void) server<StoppedMessage> (R"({"type":"status","payload":{"status":"stopped"}})");
    CHECK (server<TrainingMessage> (R"({"type":"status","payload":{"status":"stopped","message":"x"}})").status
           == "stopped");
    (void) server<ErrorMessage> (R"({"type":"error","payload":{"message":"x"}})");
    CHECK (server<TrainingMessage> (R"({"type":"error","payload":{"message":"x","traceback":"y"}})").kind
           == TrainingMessage::Kind::error);
}

TEST_CASE ("a version 1 partial has no segment, a version 2 final has all", "[messages]")
{
    CHECK_FALSE (server<TranscriptMessage> (R"({"type":"partial","payload":{"text":"hi"}})").segment);

    TranscriptMessage message;
    message.isFinal = true;
    message.text = "<unk_123> \u805e";
    message.segment = 3;
    message.start = 10;
    message.end = 20;
    message.ack = 25;
    message.tokens = { { "hi", 10, 20, 0.5 } };
    const auto back = server<TranscriptMessage> (toJson (ServerMessage (message)));
    CHECK (back.isFinal);
    CHECK (back.text == message.text);
    CHECK (back.ack == 25);
    REQUIRE (back.tokens.size() == 1);
    CHECK (back.tokens[0].confidence == 0.5);
}

TEST_CASE ("progress may be infinite, fractional or missing", "[messages]")
{
    const auto progress = server<TrainingMessage> (
        R"({"type":"progress","payload":{"epoch":1.5,"total_steps":-3,"loss":Infinity,"learning_rate":null}})");
    CHECK (progress.epoch == 1.5);
    CHECK (progress.totalSteps == -3.0);
    CHECK_FALSE (progress.loss);
    CHECK_FALSE (progress.learningRate);
}

TEST_CASE ("unknown types are unknown, not errors", "[messages]")
{
    CHECK (server<UnknownMessage> (R"({"type":"weather","payload":{}})").type == "weather");
    (void) client<UnknownMessage> (R"({"type":"dance"})");
    CHECK_FALSE (parseServerMessage (R"([1])").ok());
    CHECK_FALSE (parseServerMessage (R"({"type":"partial","payload":{}})").ok());
}

TEST_CASE ("random damage never throws", "[messages]")
{
    const std::string whole =
        R"({"type":"final","payload":{"text":"hello","segment":1,"start":0,"end":5,"tokens":[{"text":"a","start":1,"end":2,"confidence":0.5}]}})";
    std::mt19937 random (11);

    for (int i = 0; i < 20000; ++i)
    {
        auto damaged = whole;
        for (auto n = random() % 4 + 1; n > 0; --n)
            damaged[random() % damaged.size()] = static_cast<char> (random() % 256);
        (void) parseServerMessage (damaged);
        (void) parseClientMessage (damaged);
    }

    SUCCEED();
}

TEST_CASE ("a client takes a final of at most 1 MiB and the times of at most 5,000 words", "[protocol]")
{
    const auto finalOf = [] (std::size_t bytes, std::size_t words)
    {
        nlohmann::json tokens = nlohmann::json::array();
        for (std::size_t i = 0; i < words; ++i)
            tokens.push_back ({ { "text", "a" }, { "start", i }, { "end", i + 1 }, { "confidence", 1.0 } });
        return parseServerMessage (
            nlohmann::json{ { "type", "final" }, { "payload", { { "text", std::string (bytes, 'a') }, { "tokens", tokens } } } }
                .dump());
    };
    const auto whole = finalOf (longestText, mostTokens);
    REQUIRE (whole.ok());
    CHECK (std::get<TranscriptMessage> (whole.value()).tokens.size() == mostTokens);

    const auto manyWords = finalOf (10000, mostTokens + 1);
    REQUIRE (manyWords.ok());
    CHECK (std::get<TranscriptMessage> (manyWords.value()).text.size() == 10000);
    CHECK (std::get<TranscriptMessage> (manyWords.value()).tokens.empty());

    CHECK (finalOf (longestText + 1, 0).error().code == "too_large");
    CHECK (finalOf (12u << 20, 0).error().code == "too_large");
    CHECK (finalOf (10, 200'000).error().code == "too_large");
}
