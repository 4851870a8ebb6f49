// What a ConformerStream tells of what it has heard; how it hears is in ConformerStream.cpp.
#include "Backend/Decoding/ConformerStream.h"

#include "Backend/Decoding/WordBuilder.h"

#include <algorithm>
#include <cmath>

namespace kikitori::backend
{

std::vector<DecodedWord> ConformerStream::wordsSoFar() const
{
    return beamDecoder ? beamDecoder->best() : buildWords (decoder.tokens(), model->weights->config.vocabulary);
}

void ConformerStream::emitPartial (std::vector<RecognizerEvent>& events)
{
    const auto now = decoder.frames();
    const auto sinceLast = (hopOf (now) - hopOf (lastPartialAt)) * 1000 / SilenceGate::hopsPerSecond;

    if (sinceLast < options.partialIntervalMs)
        return;

    const auto words = wordsSoFar();
    auto event = describe (words);

    if (event.text.empty() || event.text == lastPartial)
        return;

    event.stable = codePoints (joinWords (std::span (words).first (stableWords (words))));
    lastPartial = event.text;
    lastPartialAt = now;
    events.push_back (std::move (event));
}

std::size_t ConformerStream::stableWords (std::span<const DecodedWord> words) const
{
    // Best-path decoding only ever appends.
    auto count = beamDecoder ? beamDecoder->stableWords() : words.size();

    // What a cut at the cap may hand to the next segment is not promised to this one.
    const auto seconds = rules.longestSegment - rules.cutSearch;
    const auto firstHop = originHop + std::llround (seconds * SilenceGate::hopsPerSecond);

    while (options.endpointing && count > 0 && hopOf (words[count - 1].lastFrame) >= firstHop)
        --count;

    return count;
}

RecognizerEvent ConformerStream::describe (std::span<const DecodedWord> words) const
{
    RecognizerEvent event;
    event.text = joinWords (words);
    event.segment = segment;
    // Frames reach into the silence behind the last sample.
    const auto sampleOf = [this] (std::int64_t frame) { return std::min (clientSample (frame), received); };
    event.start = words.empty() ? clientSampleOfHop (segmentHop) : sampleOf (words.front().firstFrame);
    event.end = sampleOf (words.empty() ? decoder.frames() : words.back().lastFrame + 1);

    if (options.tokenTimes)
        for (const auto& word : words)
            event.tokens.push_back ({ word.text, sampleOf (word.firstFrame), sampleOf (word.lastFrame + 1),
                                      model->settings.confidence.calibrated (word.confidence) });

    return event;
}

void ConformerStream::emitFinal (std::int64_t endFrame, std::int64_t boundary, std::vector<RecognizerEvent>& events)
{
    auto words = beamDecoder ? beamDecoder->finish() : wordsSoFar();

    // What begins behind the cut is decoded again in the next segment.
    while (! words.empty() && words.back().firstFrame >= endFrame)
        words.pop_back();

    auto event = describe (words);
    event.kind = RecognizerEvent::Kind::final;
    event.stable = codePoints (event.text);
    event.ack = std::min (boundary, received);
    events.push_back (std::move (event));
    ++segment;
}

void ConformerStream::emitSilence (std::int64_t boundary, std::vector<RecognizerEvent>& events)
{
    RecognizerEvent event;
    event.kind = RecognizerEvent::Kind::final;
    event.segment = segment++;
    event.start = clientSampleOfHop (segmentHop);
    event.end = boundary;
    event.ack = boundary;
    events.push_back (std::move (event));
}

} // namespace kikitori::backend
