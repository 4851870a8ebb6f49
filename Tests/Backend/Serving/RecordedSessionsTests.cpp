// The recorded sessions of the reference backend, played again to ours: what is sent and in which order must be the
// same, but for the differences listed here, which Docs/Protocol.md explains.
#include "StreamScene.h"

#include <nlohmann/json.hpp>

#include <fstream>
#include <map>
#include <set>

using namespace kikitori;
using namespace kikitori::backend;
using nlohmann::json;

namespace
{
struct Difference
{
    std::string ours;
    std::string reason;
};

const std::string endsWithError = "the reference closes with 1000, which means success; ours says what is wrong";

const std::map<std::string, Difference> intended{
    { "length_not_multiple_of_4_f32_closes_connection", { "ready error:bad_frame close:1007", endsWithError } },
    { "odd_length_i16_closes_connection", { "ready error:bad_frame close:1007", endsWithError } },
    { "one_byte_frame_closes_connection", { "ready error:bad_frame close:1007", endsWithError } },
    { "null_model_closes_connection", { "error:unknown_model close:1008", endsWithError } },
    { "unknown_model_closes_connection", { "error:unknown_model close:1008", endsWithError } },
    { "sample_rate_null", { "error:bad_format close:1008", endsWithError } },
    { "sample_rate_text", { "error:bad_format close:1008", endsWithError } },
    { "sample_rate_zero", { "error:bad_format close:1008", endsWithError } },
    { "sample_rate_negative",
      { "error:bad_format close:1008", "the reference is ready and fails at the first audio" } },
    { "json_not_object",
      { "error:bad_message error:bad_message error:bad_message error:bad_message error:bad_message",
        "readable JSON that is no message gets a code of its own" } },
    { "overload_spiral_60s_realtime_20ms",
      { "ready final stopped", "the reference falls behind for good and never gets to the stop" } },
    { "sample_rate_47999_start_time", { "ready", "the reference's resampler fails at this rate; ours takes any" } },
};

const std::map<std::string, std::string> notReplayed{
    { "raw_handshake_and_frames", "bytes below the WebSocket layer, which is libwebsockets'" },
    { "client_ping_pong", "no messages; pongs are libwebsockets'" },
    { "text_frame_fragmented", "fragments are joined by the socket's callback, below the session" },
    { "big_frame_over_16MiB", "the limit is the server's, tested with a socket" },
    { "model_load_failure_closes_connection", "needs a model that fails to load, tested in StreamSessionTests" },
};

/** What the server's messages come to: "ready final stopped", partials and training messages left out. */
std::string nameOf (const ServerMessage& message)
{
    if (std::holds_alternative<ReadyMessage> (message))
        return "ready";
    if (std::holds_alternative<StoppedMessage> (message))
        return "stopped";
    if (const auto* text = std::get_if<TranscriptMessage> (&message))
        return text->isFinal ? "final" : "";
    if (const auto* error = std::get_if<ErrorMessage> (&message))
        return error->code.empty() ? "error" : "error:" + error->code;
    return "";
}

void append (std::string& sequence, const std::string& name)
{
    if (! name.empty())
        sequence += (sequence.empty() ? "" : " ") + name;
}

bool isOfTraining (const json& message)
{
    const auto type = message.value ("type", "");
    const auto& payload = message.at ("payload");
    return type == "progress" || type == "log" || type == "validation_result"
           || (type == "status" && payload.size() > 1) || (type == "error" && payload.contains ("traceback"));
}

std::string recordedSequence (const json& events)
{
    std::string sequence;

    for (const auto& event : events)
    {
        if (event.at ("dir") != "recv" || ! event.contains ("text"))
            continue;

        const auto text = event.at ("text").get<std::string>();
        const auto parsed = json::parse (text, nullptr, false);

        if (parsed.is_discarded() || isOfTraining (parsed))
            continue;

        const auto message = parseServerMessage (text);
        REQUIRE (message.ok());
        // The reference gives no codes; its only error on this level is unreadable JSON.
        const auto isError = std::holds_alternative<ErrorMessage> (message.value());
        append (sequence, isError ? "error:invalid_json" : nameOf (message.value()));
    }

    return sequence;
}

std::string noise (std::size_t bytes, const std::string& format, std::mt19937& random)
{
    std::normal_distribution<float> normal (0.0f, 0.1f);
    std::string frame (bytes, '\0');
    const auto size = format == "f32" ? sizeof (float) : sizeof (std::int16_t);

    for (std::size_t at = 0; at + size <= bytes; at += size)
    {
        const auto sample = normal (random);
        const auto whole = static_cast<std::int16_t> (sample * 32767.0f);
        std::memcpy (frame.data() + at, size == sizeof (float) ? static_cast<const void*> (&sample) : &whole, size);
    }

    return frame;
}

std::string replayedSequence (const json& events)
{
    StreamScene scene;
    std::mt19937 random (1);
    std::string format = "i16";

    for (const auto& event : events)
    {
        if (scene.closeCode != 0)
            break;

        if (event.at ("dir") == "send" && event.contains ("text"))
        {
            const auto text = event.at ("text").get<std::string>();
            const auto parsed = json::parse (text, nullptr, false);

            if (parsed.is_object() && parsed.value ("type", "") == "start")
                format = parsed.value ("format", "i16");

            scene.text (text);
        }
        else if (event.at ("dir") == "send" && event.contains ("binary_len"))
        {
            scene.session->onBinary (noise (event.at ("binary_len").get<std::size_t>(), format, random));
            scene.step();
        }
        else if (event.at ("dir") == "sent_stream")
        {
            for (auto left = event.at ("frames").get<int>(); left > 0; --left)
            {
                scene.session->onBinary (noise (event.at ("bytes_per_frame").get<std::size_t>(), format, random));
                scene.step();
            }
        }
    }

    std::string sequence;

    for (const auto& message : scene.messages)
        append (sequence, nameOf (message));

    if (scene.closeCode != 0)
        append (sequence, "close:" + std::to_string (scene.closeCode));

    return sequence;
}
} // namespace

TEST_CASE ("our backend answers the recorded sessions as the reference does", "[serving][recorded]")
{
    const auto recordings = json::parse (std::ifstream (KIKITORI_FIXTURES "/protocol/ws.json"));
    std::set<std::string> unused;
    auto replayed = 0;

    for (const auto& [name, difference] : intended)
        unused.insert (name);

    for (const auto& [name, recording] : recordings.items())
    {
        if (notReplayed.contains (name) || name.starts_with ("train_"))
            continue;

        INFO (name);
        const auto found = intended.find (name);
        const auto& events = recording.at ("events");
        const auto expected = found == intended.end() ? recordedSequence (events) : found->second.ours;
        CHECK (replayedSequence (events) == expected);
        CHECK ((found == intended.end() || recordedSequence (events) != expected)); // else it is no difference
        unused.erase (name);
        ++replayed;
    }

    CHECK (unused.empty());
    CHECK (replayed == 53);
}
