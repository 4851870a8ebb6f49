#include "Backend/Serving/StreamSession.h"

#include "Backend/Serving/AudioFrames.h"
#include "Core/Log.h"

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
    ErrorMessage error{ code, message, {} };

    if (code == "busy")
        error.retryAfterMs = 2000;

    log::write (log::Level::warning, "serving", code, message);
    send (error);
    resetStream();
    services.close (closeCode, code);
}

void StreamSession::resetStream()
{
    ++generation;
    phase = Phase::waiting;
    queue.clear();
    queuedSamples = 0;
    stream.reset();
    isWorking = false;
    heardAudio = false;
    wholeText.clear();
}

void StreamSession::onText (const std::string& text)
{
    auto parsed = parseClientMessage (text);

    if (! parsed)
    {
        // The reference answers this and goes on; so do its clients.
        send (ErrorMessage{ parsed.error().code, parsed.error().message, {} });
        return;
    }

    auto& message = parsed.value();

    if (auto* starting = std::get_if<StartMessage> (&message))
        begin (std::move (*starting));
    else if (std::holds_alternative<StopMessage> (message) && phase == Phase::waiting)
        send (StoppedMessage{});
    else if (std::holds_alternative<StopMessage> (message) && phase != Phase::stopping)
        enqueue ({ Work::Kind::stop, {}, 0 });
    else if (std::holds_alternative<FlushMessage> (message))
        enqueue ({ Work::Kind::flush, {}, 0 });
    else if (const auto* gap = std::get_if<GapMessage> (&message))
        enqueue ({ Work::Kind::gap, {}, gap->samples });
}

