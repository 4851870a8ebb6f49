// What a ConformerStream tells of what it has heard; how it hears is in ConformerStream.cpp.
#include "Backend/Decoding/ConformerStream.h"

#include "Backend/Decoding/WordBuilder.h"

#include <algorithm>
#include <cmath>

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

void ConformerStream::writeWords (std::vector<DecodedWord>& into) const
{
    if (beamDecoder)
        beamDecoder->writeBest (into);
    else
        buildWords (decoder.tokens(), model->weights->config.vocabulary, into);
}

void ConformerStream::emitPartial (std::vector<RecognizerEvent>& events)
{
    const auto now = decoder.frames();
    const auto sinceLast = (hopOf (now) - hopOf (lastPartialAt)) * 1000 / SilenceGate::hopsPerSecond;

    if (sinceLast < options.partialIntervalMs)
        return;

    auto& [words, text] = foundByThisThread();
    writeWords (words);
    joinWords (words, text);

    if (text.empty() || text == lastPartial)
        return;

    auto event = describe (words);
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

    if (! options.tokenTimes)
        return event;

    event.tokens.reserve (words.size());

    for (const auto& word : words)
        event.tokens.push_back ({ word.text, sampleOf (word.firstFrame), sampleOf (word.lastFrame + 1),
                                  model->settings.confidence.calibrated (word.confidence) });

    return event;
}

void ConformerStream::emitFinal (std::int64_t endFrame, std::int64_t boundary, std::vector<RecognizerEvent>& events)
{
    auto words = beamDecoder ? beamDecoder->finish() : buildWords (decoder.tokens(), model->weights->config.vocabulary);

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

std::int64_t ConformerStream::hopOf (std::int64_t frame) const noexcept
{
    return originHop + frame * subsamplingFactor / model->weights->config.headFrames;
}

std::int64_t ConformerStream::clientSample (std::int64_t frame) const noexcept
{
    return clientSampleOfHop (hopOf (frame));
}

std::int64_t ConformerStream::processedSamples() const noexcept
{
    return isOpen ? std::min (received, clientSample (decoder.frames())) : received;
}

std::size_t ConformerStream::memoryBytes() const noexcept
{
    return sizeof (*this) + conformer.memoryBytes() + features.capacity() * sizeof (float) + loud.capacity() / 8
           + gate.memoryBytes() + (beamDecoder ? beamDecoder->memoryBytes() : 0);
}

} // namespace kikitori::backend
