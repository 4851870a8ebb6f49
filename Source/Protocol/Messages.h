/*  Every WebSocket message of the wire protocol (Docs/Protocol.md), as types, read and written in one place.

    Threads: pure functions on plain values.
    Failure: parsing gives an Error ("invalid_json", "bad_message") and never throws; an unknown type is Unknown, not
    an error, so that a newer peer's additions do no harm. Texts are opaque: any UTF-8 is kept as it came.
*/
#pragma once

#include "Core/Result.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace kikitori
{

/** What this program speaks; a peer of a later version serves it as well. */
inline constexpr int protocolVersion = 2;

/** The reference backend closes larger messages with 1009; so do we. */
inline constexpr std::size_t longestMessageBytes = 16u << 20;

/** What a client takes of a server: of a partial or final, in bytes, and words with times. */
inline constexpr std::size_t longestText = 1u << 20;
inline constexpr std::size_t mostTokens = 5000;
/** Of the whole message, which holds the text and twice that of times. */
inline constexpr std::size_t longestServerMessage = 3u << 20;

/** Words to expect of one stream, the first ones of those that were sent. */
inline constexpr std::size_t mostHotwords = 1000, mostHotwordBytes = 64u << 10;

/** What a backend has learnt of a stream's levels, dB: it comes with a final and goes back with resume_at, so that a
    replay gives the same words. Who does not send it loses only that. */
struct StreamLevels
{
    float noise = 0.0f;
    std::optional<float> speech; ///< none: no speech yet
};

// client to server ------------------------------------------------------------------------------------------------

struct StartMessage
{
    std::string modelName = "conformer";
    int sampleRate = 16000;
    std::string format = "i16"; ///< "i16" or "f32"; version 1 takes anything else for i16
    int protocol = 1;
    std::string session; ///< uuid, or empty
    std::optional<std::int64_t> resumeAt;
    std::optional<std::int64_t> nextSegment;
    std::optional<StreamLevels> levels; ///< of the final before resumeAt
    std::string language;
    std::vector<std::string> hotwords;
    std::size_t hotwordsLeftOut = 0; ///< words above the limits; only read
    int partialIntervalMs = 0; ///< 0 = the server's own
    int chunkMs = 0;           ///< 0 = the server's own
    bool tokenTimes = false;
    std::string channelLabel;
    bool modelNameIsNull = false; ///< sent as null: version 1 closes
};

struct StopMessage
{
};

struct FlushMessage
{
    std::int64_t at = 0; ///< client sample
};

struct GapMessage
{
    std::int64_t at = 0;
    std::int64_t samples = 0;
};

struct SubscribeMessage
{
    std::vector<std::string> topics;
};

struct UnknownMessage
{
    std::string type;
};

using ClientMessage =
    std::variant<StartMessage, StopMessage, FlushMessage, GapMessage, SubscribeMessage, UnknownMessage>;

// server to client ------------------------------------------------------------------------------------------------

struct ReadyMessage
{
    int protocol = 1;
    std::string model;
    int sampleRate = 0;
    int chunkMs = 0;
    std::int64_t maxReplayMs = 0;
    std::int64_t maxAheadMs = 0; ///< 0 = not said
    std::int64_t hotwordsLeftOut = 0;
};

struct LoadingMessage
{
    std::string modelName;
    std::int64_t elapsedMs = 0;
    std::optional<double> progress;
};

/** The stream has stopped: `stopped` without a message (with one it is the training's). */
struct StoppedMessage
{
    std::optional<std::int64_t> receivedSamples;
};

struct TokenTimes
{
    std::string text;
    std::int64_t start = 0; ///< client samples
    std::int64_t end = 0;
    double confidence = 0.0;
};

struct TranscriptMessage
{
    bool isFinal = false;
    std::string text;
    std::optional<std::int64_t> segment; ///< none: version 1, the whole text so far
    std::int64_t start = 0;              ///< negative: it was not said, or makes no sense
    std::int64_t end = 0;
    std::int64_t stable = 0; ///< leading characters (code points) that will not change
    std::optional<std::int64_t> ack;
    std::optional<StreamLevels> levels; ///< at ack
    std::vector<TokenTimes> tokens;
    std::optional<double> lagMs;
};

struct ProcessedMessage
{
    std::int64_t samples = 0; ///< client position up to which the server has looked
};

struct ErrorMessage
{
    std::string code; ///< empty: version 1
    std::string message;
    std::optional<std::int64_t> retryAfterMs;
};

/** What a training broadcasts to every socket. Numbers may be missing, infinite or odd: the reference sends them so. */
struct TrainingMessage
{
    enum class Kind
    {
        status, ///< starting, resuming, completed, stopped
        progress,
        log,
        validation,
        error
    };

    Kind kind = Kind::status;
    std::string status;
    std::string level;
    std::string message;
    std::string traceback;
    std::optional<double> epoch, totalEpochs, step, totalSteps, loss, learningRate, validationLoss;
    std::optional<double> wordErrorRate, characterErrorRate, gradientNorm, samplesPerSecond, etaSeconds;
    std::optional<double> validationUtterances, validationTotal; ///< measured, of so many dev utterances
};

using ServerMessage = std::variant<ReadyMessage,
                                   LoadingMessage,
                                   StoppedMessage,
                                   TranscriptMessage,
                                   ProcessedMessage,
                                   ErrorMessage,
                                   TrainingMessage,
                                   UnknownMessage>;

/** Errors: invalid_json (not JSON at all), bad_message (a field of the wrong kind; the message names it), too_large. */
Result<ClientMessage> parseClientMessage (std::string_view json);

/** Takes bare Infinity and NaN as JSON's null, as the reference's training sends them. Errors as above. */
Result<ServerMessage> parseServerMessage (std::string_view json);

std::string toJson (const ClientMessage& message);

/** Version 2 fields are written where they are set; a version 1 session leaves them unset. */
std::string toJson (const ServerMessage& message);

} // namespace kikitori