void StreamSession::begin (StartMessage message)
{
    resetStream();
    start = std::move (message);
    const auto isVersion2 = start.protocol >= 2;

    if (start.modelNameIsNull)
        return fail ("unknown_model", "\"model_name\" must be a string.", policyViolation);

    if (isVersion2 && start.format != "f32" && start.format != "i16")
        return fail ("bad_format", "\"format\" is \"" + start.format.substr (0, 20) + "\"; allowed are f32 and i16.",
                     policyViolation);

    if (! isVersion2 && start.format != "f32")
        start.format = "i16";

    if (start.sampleRate < 8000 || start.sampleRate > 192000)
        return fail ("bad_format", "\"sample_rate\" must be between 8000 and 192000.", policyViolation);

    if (! services.claimSession (start.session))
        return fail ("busy", "All " + std::to_string (limits.sessions) + " streams of this backend are taken.",
                     tryAgainLater);

    phase = Phase::loading;
    loadingSince = toldLoading = services.now();
    services.loadModel (start.modelName,
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

void StreamSession::onModel (std::uint64_t forGeneration, Result<std::shared_ptr<const RecognizerModel>> model)
{
    if (forGeneration != generation || isGone)
        return;

    if (! model)
        return fail (model.error().code, model.error().message,
                     model.error().code == "unknown_model" ? policyViolation : internalError);

    const auto isVersion2 = start.protocol >= 2;
    RecognizerStreamOptions options;
    options.sampleRate = start.sampleRate;
    options.chunkMs = start.chunkMs > 0 ? start.chunkMs : limits.chunkMs;
    options.firstSample = start.resumeAt.value_or (0);
    options.firstSegment = start.nextSegment.value_or (0);
    options.partialIntervalMs = start.partialIntervalMs > 0 ? start.partialIntervalMs : options.partialIntervalMs;
    options.tokenTimes = start.tokenTimes;
    options.endpointing = isVersion2;
    options.hotwords = start.hotwords;
    toldProcessed = options.firstSample;
    auto made = services.makeStream (model.value(), options);

    if (! made)
        return fail (made.error().code, made.error().message, policyViolation);

    stream = std::move (made).value();
    log::write ({ log::Level::info,
                  "serving",
                  "start_stream",
                  "Starting audio streaming",
                  { { "model_name", start.modelName }, { "sample_rate", std::to_string (start.sampleRate) } } });
    send (ReadyMessage{ isVersion2 ? 2 : 1, model.value()->card().name, start.sampleRate, options.chunkMs,
                        static_cast<std::int64_t> (limits.replaySeconds * 1000.0),
                        static_cast<std::int64_t> (limits.aheadSeconds * 1000.0) });
    phase = phase == Phase::loading ? Phase::streaming : phase;
    pump();
}

void StreamSession::onBinary (std::string frame)
{
    if (phase == Phase::waiting || phase == Phase::stopping || isGone)
        return;

    auto samples = decodeFrame (frame, start.format == "f32");

    if (! samples)
        return fail ("bad_frame", samples.error().message, invalidPayload);

    heardAudio = heardAudio || ! samples.value().empty();
    enqueue ({ Work::Kind::audio, std::move (samples).value(), 0 });
}

double StreamSession::queuedSeconds() const { return static_cast<double> (queuedSamples) / start.sampleRate; }

void StreamSession::enqueue (Work item)
{
    if (phase == Phase::waiting || phase == Phase::stopping)
        return;

    if (item.kind == Work::Kind::stop)
        phase = Phase::stopping;

    queuedSamples += item.samples.size();
    queue.push_back (std::move (item));

    if (isReading && queuedSeconds() > limits.queueSeconds)
        services.setReading (isReading = false);

    pump();
}

void StreamSession::pump()
{
    if (stream == nullptr || isWorking || queue.empty())
        return;

    isWorking = true;
    auto items = std::make_shared<std::deque<Work>>();
    items->swap (queue);
    queuedSamples = 0;

    if (! isReading)
        services.setReading (isReading = true);

    services.compute (
        [weak = weak_from_this(), post = services.post, now = generation, decoder = stream, items]
        {
            auto outcome = std::make_shared<Outcome> (work (*decoder, std::move (*items)));
            post (
                [weak, now, outcome]
                {
                    if (const auto self = weak.lock())
                        self->onOutcome (now, std::move (*outcome));
                });
        });
}

StreamSession::Outcome StreamSession::work (RecognizerStream& decoder, std::deque<Work> items)
{
    Outcome outcome;

    for (const auto& item : items)
    {
        switch (item.kind)
        {
            case Work::Kind::audio: decoder.push (item.samples, outcome.events); break;
            case Work::Kind::flush: decoder.flush (outcome.events); break;
            case Work::Kind::gap: decoder.gap (item.gapSamples, outcome.events); break;
            case Work::Kind::stop:
                decoder.flush (outcome.events);
                outcome.stopped = true;
                break;
        }
    }

    outcome.received = decoder.receivedSamples();
    outcome.processed = decoder.processedSamples();
    return outcome;
}

void StreamSession::onOutcome (std::uint64_t forGeneration, Outcome outcome)
{
    if (forGeneration != generation || isGone)
        return;

    isWorking = false;

    for (const auto& event : outcome.events)
        tell (event, outcome);

    if (start.protocol >= 2 && outcome.processed - toldProcessed >= start.sampleRate / 5)
    {
        toldProcessed = outcome.processed;
        send (ProcessedMessage{ outcome.processed });
    }

    if (outcome.stopped)
        tellStopped (outcome);
    else
        pump();
}

void StreamSession::tell (const RecognizerEvent& event, const Outcome& outcome)
{
    const auto isFinal = event.kind == RecognizerEvent::Kind::final;
    TranscriptMessage message;
    message.isFinal = isFinal;
    message.text = event.text;

    if (start.protocol < 2)
    {
        // Version 1 knows one text for the whole stream, and its final comes after stop.
        message.text = wholeText + (wholeText.empty() || event.text.empty() ? "" : " ") + event.text;

        if (isFinal)
            wholeText = message.text;
        else if (! message.text.empty())
            send (message);

        return;
    }

    message.segment = event.segment;
    message.start = event.start;
    message.end = event.end;
    message.stable = event.stable;
    message.lagMs = 1000.0 * static_cast<double> (outcome.received - event.end) / start.sampleRate;

    if (isFinal)
        message.ack = event.ack;

    for (const auto& token : event.tokens)
        message.tokens.push_back ({ token.text, token.start, token.end, static_cast<double> (token.confidence) });

    send (message);
}

void StreamSession::tellStopped (const Outcome& outcome)
{
    if (start.protocol >= 2)
    {
        send (StoppedMessage{ outcome.received - start.resumeAt.value_or (0) });
    }
    else
    {
        if (heardAudio)
        {
            TranscriptMessage last;
            last.isFinal = true;
            last.text = wholeText;
            send (last);
        }

        send (StoppedMessage{});
    }

    resetStream();

    if (closeAfterStop)
        services.close (goingAway, "the backend ends");
}

void StreamSession::onClosed()
{
    isGone = true;
    resetStream();
}

void StreamSession::drain()
{
    if (phase == Phase::streaming)
    {
        closeAfterStop = true;
        enqueue ({ Work::Kind::stop, {}, 0 });
    }
    else if (phase != Phase::stopping)
    {
        services.close (goingAway, "the backend ends");
    }
    else
    {
        closeAfterStop = true;
    }
}

void StreamSession::takeOver()
{
    resetStream();
    services.close (takenOver, "another connection took the session over");
}

} // namespace kikitori::backend
