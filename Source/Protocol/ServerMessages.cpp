#include "Protocol/JsonReading.h"
#include "Protocol/LevelsJson.h"

namespace kikitori
{

using nlohmann::json;

namespace
{
TranscriptMessage parseTranscript (const json& payload, bool isFinal)
{
    TranscriptMessage message;
    message.isFinal = isFinal;
    message.text = stringAt (payload, "text");
    message.segment = integerAt (payload, "segment");
    message.start = integerAt (payload, "start").value_or (message.segment ? -1 : 0);
    message.end = integerAt (payload, "end").value_or (0);
    message.stable = integerAt (payload, "stable").value_or (0);
    message.ack = integerAt (payload, "ack");
    message.levels = levelsAt (payload);
    message.lagMs = numberAt (payload, "lag_ms");

    // Without its words' times a segment that has too many of them still has its text.
    if (const auto tokens = payload.find ("tokens");
        tokens != payload.end() && tokens->is_array() && tokens->size() <= mostTokens)
    {
        for (const auto& token : *tokens)
        {
            if (token.is_object())
                message.tokens.push_back ({ stringAt (token, "text"), integerAt (token, "start").value_or (0),
                                            integerAt (token, "end").value_or (0),
                                            numberAt (token, "confidence").value_or (0.0) });
        }
    }

    return message;
}

TrainingMessage parseTraining (const json& payload, TrainingMessage::Kind kind)
{
    TrainingMessage message;
    message.kind = kind;
    message.status = stringAt (payload, "status");
    message.level = stringAt (payload, "level");
    message.message = stringAt (payload, "message");
    message.traceback = stringAt (payload, "traceback");
    message.epoch = numberAt (payload, "epoch");
    message.totalEpochs = numberAt (payload, "total_epochs");
    message.step = numberAt (payload, "step");
    message.totalSteps = numberAt (payload, "total_steps");
    message.loss = numberAt (payload, "loss");
    message.learningRate = numberAt (payload, "learning_rate");
    message.validationLoss = numberAt (payload, "val_loss");
    message.wordErrorRate = numberAt (payload, "wer");
    message.characterErrorRate = numberAt (payload, "cer");
    message.validationUtterances = numberAt (payload, "val_utterances");
    message.validationTotal = numberAt (payload, "val_total");
    message.gradientNorm = numberAt (payload, "grad_norm");
    message.samplesPerSecond = numberAt (payload, "samples_per_second");
    message.etaSeconds = numberAt (payload, "eta_seconds");
    return message;
}

ServerMessage parseStatus (const json& payload)
{
    const auto status = stringAt (payload, "status");

    if (status == "ready")
        return ReadyMessage{ static_cast<int> (integerAt (payload, "protocol").value_or (1)),
                             stringAt (payload, "model"),
                             static_cast<int> (integerAt (payload, "sample_rate").value_or (0)),
                             static_cast<int> (integerAt (payload, "chunk_ms").value_or (0)),
                             integerAt (payload, "max_replay_ms").value_or (0),
                             integerAt (payload, "max_ahead_ms").value_or (0),
                             integerAt (payload, "hotwords_left_out").value_or (0) };

    if (status == "loading")
        return LoadingMessage{ stringAt (payload, "model_name"), integerAt (payload, "elapsed_ms").value_or (0),
                               numberAt (payload, "progress") };

    // "stopped" ends a stream and a training alike; only the training's carries a message (protocol.md, 1.2).
    if (status == "stopped" && ! payload.contains ("message") && stringAt (payload, "topic") != "training")
        return StoppedMessage{ integerAt (payload, "received_samples") };

    return parseTraining (payload, TrainingMessage::Kind::status);
}

ServerMessage parseError (const json& payload)
{
    if (payload.contains ("traceback") || stringAt (payload, "topic") == "training")
        return parseTraining (payload, TrainingMessage::Kind::error);

    return ErrorMessage{ stringAt (payload, "code"), stringAt (payload, "message"),
                         integerAt (payload, "retry_after_ms") };
}

template <typename Value>
void put (json& object, const char* key, const std::optional<Value>& value)
{
    if (value)
        object[key] = *value;
}

void putCount (json& object, const char* key, const std::optional<double>& value)
{
    if (value)
        object[key] = countOf (*value);
}

json envelope (const char* type, json payload) { return { { "type", type }, { "payload", std::move (payload) } }; }

json write (const ReadyMessage& m)
{
    json payload{ { "status", "ready" } };

    if (m.protocol >= 2)
    {
        payload.update ({ { "protocol", m.protocol },
                          { "model", m.model },
                          { "sample_rate", m.sampleRate },
                          { "chunk_ms", m.chunkMs },
                          { "max_replay_ms", m.maxReplayMs },
                          { "max_ahead_ms", m.maxAheadMs } });

        if (m.hotwordsLeftOut > 0)
            payload["hotwords_left_out"] = m.hotwordsLeftOut;
    }

    return envelope ("status", std::move (payload));
}

json write (const LoadingMessage& m)
{
    json payload{ { "status", "loading" }, { "model_name", m.modelName }, { "elapsed_ms", m.elapsedMs } };
    put (payload, "progress", m.progress);
    return envelope ("status", std::move (payload));
}

json write (const StoppedMessage& m)
{
    json payload{ { "status", "stopped" } };
    put (payload, "received_samples", m.receivedSamples);
    return envelope ("status", std::move (payload));
}

json write (const TranscriptMessage& m)
{
    json payload{ { "text", m.text } };

    if (m.segment)
    {
        payload.update ({ { "segment", *m.segment }, { "start", m.start }, { "end", m.end }, { "stable", m.stable } });
        put (payload, "ack", m.ack);
        put (payload, "lag_ms", m.lagMs);

        if (m.levels)
            payload["levels"] = toJson (*m.levels);

        auto& tokens = payload["tokens"] = json::array();

        for (const auto& token : m.tokens)
            tokens.push_back ({ { "text", token.text },
                                { "start", token.start },
                                { "end", token.end },
                                { "confidence", token.confidence } });
    }

    return envelope (m.isFinal ? "final" : "partial", std::move (payload));
}

json write (const ProcessedMessage& m) { return envelope ("processed", { { "samples", m.samples } }); }

json write (const ErrorMessage& m)
{
    json payload{ { "message", m.message } };

    if (! m.code.empty())
        payload["code"] = m.code;

    put (payload, "retry_after_ms", m.retryAfterMs);
    return envelope ("error", std::move (payload));
}

json write (const TrainingMessage& m)
{
    using Kind = TrainingMessage::Kind;
    json payload{ { "topic", "training" } };
    const auto putNumbers = [&]
    {
        putCount (payload, "epoch", m.epoch);
        putCount (payload, "total_epochs", m.totalEpochs);
        putCount (payload, "step", m.step);
        putCount (payload, "total_steps", m.totalSteps);
        // Two fields that the reference always sends, null where there is no figure yet.
        payload["loss"] = m.loss ? json (*m.loss) : json();
        payload["learning_rate"] = m.learningRate ? json (*m.learningRate) : json();
        put (payload, "grad_norm", m.gradientNorm);
        put (payload, "samples_per_second", m.samplesPerSecond);
        put (payload, "eta_seconds", m.etaSeconds);
    };

    switch (m.kind)
    {
        case Kind::status:
            payload.update ({ { "status", m.status }, { "message", m.message } });
            return envelope ("status", std::move (payload));

        case Kind::progress: putNumbers(); return envelope ("progress", std::move (payload));

        case Kind::log:
            payload.update ({ { "level", m.level }, { "message", m.message } });
            return envelope ("log", std::move (payload));

        case Kind::validation:
            putCount (payload, "epoch", m.epoch);
            payload["val_loss"] = m.validationLoss ? json (*m.validationLoss) : json();
            put (payload, "wer", m.wordErrorRate);
            put (payload, "cer", m.characterErrorRate);
            putCount (payload, "val_utterances", m.validationUtterances);
            putCount (payload, "val_total", m.validationTotal);
            return envelope ("validation_result", std::move (payload));

        case Kind::error: break;
    }

    payload.update ({ { "message", m.message }, { "traceback", m.traceback } });
    return envelope ("error", std::move (payload));
}

json write (const UnknownMessage& m) { return envelope (m.type.c_str(), json::object()); }
} // namespace

Result<ServerMessage> parseServerMessage (std::string_view text)
{
    if (text.size() > longestServerMessage)
        return Error{ "too_large", "The server sent a message of " + std::to_string (text.size()) + " bytes; at most "
                                       + std::to_string (longestServerMessage) + " are taken." };

    auto parsed = parseJson (text);

    if (! parsed)
        return parsed.error();

    const auto& object = parsed.value();

    if (! object.is_object())
        return Error{ "bad_message", "The server sent JSON that is not an object." };

    const auto type = stringAt (object, "type");
    const auto found = object.find ("payload");
    const auto payload = found != object.end() && found->is_object() ? *found : json::object();

    if (type == "partial" || type == "final")
    {
        if (! payload.contains ("text") || ! payload["text"].is_string())
            return Error{ "bad_message", "The server sent a " + type + " without a text." };
        if (payload["text"].get_ref<const std::string&>().size() > longestText)
            return Error{ "too_large", "The server sent a " + type + " whose text has more than "
                                           + std::to_string (longestText) + " bytes." };

        return ServerMessage (parseTranscript (payload, type == "final"));
    }

    if (type == "status")
        return parseStatus (payload);
    if (type == "error")
        return parseError (payload);
    if (type == "processed")
        return ServerMessage (ProcessedMessage{ integerAt (payload, "samples").value_or (0) });
    if (type == "progress")
        return ServerMessage (parseTraining (payload, TrainingMessage::Kind::progress));
    if (type == "log")
        return ServerMessage (parseTraining (payload, TrainingMessage::Kind::log));
    if (type == "validation_result")
        return ServerMessage (parseTraining (payload, TrainingMessage::Kind::validation));

    return ServerMessage (UnknownMessage{ type });
}

std::string toJson (const ServerMessage& message)
{
    return std::visit ([] (const auto& m) { return write (m).dump (-1, ' ', false, json::error_handler_t::replace); },
                       message);
}

} // namespace kikitori
