#include "Standalone/CommandLine/Stream.h"

#include "Session/Hotwords.h"

#include "Export/TimedLine.h"
#include "LocalBackend/BackendLocator.h"
#include "Network/NetworkThread.h"
#include "Session/FileTranscriber.h"
#include "Session/WireFormat.h"
#include "Standalone/CommandLine/Interrupt.h"

#include <cmath>
#include <thread>
#include <utility>

namespace kikitori::commandline
{

namespace
{

using Clock = std::chrono::steady_clock;

SessionConfig configFor (const StreamRequest& request)
{
    const auto& options = request.options;
    SessionConfig config;
    config.address = options.backend;
    if (! options.model.empty())
        config.model = options.model;
    config.language = options.language;
    config.hotwords = hotwordsFromText (options.hotwords);
    const auto isRecording = ! request.realtime && ! request.isLive;
    config.chunkMs = options.chunkMs.value_or (isRecording ? FileTranscriber::chunkMs : config.chunkMs);
    config.format = streamFormatNamed (options.linkFormat).value_or (StreamFormat::f32);

    if (std::isfinite (options.retrySeconds))
        config.retry.giveUpAfter = Milliseconds (static_cast<long long> (options.retrySeconds * 1000.0));

    if (! request.isLive)
        config.limits.flushAfterSilence = {}; // a busy machine is no pause: the words are the same every time

    return config;
}

double secondsSince (Clock::time_point start) { return std::chrono::duration<double> (Clock::now() - start).count(); }

/** One stream in its phases: wait for the backend, push, wait for the last words. */
class Run
{
public:
    Run (AudioFeed& feedToUse, const StreamRequest& requestToUse, const Backend& backend, StreamObserver* observerToUse)
        : feed (feedToUse), request (requestToUse), observer (observerToUse),
          session (tap, backend.transport, backend.locator)
    {
    }

    StreamOutcome execute()
    {
        feed.prepare (tap);
        session.start (configFor (request));
        if (request.realtime)
            watchWhile ([this] { return session.state() == LifecycleState::starting && ! Interrupt::requested(); });

        if (session.state() != LifecycleState::idle && ! Interrupt::requested())
        {
            begin = Clock::now();
            feed.start (tap);
            watchWhile ([this] { return mayGoOn(); });
        }

        finish();
        return std::move (outcome);
    }

private:
    bool mayGoOn()
    {
        if (request.limitSeconds > 0.0 && feed.seconds() >= request.limitSeconds)
            return false;
        if (observer != nullptr && ! observer->wantsMore())
            return false;
        return ! feed.finished() && session.state() != LifecycleState::idle && ! Interrupt::requested();
    }

    void finish()
    {
        outcome.interrupted = Interrupt::requested();
        const auto stopped = Clock::now();
        if (outcome.interrupted)
        {
            // The feed may wait for room in the ring; a session that takes nothing more lets it go.
            session.stop (TranscriptionSession::StopMode::bounded);
            feed.stop();
        }
        else
        {
            feed.stop();
            session.stop (TranscriptionSession::StopMode::complete);
        }

        watchWhile (
            [this]
            {
                if (Interrupt::requested() && ! outcome.interrupted)
                    session.stop (TranscriptionSession::StopMode::bounded);
                outcome.interrupted = outcome.interrupted || Interrupt::requested();
                if (Interrupt::insisted())
                    session.abandon();
                return session.state() != LifecycleState::idle;
            });
        look();

        const auto snapshot = session.snapshot();
        outcome.stopToEndMs = secondsSince (stopped) * 1000.0;
        outcome.transcript = session.transcript();
        outcome.backendError = snapshot.lastError;
        outcome.wasReady = snapshot.counters.sent > 0;
        outcome.inputError = feed.problem();
        outcome.audioSeconds = feed.seconds();
        outcome.loudest = feed.loudest();
        outcome.model = snapshot.model;
        outcome.counters = snapshot.counters;
    }

    template <typename Condition>
    void watchWhile (Condition condition)
    {
        // Polled, as the editor does it: 2 ms keep the latency figures honest and cost nothing.
        while (condition())
        {
            look();
            std::this_thread::sleep_for (std::chrono::milliseconds (2));
        }
    }

    void look()
    {
        const auto transcript = session.transcript();
        if (transcript->version != seenVersion)
        {
            seenVersion = transcript->version;
            const double seconds = begin ? secondsSince (*begin) : 0.0;
            if (request.recordsEvents)
                outcome.events.push_back ({ seconds, wholeText (*transcript), ! transcript->partial.has_value() });
            if (observer != nullptr)
                observer->onTranscript (*transcript, seconds);
        }

        if (observer != nullptr && request.isLive && begin)
        {
            const auto now = levelAdvice.update (tap.level(), secondsSince (*begin));
            if (std::exchange (verdict, now) != now)
                observer->onLevel (now);
        }

        if (observer != nullptr && session.state() == LifecycleState::starting)
            observer->onStatus (session.snapshot());

        if (const auto trouble = feed.trouble(); observer != nullptr && trouble != toldTrouble)
        {
            toldTrouble = trouble;
            observer->onInputTrouble (trouble);
        }
    }

    AudioFeed& feed;
    const StreamRequest& request;
    StreamObserver* observer;
    AudioTap tap;
    TranscriptionSession session;
    std::string toldTrouble;
    std::optional<Clock::time_point> begin; ///< when the first sample was due
    LevelAdvice levelAdvice;
    LevelAdvice::Verdict verdict = LevelAdvice::Verdict::fine;
    std::uint64_t seenVersion = 0;
    StreamOutcome outcome;
};

} // namespace

Backend connectBackend()
{
    Backend backend;
    backend.transport = NetworkThread::acquire();
    backend.locator = makeBackendLocator (backend.transport);
    return backend;
}

StreamOutcome runStream (AudioFeed& feed,
                         const StreamRequest& request,
                         const Backend& backend,
                         StreamObserver* observer)
{
    return Run (feed, request, backend, observer).execute();
}

bool hasNothing (const StreamOutcome& outcome)
{
    return (outcome.backendError || outcome.interrupted) && wholeText (*outcome.transcript).empty();
}

std::string wholeText (const TranscriptSnapshot& transcript)
{
    std::string text;
    const auto add = [&text] (const Segment& segment)
    {
        const std::string piece = cleanText (segment.text);
        text += (text.empty() || piece.empty() ? "" : " ") + piece;
    };

    for (const auto& segment : transcript.finals)
        add (segment);
    if (transcript.partial)
        add (*transcript.partial);
    return text;
}

} // namespace kikitori::commandline
