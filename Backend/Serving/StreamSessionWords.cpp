// What waits for the decoder, what it answers, and how that is told to the client.
#include "Backend/Serving/StreamSession.h"

#include <algorithm>
#include <utility>

namespace kikitori::backend
{

namespace
{
constexpr int goingAway = 1001;
constexpr int partialSeconds = 20; ///< of version 1
} // namespace

double StreamSession::queuedSeconds() const { return static_cast<double> (queuedSamples) / start.sampleRate; }

bool StreamSession::mustWait() const { return queuedSeconds() > limits.queueSeconds || queue.size() > mostQueuedWork; }

void StreamSession::enqueue (StreamWork item)
{
    if (phase == Phase::waiting || phase == Phase::stopping)
        return;

    if (item.kind == StreamWork::Kind::stop || item.kind == StreamWork::Kind::drain)
        phase = Phase::stopping;

    queuedSamples += item.samples.size();
    queue.push_back (std::move (item));

    if (isReading && mustWait())
        services.setReading (isReading = false);

    pump();
}

std::vector<StreamWork> StreamSession::takeWork()
{
    auto job = std::exchange (spareWork, {});
    auto room = static_cast<std::size_t> (jobSeconds * start.sampleRate);

    while (! queue.empty() && room > 0)
    {
        auto& next = queue.front();
        const auto left = next.samples.size() - next.taken;
        const auto size = std::min (room, left);

        if (next.taken == 0 && size == left)
        {
            job.push_back (std::move (next));
        }
        else
        {
            // A client may send a minute in one frame: the rest of it is the next jobs'.
            const auto first = next.samples.begin() + static_cast<std::ptrdiff_t> (next.taken);
            job.push_back ({ next.kind, { first, first + static_cast<std::ptrdiff_t> (size) } });
            next.taken += size;
        }

        if (size == left)
            queue.pop_front();

        queuedSamples -= size;
        room -= size;
    }

    return job;
}

void StreamSession::pump()
{
    if (stream == nullptr || isWorking || queue.empty())
        return;

    isWorking = true;
    StreamJob job;
    job.stream = stream;
    job.isWanted = isWanted;
    job.work = takeWork();
    recordForSwitch (job.work);

    if (! isReading && ! mustWait())
        services.setReading (isReading = true);

    services.decode (std::move (job),
                     [weak = weak_from_this(), post = services.post, now = generation] (StreamJob finished)
                     {
                         auto outcome = std::make_shared<Outcome> (outcomeOf (std::move (finished)));
                         post (
                             [weak, now, outcome]
                             {
                                 if (const auto self = weak.lock())
                                     self->onOutcome (now, std::move (*outcome));
                             });
                     });
}

StreamSession::Outcome StreamSession::outcomeOf (StreamJob job)
{
    return {
        std::move (job.events), job.stream->receivedSamples(), job.stream->processedSamples(), job.stopped, job.cutOff,
        std::move (job.work)
    };
}

void StreamSession::useAgain (std::vector<StreamWork> done)
{
    for (auto& work : done)
        if (spareFrames.size() < mostSpareFrames && work.samples.capacity() > 0
            && work.samples.capacity() <= longestSpareFrame)
            spareFrames.push_back (std::move (work.samples));

    done.clear();
    spareWork = std::move (done);
}

void StreamSession::onOutcome (std::uint64_t forGeneration, Outcome outcome)
{
    if (forGeneration != generation || isGone)
        return;

    isWorking = false;
    receivedSoFar = outcome.received;
    useAgain (std::move (outcome.done));

    if (const auto last = switchPoint (outcome))
    {
        // What the old stream says behind the segment's end is the new one's to say.
        for (std::size_t i = 0; i <= *last; ++i)
            tell (outcome.events[i], outcome, false);

        return switchAfter (outcome.events[*last]);
    }

    for (std::size_t i = 0; i < outcome.events.size(); ++i)
        tell (outcome.events[i], outcome, outcome.cutOff && i >= *outcome.cutOff);

    if (start.protocol >= 2 && outcome.processed - toldProcessed >= start.sampleRate / 5)
    {
        toldProcessed = outcome.processed;
        send (ProcessedMessage{ outcome.processed });
    }

    if (tape.isRunning())
        tape.dropBefore (lastAck);

    if (outcome.stopped)
        tellStopped (outcome);
    else
        pump();
}

void StreamSession::tell (const RecognizerEvent& event, const Outcome& outcome, bool isCutOff)
{
    if (start.protocol < 2)
        return tellVersion1 (event);

    TranscriptMessage message;
    message.isFinal = event.kind == RecognizerEvent::Kind::final;
    message.text = event.text;
    message.segment = event.segment;
    message.start = event.start;
    message.end = event.end;
    message.stable = event.stable;
    const auto newest = outcome.received + static_cast<std::int64_t> (queuedSamples);
    message.lagMs = 1000.0 * static_cast<double> (newest - event.end) / start.sampleRate;

    if (message.isFinal)
    {
        // Where a draining server cuts, a word may be cut in two: its segment is not acknowledged, and another backend
        // decodes it as a whole. Who has no other one has these words.
        lastAck = isCutOff ? lastAck : event.ack;
        lastLevels = isCutOff ? lastLevels : std::optional (event.levels);
        message.ack = lastAck;
        message.levels = lastLevels;
    }

    for (const auto& token : event.tokens)
        message.tokens.push_back ({ token.text, token.start, token.end, static_cast<double> (token.confidence) });

    send (message);
}

void StreamSession::tellVersion1 (const RecognizerEvent& event)
{
    // Version 1 knows one text for the whole stream, told again and again. As the reference does, each partial forgets the
    // segments that ended more than 20 s before it, and the final after stop holds what was not forgotten.
    if (event.kind == RecognizerEvent::Kind::final)
    {
        if (! event.text.empty())
            earlierSegments.push_back ({ event.text, event.end });

        return;
    }

    while (! earlierSegments.empty() && event.end - earlierSegments.front().end > partialSeconds * start.sampleRate)
        earlierSegments.pop_front();

    TranscriptMessage message;
    message.text = textVersion1 (event.text);

    if (! message.text.empty())
        send (message);
}

std::string StreamSession::textVersion1 (const std::string& newest) const
{
    std::string text;

    for (const auto& segment : earlierSegments)
        text += (text.empty() ? "" : " ") + segment.text;

    return text + (text.empty() || newest.empty() ? "" : " ") + newest;
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
            last.text = textVersion1 ({});
            send (last);
        }

        send (StoppedMessage{});
    }

    resetStream();
    hasStopped = true;

    if (closeAfterStop)
        services.close (goingAway, "the backend ends");
}

} // namespace kikitori::backend
