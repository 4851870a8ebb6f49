#include "Transcript/Transcript.h"

#include <algorithm>
#include <utility>

namespace kikitori
{

TranscriptStore::TranscriptStore() : current (std::make_shared<const TranscriptSnapshot>()) {}

TranscriptSnapshot TranscriptStore::change() const
{
    auto next = *current;
    ++next.version;
    return next;
}

void TranscriptStore::publish (TranscriptSnapshot next)
{
    current = std::make_shared<const TranscriptSnapshot> (std::move (next));
}

void TranscriptStore::clear (bool canBeUndone)
{
    TranscriptSnapshot next;
    next.version = current->version + 1;
    cleared = canBeUndone ? current->finals : SegmentList();
    next.restorable = cleared.size();
    next.takes = current->takes;
    passes.clear();
    publish (std::move (next));
}

void TranscriptStore::undoClear()
{
    if (cleared.empty())
        return;

    auto next = change();
    auto since = std::exchange (next.finals, std::exchange (cleared, {}));
    for (const auto& segment : since)
        next.finals.push_back (segment);
    next.restorable = 0;
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

void TranscriptStore::addFinal (Segment segment)
{
    auto next = change();
    next.partial.reset();

    // Segments are in order of their start: one that comes again, or starts earlier than what is there, replaces it.
    auto keep = next.finals.size();

    while (keep > 0
           && (next.finals[keep - 1].id == segment.id || next.finals[keep - 1].startSample > segment.startSample))
        --keep;

    next.finals.truncate (keep);
    noteGapBefore (segment);

    if (! keepAllPasses)
        passes.makeRoom (next.finals, segment);

    next.finals.push_back (std::move (segment));
    next.undoable = passes.undoable();
    publish (std::move (next));
}

void TranscriptStore::undoReplacement()
{
    if (passes.undoable() == 0)
        return;

    auto next = change();
    passes.undo (next.finals);
    next.undoable = passes.undoable();
    publish (std::move (next));
}

void TranscriptStore::replaceFrom (std::int64_t resumeAt)
{
    auto keep = current->finals.size();

    while (keep > 0 && current->finals[keep - 1].startSample >= resumeAt)
        --keep;

    if (keep == current->finals.size())
        return;

    auto next = change();
    next.finals.truncate (keep);
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
