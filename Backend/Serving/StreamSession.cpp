#include "Backend/Serving/StreamSession.h"

#include "Backend/Serving/AudioFrames.h"
#include "Core/Log.h"

#include <utility>

namespace kikitori::backend
{

namespace
{
constexpr auto loadingInterval = std::chrono::milliseconds (500);
constexpr int policyViolation = 1008;
constexpr int invalidPayload = 1007;
constexpr int tryAgainLater = 1013;
constexpr int goingAway = 1001;
constexpr int internalError = 1011;
constexpr int takenOver = 4001;
} // namespace

StreamSession::StreamSession (Services servicesToUse, ServingLimits servingLimits)
    : services (std::move (servicesToUse)), limits (servingLimits)
{
}

void StreamSession::send (const ServerMessage& message)
{
    if (! isGone)
        services.send (toJson (message));
}

void StreamSession::fail (const std::string& code, const std::string& message, int closeCode)
{
    ErrorMessage error{ code, services.textForClient ? services.textForClient (message) : message, {} };

    if (code == "busy")
        error.retryAfterMs = 2000;

    log::write (
        log::Entry{ log::Level::warning, "serving", code, message, { { "session", start.session } } });
    send (error);
    resetStream();
    services.close (closeCode, code);
}

void StreamSession::resetStream()
{
    ++generation;
    *isWanted = false;
    isWanted = std::make_shared<std::atomic<bool>> (true);
    nextMaking.reset();
    phase = Phase::waiting;
    queue.clear();
    queuedSamples = 0;
    stream.reset();
    ++switchGeneration;
    isSwitching = false;
    nextModel.reset();
    tape.stop();
    isWorking = false;
    heardAudio = false;
    earlierSegments.clear();
}

void StreamSession::onText (const std::string& text)
{
    const auto parsed = parseClientMessage (text);

    // The reference answers what it cannot read and goes on; so do its clients.
    if (! parsed)
        return send (ErrorMessage{ parsed.error().code, parsed.error().message, {} });

    std::visit ([this] (const auto& message) { handle (message); }, parsed.value());
}

void StreamSession::handle (const StartMessage& message) { begin (message); }

void StreamSession::handle (const StopMessage&)
{
    if (phase == Phase::waiting)
        send (StoppedMessage{});
    else
        enqueue ({ StreamWork::Kind::stop });
}

void StreamSession::handle (const FlushMessage&) { enqueue ({ StreamWork::Kind::flush }); }

void StreamSession::handle (const GapMessage& gap)
{
    if (gap.samples > longestGap)
        return send (ErrorMessage{ "bad_message", "A gap of more samples than days of audio have is none.", {} });

    enqueue ({ StreamWork::Kind::gap, {}, gap.samples });
}

std::optional<Error> StreamSession::problemWith (const StartMessage& message) const
{
    if (message.modelNameIsNull)
        return Error{ "unknown_model", "\"model_name\" must be a string." };

    if (message.format != "f32" && message.format != "i16")
        return Error{ "bad_format",
                      "\"format\" is \"" + message.format.substr (0, 20) + "\"; allowed are f32 and i16." };

    if (message.sampleRate < 8000 || message.sampleRate > 192000)
        return Error{ "bad_format", "\"sample_rate\" must be between 8000 and 192000." };

    for (const auto& [key, value] :
         { std::pair{ "resume_at", message.resumeAt }, std::pair{ "next_segment", message.nextSegment } })
        if (value && (*value < 0 || *value > furthestStart))
            return Error{ "bad_format", std::string ("\"") + key + "\" must be between 0 and 2^53." };

    return std::nullopt;
}

void StreamSession::begin (StartMessage message)
{
    if (isTooOften())
        return fail ("busy", "Ten starts within ten seconds, none after the `stopped` of the one before.", tryAgainLater);
    if (isSwitch (message))
        return requestSwitch (std::move (message));

    resetStream();
    start = std::move (message);

    if (start.protocol < 2 && start.format != "f32")
        start.format = "i16";

    if (const auto problem = problemWith (start))
        return fail (problem->code, problem->message, policyViolation);

    if (! services.claimSession (start.session))
        return fail ("busy", "All " + std::to_string (limits.sessions) + " streams of this backend are taken.",
                     tryAgainLater);

    phase = Phase::loading;
    loadingSince = toldLoading = services.now();
    load();
}

bool StreamSession::isTooOften()
{
    const auto now = services.now();

    if (std::exchange (hasStopped, false))
        return false;

    while (! starts.empty() && now - starts.front() >= startsTime)
        starts.pop_front();

    if (starts.size() + 1 >= mostStarts)
        return true;

    starts.push_back (now);
    return false;
}

/** One order under way: what comes meanwhile is ordered when this one is there, the newest alone. */
void StreamSession::load()
{
    if (std::exchange (isLoading, true))
        return;

    services.loadModel (start.modelName, start.language,
                        [weak = weak_from_this(), post = services.post, now = generation] (auto model)
                        {
                            post (
                                [weak, now, model = std::move (model)]
                                {
                                    if (const auto self = weak.lock())
                                        self->onModel (now, model);
                                });
                        });
}

void StreamSession::onTimer()
{
    const auto now = services.now();

    if (phase != Phase::loading || start.protocol < 2 || now - toldLoading < loadingInterval)
        return;

    toldLoading = now;
    const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds> (now - loadingSince);
    send (LoadingMessage{ start.modelName, elapsed.count(), {} });
}

RecognizerStreamOptions StreamSession::streamOptions() const
{
    RecognizerStreamOptions options;
    options.sampleRate = start.sampleRate;
    const auto modelsOwn = services.chunkMsOf (start.modelName);
    options.chunkMs = start.chunkMs > 0 ? start.chunkMs : modelsOwn > 0 ? modelsOwn : limits.chunkMs;
    options.firstSample = start.resumeAt.value_or (0);
    options.firstSegment = start.nextSegment.value_or (0);
    options.levels = start.levels;
    options.partialIntervalMs = start.partialIntervalMs > 0 ? start.partialIntervalMs : options.partialIntervalMs;
    options.tokenTimes = start.tokenTimes;
    options.hotwords = start.hotwords;
    return options;
}

void StreamSession::onModel (std::uint64_t forGeneration, Result<std::shared_ptr<const RecognizerModel>> model)
{
    isLoading = false;

    if (forGeneration != generation && phase != Phase::waiting && ! isGone)
        return load();
    if (forGeneration != generation || isGone)
        return;

    if (! model)
        return fail (model.error().code, model.error().message,
                     model.error().code == "unknown_model" ? policyViolation
                     : model.error().code == "busy"        ? tryAgainLater
                                                           : internalError);

    makeStream (std::move (model).value(), streamOptions(), &StreamSession::onStream);
}

void StreamSession::makeStream (std::shared_ptr<const RecognizerModel> model,
                                RecognizerStreamOptions options,
                                OnMade report)
{
    if (std::exchange (isMaking, true))
    {
        nextMaking = { std::move (model), std::move (options), report };
        return;
    }

    services.compute (
        [weak = weak_from_this(), make = services.makeStream, post = services.post, now = generation, wanted = isWanted,
         model = std::move (model), options = std::move (options), report]
        {
            using Made = Result<std::shared_ptr<RecognizerStream>>;
            auto made = Made (Error{ "cancelled", "Nobody waits for this stream any more." });

            if (*wanted)
            {
                auto own = make (model, options);
                made = own ? Made (std::move (own).value()) : Made (own.error());
            }

            post (
                [weak, now, model, report, chunkMs = options.chunkMs, made = std::move (made)]
                {
                    if (const auto self = weak.lock())
                        self->onMade (now, model->card(), chunkMs, made, report);
                });
        });
}

void StreamSession::onMade (std::uint64_t forGeneration,
                            const RecognizerCard& card,
                            int chunkMs,
                            const Result<std::shared_ptr<RecognizerStream>>& made,
                            OnMade report)
{
    isMaking = false;

    if (auto next = std::exchange (nextMaking, std::nullopt))
        makeStream (std::move (next->model), std::move (next->options), next->onMade);

    (this->*report) (forGeneration, card, chunkMs, made);
}

void StreamSession::onStream (std::uint64_t forGeneration,
                              const RecognizerCard& card,
                              int chunkMs,
                              Result<std::shared_ptr<RecognizerStream>> made)
{
    if (forGeneration != generation || isGone)
        return;

    if (! made)
        return fail (made.error().code, made.error().message, policyViolation);

    stream = std::move (made).value();
    toldProcessed = lastAck = receivedSoFar = start.resumeAt.value_or (0);
    lastLevels = start.levels;
    log::write ({ log::Level::info,
                  "serving",
                  "start_stream",
                  "Starting audio streaming",
                  { { "model_name", start.modelName }, { "sample_rate", std::to_string (start.sampleRate) } } });
    send (ReadyMessage{ start.protocol >= 2 ? 2 : 1, card.name, start.sampleRate, card.nearestChunkMs (chunkMs),
                        static_cast<std::int64_t> (limits.replaySeconds * 1000.0),
                        static_cast<std::int64_t> (limits.aheadSeconds * 1000.0),
                        static_cast<std::int64_t> (start.hotwordsLeftOut) });
    phase = phase == Phase::loading ? Phase::streaming : phase;
    pump();
}

void StreamSession::onBinary (const std::string& frame)
{
    if (phase == Phase::waiting || phase == Phase::stopping || isGone)
        return;

    std::vector<float> samples;

    if (! spareFrames.empty())
    {
        samples = std::move (spareFrames.back());
        spareFrames.pop_back();
    }

    if (const auto status = decodeFrame (frame, start.format == "f32", samples); ! status)
        return fail ("bad_frame", status.error().message, invalidPayload);

    heardAudio = heardAudio || ! samples.empty();
    enqueue ({ StreamWork::Kind::audio, std::move (samples) });
}

void StreamSession::onClosed()
{
    isGone = true;
    resetStream();
}

void StreamSession::drain()
{
    closeAfterStop = true;

    if (phase == Phase::streaming)
        enqueue ({ StreamWork::Kind::drain });
    else if (phase != Phase::stopping)
        services.close (goingAway, "the backend ends");
}

void StreamSession::takeOver()
{
    resetStream();
    services.close (takenOver, "another connection took the session over");
}

} // namespace kikitori::backend
