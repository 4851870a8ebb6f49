#include "Transcript/TranscriptHistory.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace kikitori
{

namespace
{
enum class Direction
{
    forward,
    back
};

void apply (SegmentList& finals, const std::vector<SegmentChange>& changes, Direction direction)
{
    std::vector<SegmentList::Pointer> whole, pieces;

    for (const auto& change : changes)
    {
        whole.push_back (change.original);
        pieces.insert (pieces.end(), change.pieces.begin(), change.pieces.end());
    }

    if (direction == Direction::forward)
        finals.exchange (whole, std::move (pieces));
    else
        finals.exchange (pieces, std::move (whole));
}

/** Where the words were that a pass took; shorter pauses than this are no end. */
std::vector<HostRange> rangesTaken (const TranscriptEdit& edit)
{
    constexpr auto pause = 1.0; // seconds
    std::vector<HostRange> taken, joined;

    for (const auto& change : edit.changes)
    {
        const auto words = wordsOf (*change.original);
        for (std::size_t i = 0; i < words.size(); ++i)
            if (! change.stays[i])
                taken.push_back (hostRangeOf (*change.original, words[i]));
    }

    std::sort (taken.begin(), taken.end(), [] (const auto& a, const auto& b) { return a.begin < b.begin; });

    for (const auto& range : taken)
    {
        if (! joined.empty() && range.begin <= joined.back().end + pause)
            joined.back().end = std::max (joined.back().end, range.end);
        else
            joined.push_back (range);
    }

    return joined;
}

bool isIn (const std::vector<HostRange>& ranges, double seconds)
{
    const auto after = std::upper_bound (ranges.begin(), ranges.end(), seconds,
                                         [] (double place, const HostRange& range) { return place < range.begin; });
    return after != ranges.begin() && std::prev (after)->contains (seconds);
}

/** The words of a pass that stand where it took others. */
std::vector<SegmentChange> ownWords (const SegmentList& finals, const TranscriptEdit& edit)
{
    const auto taken = rangesTaken (edit);
    std::vector<SegmentChange> own;

    for (std::size_t i = 0; i < finals.size(); ++i)
    {
        const auto& segment = finals.pointer (i);

        if (! wasPlayed (*segment) || segment->host->pass != edit.pass)
            continue;

        const auto words = wordsOf (*segment);
        std::vector<bool> stays;
        for (const auto& word : words)
            stays.push_back (! isIn (taken, hostRangeOf (*segment, word).middle()));

        if (std::find (stays.begin(), stays.end(), false) == stays.end())
            continue;

        SegmentChange change{ segment };
        for (auto& piece : piecesOf (*segment, words, stays))
            change.pieces.push_back (std::make_shared<const Segment> (std::move (piece)));
        own.push_back (std::move (change));
    }

    return own;
}
} // namespace

void TranscriptHistory::clear()
{
    done.clear();
    undone.clear();
    wasCut = false;
}

std::vector<SegmentChange>* TranscriptHistory::changesOf (std::int64_t pass) noexcept
{
    return ! done.empty() && done.back().pass == pass && pass > 0 ? &done.back().changes : nullptr;
}

void TranscriptHistory::took (std::int64_t pass, std::vector<SegmentChange> first)
{
    if (changesOf (pass) == nullptr)
        return push ({ pass, std::move (first), {} });

    undone.clear();
    done.back().own.reset();
}

void TranscriptHistory::cleared (const SegmentList& finals, std::vector<TranscriptGap> gaps)
{
    TranscriptEdit edit{ 0, {}, std::move (gaps) };

    for (std::size_t i = 0; i < finals.size(); ++i)
        edit.changes.push_back ({ finals.pointer (i) });

    push (std::move (edit));
}

void TranscriptHistory::push (TranscriptEdit edit)
{
    undone.clear();
    done.push_back (std::move (edit));

    if (done.size() > mostEdits)
    {
        done.pop_front();
        wasCut = true;
    }
}

bool TranscriptHistory::isDeclined (std::int64_t pass) const
{
    return std::any_of (undone.begin(), undone.end(), [pass] (const auto& edit) { return edit.pass == pass; });
}

void TranscriptHistory::undo (SegmentList& finals, std::vector<TranscriptGap>& gaps)
{
    auto edit = std::move (done.back());
    done.pop_back();

    if (edit.pass > 0 && ! edit.own)
        edit.own = ownWords (finals, edit);
    if (edit.own)
        apply (finals, *edit.own, Direction::forward);

    apply (finals, edit.changes, Direction::back);
    gaps.insert (gaps.begin(), edit.gaps.begin(), edit.gaps.end());
    undone.push_back (std::move (edit));
}

void TranscriptHistory::redo (SegmentList& finals, std::vector<TranscriptGap>& gaps)
{
    auto edit = std::move (undone.back());
    undone.pop_back();
    apply (finals, edit.changes, Direction::forward);

    if (edit.own)
        apply (finals, *edit.own, Direction::back);

    gaps.erase (gaps.begin(), gaps.begin() + std::min (std::ssize (gaps), std::ssize (edit.gaps)));
    done.push_back (std::move (edit));
}

void TranscriptHistory::forgetFrom (std::int64_t sample)
{
    const auto comesAgain = [sample] (const SegmentChange& change)
    {
        const auto& original = *change.original;
        return original.startSample >= sample || (! original.confirmed && original.endSample > sample);
    };
    const auto forget = [&] (TranscriptEdit& edit)
    {
        std::erase_if (edit.changes, comesAgain);
        if (edit.own)
            std::erase_if (*edit.own, comesAgain);
    };

    std::for_each (done.begin(), done.end(), forget);
    std::for_each (undone.begin(), undone.end(), forget);
}

} // namespace kikitori
