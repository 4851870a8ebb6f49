#include "Transcript/Takes.h"

#include <algorithm>
#include <utility>

namespace kikitori
{

TranscriptTake takeOf (const std::vector<TranscriptTake>& takes, std::int64_t sample)
{
    const auto after =
        std::upper_bound (takes.begin(), takes.end(), sample,
                          [] (std::int64_t place, const TranscriptTake& take) { return place < take.firstSample; });
    return after == takes.begin() ? TranscriptTake() : *std::prev (after);
}

std::vector<TranscriptTake> takesWithWords (const TranscriptSnapshot& transcript)
{
    std::vector<TranscriptTake> found;

    if (transcript.takes.empty())
        return found;

    const auto add = [&] (const Segment& segment)
    {
        if (segment.text.empty())
            return;
        if (const auto take = takeOf (transcript.takes, segment.startSample); found.empty() || found.back() != take)
            found.push_back (take);
    };

    std::for_each (transcript.finals.begin(), transcript.finals.end(), add);
    if (transcript.partial)
        add (*transcript.partial);

    return found;
}

std::shared_ptr<const TranscriptSnapshot> takeAlone (const TranscriptSnapshot& transcript, const TranscriptTake& take)
{
    auto alone = std::make_shared<TranscriptSnapshot>();
    alone->version = transcript.version;
    alone->takes = { { 0, take.startedAt } };
    const auto isOfIt = [&] (std::int64_t sample) { return takeOf (transcript.takes, sample) == take; };
    const auto moved = [&] (Segment segment)
    {
        shift (segment, -take.firstSample);
        return segment;
    };

    for (const auto& segment : transcript.finals)
        if (isOfIt (segment.startSample))
            alone->finals.push_back (moved (segment));

    if (transcript.partial && isOfIt (transcript.partial->startSample))
        alone->partial = moved (*transcript.partial);

    for (auto gap : transcript.gaps)
        if (isOfIt (gap.startSample))
        {
            gap.startSample -= take.firstSample;
            alone->gaps.push_back (std::move (gap));
        }

    return alone;
}

void shift (Segment& segment, std::int64_t samples)
{
    const auto move = [samples] (auto& piece) // a segment or a word
    {
        piece.startSample += samples;
        piece.endSample += samples;
        piece.startSeconds = static_cast<double> (piece.startSample) / streamSampleRate;
        piece.endSeconds = static_cast<double> (piece.endSample) / streamSampleRate;
    };

    move (segment);
    for (auto& token : segment.tokens)
        move (token);
}

} // namespace kikitori
