#include "Transcript/Transcript.h"

#include "Transcript/SegmentWords.h"

#include <algorithm>
#include <utility>

namespace kikitori
{

namespace
{
/** What of a segment was said before a sample: one segment, or none. */
std::vector<Segment> before (const Segment& segment, std::int64_t sample)
{
    const auto words = wordsOf (segment);
    std::vector<bool> stays;

    for (const auto& word : words)
        stays.push_back ((stays.empty() || stays.back()) && word.startSample + word.endSample <= 2 * sample);

    auto pieces = piecesOf (segment, words, stays);

    for (auto& piece : pieces)
    {
        piece.endSample = std::min (piece.endSample, sample);
        piece.endSeconds =
            piece.startSeconds + static_cast<double> (piece.endSample - piece.startSample) / streamSampleRate;
    }

    return pieces;
}
} // namespace

TranscriptStore::TranscriptStore() : current (std::make_shared<const TranscriptSnapshot>()) {}

TranscriptSnapshot TranscriptStore::change() const
{
    auto next = *current;
    ++next.version;
    return next;
}

void TranscriptStore::publish (TranscriptSnapshot next)
{
    next.undoable = history.undoable();
    next.redoable = history.redoable();
    next.isUndoCut = history.isCut();
    current = std::make_shared<const TranscriptSnapshot> (std::move (next));
}

void TranscriptStore::clear (bool canBeUndone)
{
    auto next = change();

    if (! canBeUndone)
    {
        history.clear();
        passes.clear();
    }
    else if (! next.finals.empty() || ! next.gaps.empty())
    {
        history.cleared (next.finals, next.gaps);
    }

    next.finals = {};
    next.partial.reset();
    next.gaps.clear();
    publish (std::move (next));
}

void TranscriptStore::load (const TranscriptSnapshot& saved)
{
    const auto startsBefore = [] (const Segment& a, const Segment& b) { return a.startSample < b.startSample; };
    auto next = saved;
    next.version = current->version + 1;

    if (! std::is_sorted (next.finals.begin(), next.finals.end(), startsBefore))
    {
        std::vector<Segment> segments (next.finals.begin(), next.finals.end());
        std::stable_sort (segments.begin(), segments.end(), startsBefore);
        next.finals = {};
        for (auto& segment : segments)
            next.finals.push_back (std::move (segment));
    }

    history.clear();
    passes.clear();
    publish (std::move (next));
}

void TranscriptStore::beginTake (TranscriptTake take)
{
    auto next = change();
    std::erase_if (next.takes, [&] (const TranscriptTake& other) { return other.firstSample >= take.firstSample; });
    next.takes.push_back (take);
    publish (std::move (next));
}

void TranscriptStore::setPartial (Segment segment)
{
    segment.confirmed = false;
    noteGapBefore (segment);

    if (current->partial && *current->partial == segment)
        return;

    auto next = change();
    next.partial = std::move (segment);
    publish (std::move (next));
}

void TranscriptStore::clearPartial()
{
    if (! current->partial)
        return;

    auto next = change();
    next.partial.reset();
    publish (std::move (next));
}

void TranscriptStore::addFinal (Segment segment, const std::optional<HeardStretch>& heard)
{
    auto next = change();
    next.partial.reset();
    noteGapBefore (segment);
    const bool took = ! keepAllPasses && wasPlayed (segment) && takePlaces (next.finals, segment, heard);

    if (segment.text.empty() && ! took && ! current->partial)
        return;

    if (! segment.text.empty())
        next.finals.exchange ({}, { std::make_shared<const Segment> (std::move (segment)) });

    publish (std::move (next));
}

bool TranscriptStore::takePlaces (SegmentList& finals,
                                  const Segment& arriving,
                                  const std::optional<HeardStretch>& heard)
{
    const auto pass = arriving.host->pass;
    const auto own = hostRangeOf (arriving);
    const auto stretch = heard.value_or (HeardStretch{ pass, own.begin, { own } });
    passes.hear (stretch);

    if (stretch.ranges.empty() || history.isDeclined (pass))
        return false;

    std::vector<SegmentChange> first;
    auto* changes = history.changesOf (pass);
    const bool took = passes.take (finals, arriving, changes != nullptr ? *changes : first);

    if (took)
        history.took (pass, std::move (first));

    return took;
}

void TranscriptStore::undo()
{
    if (history.undoable() == 0)
        return;

    auto next = change();
    history.undo (next.finals, next.gaps);
    publish (std::move (next));
}

void TranscriptStore::redo()
{
    if (history.redoable() == 0)
        return;

    auto next = change();
    history.redo (next.finals, next.gaps);
    publish (std::move (next));
}

void TranscriptStore::replaceFrom (std::int64_t resumeAt)
{
    const auto& finals = current->finals;
    auto keep = finals.size();

    while (keep > 0 && finals[keep - 1].startSample >= resumeAt)
        --keep;

    const bool isCut = keep > 0 && ! finals[keep - 1].confirmed && finals[keep - 1].endSample > resumeAt;

    if (keep == finals.size() && ! isCut)
        return;

    history.forgetFrom (resumeAt);
    auto next = change();
    next.finals.truncate (isCut ? keep - 1 : keep);

    if (isCut)
        for (auto& piece : before (finals[keep - 1], resumeAt))
            next.finals.push_back (std::move (piece));

    publish (std::move (next));
}

void TranscriptStore::keepPartial()
{
    if (! current->partial)
        return;

    auto next = change();
    auto last = std::move (*next.partial);
    next.partial.reset();

    if (! last.text.empty())
        next.finals.push_back (std::move (last));

    publish (std::move (next));
}

void TranscriptStore::addGap (TranscriptGap gap)
{
    if (gap.samples <= 0)
        return;

    auto next = change();
    auto& gaps = next.gaps;

    const auto touches = ! gaps.empty() && gap.startSample >= gaps.back().startSample
                         && gap.startSample <= gaps.back().startSample + gaps.back().samples;

    if (touches || gaps.size() >= mostGaps)
    {
        const auto end = std::max (gap.startSample + gap.samples, gaps.back().startSample + gaps.back().samples);
        gaps.back().samples = end - gaps.back().startSample;
    }
    else
    {
        gaps.push_back (gap);
    }

    publish (std::move (next));
}

void TranscriptStore::noteGapBefore (Segment& segment) const
{
    const auto& finals = current->finals;
    auto previousEnd = std::int64_t{ 0 };

    for (auto i = finals.size(); i > 0; --i)
    {
        if (finals[i - 1].startSample < segment.startSample)
        {
            previousEnd = finals[i - 1].startSample;
            break;
        }
    }

    segment.gapBefore = std::any_of (current->gaps.begin(), current->gaps.end(),
                                     [&] (const TranscriptGap& gap)
                                     { return gap.startSample >= previousEnd && gap.startSample < segment.endSample; });
}

} // namespace kikitori
