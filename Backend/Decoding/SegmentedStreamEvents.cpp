// What a SegmentedStream tells of what it has heard; how it hears is in SegmentedStream.cpp.
#include "Backend/Decoding/SegmentedStream.h"

#include "Backend/Decoding/WordBuilder.h"
#include "Backend/Decoding/WordTimes.h"

#include <algorithm>

namespace kikitori::backend
{

namespace
{
/** Of the chunk that this thread looks at; most of them change no text. */
struct Found
{
    std::vector<DecodedWord> words;
    std::string text;
};

Found& foundByThisThread()
{
    static thread_local Found found;
    return found;
}
} // namespace

void SegmentedStream::emitPartial (std::vector<RecognizerEvent>& events)
{
    const auto now = decoder.frames();
    const auto sinceLast = (hopOf (now) - hopOf (lastPartialAt)) * 1000 / SilenceGate::hopsPerSecond;

    if (sinceLast < options.partialIntervalMs)
        return;

    auto& [words, text] = foundByThisThread();
    decoder.writeWords (words);
    const auto more = provisional();
    std::vector<DecodedWord> ahead; // with what may still change
    auto heard = now;

    if (! more.empty())
    {
        auto decoderAhead = decoder;
        decoderAhead.process (more);
        decoderAhead.writeWords (ahead);
        heard = decoderAhead.frames();
    }

    const auto& told = more.empty() ? words : ahead;
    joinWords (told, text);

    if (text.empty() || text == lastPartial)
        return;

    auto event = describe (told, hopOf (heard));
    event.stable = codePoints (joinWords (std::span (words).first (decoder.stableWords (words))));
    lastPartial = event.text;
    lastPartialAt = now;
    events.push_back (std::move (event));
}

/** In hops; valid until this thread asks again. */
const std::vector<HopRange>& SegmentedStream::timesOf (std::span<const DecodedWord> words, std::int64_t endHop) const
{
    static thread_local std::vector<HopRange> times;
    times.clear();

    for (const auto& word : words)
        times.push_back ({ hopOf (word.firstFrame), hopOf (word.lastFrame + 1) });

    moveToSound (times, levels, { segmentHop, originHop, endHop, wordDelay });
    return times;
}

RecognizerEvent SegmentedStream::describe (std::span<const DecodedWord> words, std::int64_t endHop) const
{
    RecognizerEvent event;
    event.text = joinWords (words);
    event.segment = segment;
    // Frames reach into the silence behind the last sample.
    const auto sampleOf = [this] (std::int64_t hop) { return std::min (clientSampleOfHop (hop), received); };
    const auto& times = timesOf (words, endHop);
    event.start = sampleOf (words.empty() ? segmentHop : times.front().begin);
    event.end = sampleOf (words.empty() ? endHop : times.back().end);

    if (! options.tokenTimes)
        return event;

    event.tokens.reserve (words.size());

    for (std::size_t i = 0; i < words.size(); ++i)
        event.tokens.push_back ({ words[i].text, sampleOf (times[i].begin), sampleOf (times[i].end),
                                  settings.confidence.calibrated (words[i].confidence) });

    return event;
}

void SegmentedStream::emitFinal (std::int64_t endFrame,
                                 std::int64_t boundary,
                                 float noise,
                                 std::vector<RecognizerEvent>& events)
{
    auto event = describe (decoder.finish (endFrame), hopOf (endFrame));
    event.kind = RecognizerEvent::Kind::final;
    event.stable = codePoints (event.text);
    event.ack = std::min (boundary, received);
    event.levels = { noise, speech.decibels() };
    events.push_back (std::move (event));
    ++segment;
}

void SegmentedStream::emitSilence (std::int64_t boundary, std::vector<RecognizerEvent>& events)
{
    RecognizerEvent event;
    event.kind = RecognizerEvent::Kind::final;
    event.segment = segment++;
    event.start = clientSampleOfHop (segmentHop);
    event.end = boundary;
    event.ack = boundary;
    event.levels = { gate.noise(), speech.decibels() };
    events.push_back (std::move (event));
}

} // namespace kikitori::backend
