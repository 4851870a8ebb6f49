#include "Session/TranscriptFeed.h"

#include <algorithm>

namespace kikitori
{

void TranscriptFeed::begin (bool keep, bool keepAllPasses, std::chrono::system_clock::time_point now)
{
    store.setKeepAllPasses (keepAllPasses);

    if (keep)
    {
        // A later stream begins after everything of the earlier ones.
        const auto current = store.snapshot();
        const auto last = current->finals.empty() ? -1 : current->finals.back().id;
        sampleBase = current->finals.empty() ? furthest : std::max (furthest, current->finals.back().endSample);
        segmentBase = last + 1;
    }
    else
    {
        store.clear();
        timeline.clear();
        sampleBase = segmentBase = furthest = 0;
    }

    nextNumber = 0;
    store.beginTake ({ sampleBase, now });
}

std::int64_t TranscriptFeed::add (const TranscriptMessage& message)
{
    Segment segment;
    const auto number = std::max<std::int64_t> (0, message.segment.value_or (nextNumber));
    segment.id = number;
    segment.text = message.text;
    segment.startSample = std::max<std::int64_t> (0, message.start);
    segment.endSample = std::max (segment.startSample, message.end);
    segment.stableCharacters = static_cast<std::size_t> (std::max<std::int64_t> (0, message.stable));

    for (const auto& token : message.tokens)
    {
        TranscriptToken placed;
        placed.text = token.text;
        placed.startSample = std::max<std::int64_t> (0, token.start);
        placed.endSample = std::max (placed.startSample, token.end);
        placed.confidence = std::clamp (token.confidence, 0.0, 1.0);
        segment.tokens.push_back (std::move (placed));
    }

    place (std::move (segment), message.isFinal);

    if (! message.isFinal)
        return -1;

    nextNumber = number + 1;
    return message.ack.value_or (message.end);
}

void TranscriptFeed::add (const TranscriptMessage& message, const AudioUplink::Utterance& utterance)
{
    Segment segment;
    segment.id = nextNumber;
    segment.text = message.text;
    segment.startSample = utterance.start;
    segment.endSample = std::max (utterance.start, utterance.end);
    place (std::move (segment), message.isFinal);

    if (message.isFinal)
        ++nextNumber;
}

void TranscriptFeed::place (Segment segment, bool isFinal)
{
    segment.id += segmentBase;
    segment.startSample += sampleBase;
    segment.endSample += sampleBase;

    for (auto& token : segment.tokens)
    {
        token.startSample += sampleBase;
        token.endSample += sampleBase;
    }

    furthest = std::max (furthest, segment.endSample);
    timeline.place (segment);

    if (! isFinal)
        return store.setPartial (std::move (segment));

    if (segment.text.empty())
        return store.clearPartial();

    store.addFinal (std::move (segment));
}

void TranscriptFeed::endUtterance()
{
    const auto current = store.snapshot();

    if (current->partial && ! current->partial->text.empty())
        ++nextNumber;

    store.keepPartial();
}

void TranscriptFeed::addGap (std::int64_t position, std::int64_t samples)
{
    store.addGap ({ position + sampleBase, samples });
}

void TranscriptFeed::addPlayhead (std::int64_t position, const PlayheadInfo& playhead, double hostRate)
{
    HostAnchor anchor;
    anchor.streamSample = position + sampleBase;
    anchor.isPlaying = playhead.isPlaying;
    anchor.goesOn = playhead.goesOn;
    anchor.hostRate = hostRate;
    anchor.rate = playhead.rate;
    anchor.timeInSamples = playhead.timeInSamples;
    anchor.timeInSeconds = playhead.timeInSeconds;
    anchor.quarterNotes = playhead.quarterNotes;
    anchor.quarterNotesAtBar = playhead.quarterNotesAtBar;
    anchor.beatsPerMinute = playhead.beatsPerMinute;
    anchor.barNumerator = playhead.barNumerator;
    anchor.barDenominator = playhead.barDenominator;
    timeline.addHostAnchor (anchor);
}

void TranscriptFeed::addWallClock (std::int64_t position, std::chrono::system_clock::time_point time)
{
    furthest = std::max (furthest, position + sampleBase);
    timeline.addWallClock (position + sampleBase, time);
}

void TranscriptFeed::resumed (std::int64_t resumeAt) { store.replaceFrom (resumeAt + sampleBase); }

void TranscriptFeed::end() { store.keepPartial(); }

void TranscriptFeed::clear (bool canBeUndone) { store.clear (canBeUndone); }

} // namespace kikitori
