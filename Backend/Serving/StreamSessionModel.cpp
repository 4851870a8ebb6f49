// Another model in the middle of a stream: it takes over where a segment ends, and hears everything that follows.
#include "Backend/Serving/StreamSession.h"
#include "Core/Log.h"

#include <utility>

namespace kikitori::backend
{

namespace
{
/** Do both ask for the same words? */
bool askForSame (const StartMessage& a, const StartMessage& b)
{
    return a.modelName == b.modelName && a.language == b.language;
}
} // namespace

bool StreamSession::isSwitch (const StartMessage& message) const
{
    const auto isOther = ! askForSame (message, start) || isSwitching;
    return phase == Phase::streaming && start.protocol >= 2 && message.protocol >= 2 && ! message.session.empty()
           && message.session == start.session && isOther && ! message.resumeAt
           && message.sampleRate == start.sampleRate && message.format == start.format && ! problemWith (message);
}

void StreamSession::requestSwitch (StartMessage message)
{
    ++switchGeneration;
    nextModel.reset();
    tape.stop();
    isSwitching = ! askForSame (message, start);

    if (! isSwitching)
        return;

    nextStart = std::move (message);
    loadNext();
}

void StreamSession::loadNext()
{
    if (std::exchange (isLoadingNext, true))
        return;

    services.loadModel (nextStart.modelName, nextStart.language,
                        [weak = weak_from_this(), post = services.post, now = switchGeneration] (auto model)
                        {
                            post (
                                [weak, now, model = std::move (model)]
                                {
                                    if (const auto self = weak.lock())
                                        self->onNextModel (now, model);
                                });
                        });
}

void StreamSession::onNextModel (std::uint64_t forSwitch, Result<std::shared_ptr<const RecognizerModel>> model)
{
    isLoadingNext = false;

    if (forSwitch != switchGeneration && isSwitching && ! isGone)
        return loadNext();
    if (forSwitch != switchGeneration || ! isSwitching || isGone)
        return;

    if (! model)
    {
        isSwitching = false;
        const auto message = model.error().message + " The model " + start.modelName + " stays in service.";
        log::write (log::Level::warning, "serving", model.error().code, message);
        return send (ErrorMessage{ model.error().code, message, {} });
    }

    nextModel = std::move (model).value();
}

void StreamSession::recordForSwitch (const std::vector<StreamWork>& work)
{
    if (nextModel != nullptr && ! tape.isRunning())
        tape.begin (receivedSoFar);

    tape.add (work);
}

std::optional<std::size_t> StreamSession::switchPoint (const Outcome& outcome) const
{
    if (nextModel == nullptr || outcome.stopped)
        return std::nullopt;

    for (std::size_t i = 0; i < outcome.events.size(); ++i)
        if (outcome.events[i].kind == RecognizerEvent::Kind::final && tape.covers (outcome.events[i].ack))
            return i;

    return std::nullopt;
}

void StreamSession::switchAfter (const RecognizerEvent& lastFinal)
{
    start.modelName = nextStart.modelName;
    start.language = nextStart.language;
    start.hotwords = nextStart.hotwords;
    start.hotwordsLeftOut = nextStart.hotwordsLeftOut;
    start.chunkMs = nextStart.chunkMs;
    auto options = streamOptions();
    options.firstSample = lastFinal.ack;
    options.firstSegment = lastFinal.segment + 1;
    options.levels = lastFinal.levels;
    auto again = tape.takeFrom (lastFinal.ack);

    for (auto work = again.rbegin(); work != again.rend(); ++work)
    {
        queuedSamples += work->samples.size();
        queue.push_front (std::move (*work));
    }

    stream.reset();
    isSwitching = false;
    makeStream (std::exchange (nextModel, nullptr), std::move (options), &StreamSession::onSwitched);
}

void StreamSession::onSwitched (std::uint64_t forGeneration,
                                const RecognizerCard& card,
                                int chunkMs,
                                Result<std::shared_ptr<RecognizerStream>> made)
{
    if (forGeneration != generation || isGone)
        return;

    if (! made)
        return fail (made.error().code, made.error().message, 1011);

    stream = std::move (made).value();
    log::write (log::Level::info, "serving", "switch_model", "The stream goes on with the model " + start.modelName);
    send (ReadyMessage{ 2, card.name, start.sampleRate, card.nearestChunkMs (chunkMs),
                        static_cast<std::int64_t> (limits.replaySeconds * 1000.0),
                        static_cast<std::int64_t> (limits.aheadSeconds * 1000.0),
                        static_cast<std::int64_t> (start.hotwordsLeftOut) });
    pump();
}

} // namespace kikitori::backend
