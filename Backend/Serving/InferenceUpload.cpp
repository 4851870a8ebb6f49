#include "Backend/Serving/InferenceUpload.h"

#include "Core/Log.h"
#include "Platform/DiskSpace.h"

#include <algorithm>

namespace kikitori::backend
{

using nlohmann::json;

namespace
{
constexpr std::size_t longestFileName = 200;

int statusOf (const Error& error)
{
    static const std::vector<std::pair<const char*, int>> codes{
        { "unknown_model", 400 }, { "unreadable_audio", 400 }, { "taken", 409 },
        { "cancelled", 409 },     { "too_long", 413 },         { "busy", 503 },
        { "timeout", 504 },
    };

    for (const auto& [code, status] : codes)
        if (error.code == code)
            return status;

    return 500;
}

RestReply replyFor (const Error& error)
{
    const auto status = statusOf (error);
    // What a model's folder lacks is for the log: it names the server's paths.
    auto reply = failure (status, status == 500 ? "Inference failed: the model cannot be used (" + error.code + ")."
                                                : error.message);

    if (status == 500)
        log::write (log::Level::error, "inference", error.code, error.message);
    if (status == 503)
        reply.headers.emplace_back ("retry-after", "10");

    return reply;
}

RestReply diskFull()
{
    return failure (507, "The file cannot be kept: the server's disk is full or cannot be written.");
}

json tokensOf (const InferenceResult& result, const InferenceSegment& segment)
{
    auto tokens = json::array();

    for (const auto& token : segment.tokens)
        tokens.push_back ({ { "text", token.text },
                            { "start", static_cast<double> (token.start) / result.sampleRate },
                            { "end", static_cast<double> (token.end) / result.sampleRate },
                            { "confidence", token.confidence } });

    return tokens;
}

json resultJson (const InferenceResult& result, bool withTokens)
{
    auto segments = json::array(), tokens = json::array();

    for (const auto& segment : result.segments)
    {
        segments.push_back ({ { "text", segment.text }, { "start", segment.start }, { "end", segment.end } });

        if (withTokens)
            for (auto& token : tokensOf (result, segment))
                tokens.push_back (std::move (token));
    }

    json body{ { "transcription", result.transcription },   { "first_token_time_ms", result.firstTokenMs },
               { "inference_time_ms", result.inferenceMs }, { "total_time_ms", result.totalMs },
               { "audio_seconds", result.audioSeconds },    { "segments", segments } };

    if (withTokens)
        body["tokens"] = tokens;

    return body;
}
} // namespace

RestReply InferenceUpload::replyFor (const InferenceState& state, bool withTokens)
{
    if (! state.result)
        return backend::replyFor (state.error.value_or (Error{ "internal", "no result" }));

    auto body = resultJson (*state.result, withTokens);
    body["job_id"] = state.id;
    return jsonReply (200, body);
}

json InferenceUpload::describe (const InferenceState& state, bool withTokens)
{
    json body{ { "job_id", state.id },
               { "file_name", state.fileName },
               { "status", toString (state.phase) },
               { "processed_seconds", state.processedSeconds },
               { "progress", state.progress ? json (*state.progress) : json() } };

    if (state.result)
        body["result"] = resultJson (*state.result, withTokens);
    if (state.error)
        body["detail"] = json::parse (backend::replyFor (*state.error).body)["detail"];

    return body;
}

InferenceUpload::InferenceUpload (InferenceRoutes& owner, const RestRequest& request, InferenceRequest prepared)
    : routes (owner), job (std::move (prepared)), waits (request.argument ("wait") != "false"),
      withTokens (request.argument ("tokens") == "true")
{
    problem = routes.chooseModel (request, job);
    const auto boundary = multipartBoundary (request.contentType);
    const auto isMultipart = request.contentType.starts_with ("multipart/");

    if (! problem && isMultipart && boundary.empty())
        problem = failure (400, "Missing boundary in multipart.");
    if (! problem && ! routes.inference.hasRoom (routes.comingIn))
        problem = backend::replyFor (Error{ "busy", "Too many files wait already; send it again later." });

    hasPlace = ! problem;
    routes.comingIn += hasPlace ? 1u : 0u;

    if (! problem && isMultipart)
        reader = std::make_unique<MultipartReader> (
            boundary, [this] (const auto& part) { onPart (part); }, [this] (auto bytes) { onBytes (bytes); });
}

void InferenceUpload::leavePlace() noexcept { routes.comingIn -= std::exchange (hasPlace, false) ? 1u : 0u; }

InferenceUpload::~InferenceUpload()
{
    leavePlace();

    if (isSubmitted)
    {
        if (isOpen->exchange (false))
            routes.inference.cancel (job.id);
        return;
    }

    file.close();
    std::error_code ignored;
    std::filesystem::remove (job.file, ignored);
}

void InferenceUpload::onPart (const MultipartPart& part)
{
    isFile = part.name == "file";

    if (! isFile)
        return;

    if (! part.fileName)
        problem = invalid ({ "body", "file" }, "Expected a file: the part has no file name", "value_error");
    else if (std::exchange (hasFile, true))
        problem = invalid ({ "body", "file" }, "There must be one file only", "value_error");
    else
        job.fileName = part.fileName->substr (0, longestFileName);
}

void InferenceUpload::onBytes (std::string_view bytes)
{
    if (! isFile || problem)
        return;

    constexpr std::uint64_t step = 4u << 20;

    if (bytesWritten >= lookAtDisk)
    {
        lookAtDisk = bytesWritten + step;

        if (platform::diskSpace (job.file.parent_path()).room() < step)
        {
            problem = diskFull();
            return;
        }
    }

    bytesWritten += bytes.size();
    file.write (bytes.data(), static_cast<std::streamsize> (bytes.size()));

    if (bytesWritten > InferenceRoutes::largestUpload)
        problem =
            failure (413, "The file is larger than " + std::to_string (InferenceRoutes::largestUpload >> 20) + " MiB.");
    else if (! file)
        problem = diskFull();
}

void InferenceUpload::add (std::string_view bytes)
{
    if (problem || reader == nullptr)
        return;
    if (! file.is_open())
        file.open (job.file, std::ios::binary | std::ios::trunc);

    if (const auto read = reader->add (bytes); ! read && ! problem)
        problem = failure (400, read.error().message);
}

void InferenceUpload::finish (Answer answer)
{
    file.close();

    if (! problem && bytesWritten > 0 && ! file) // the last bytes reach the disk only now
        problem = diskFull();
    if (! problem && reader != nullptr && ! reader->isComplete())
        problem = failure (400, "The multipart body ends before its last boundary.");
    if (! problem && ! hasFile)
        problem = invalid ({ "body", "file" }, "field required", "value_error.missing");
    if (problem)
        return answer (std::move (*problem));

    const auto done = [post = routes.post, open = isOpen, answer, tokens = withTokens,
                       isWaitedFor = waits] (const InferenceState& state)
    {
        if (isWaitedFor)
            post (
                [open, answer, state, tokens]
                {
                    if (open->exchange (false))
                        answer (replyFor (state, tokens));
                });
    };

    leavePlace();
    isSubmitted = true;
    *isOpen = waits; // who does not wait may go

    if (const auto submitted = routes.inference.submit (job, done); ! submitted)
    {
        *isOpen = false;
        return answer (backend::replyFor (submitted.error()));
    }

    if (! waits)
        answer (jsonReply (202, { { "job_id", job.id }, { "status", "queued" } }));
}

} // namespace kikitori::backend
