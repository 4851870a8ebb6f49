#include "Transcript/PassReplacement.h"

#include "Core/PlainText.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <unordered_set>
#include <utility>

namespace kikitori
{

namespace
{
/** Rounding leaves no hole between two ranges. */
constexpr double tolerance = 0.001;

std::string textOf (const Segment& segment, const SegmentWord& word)
{
    auto text = asciiLower (segment.text.substr (word.textBegin, word.textEnd - word.textBegin));
    std::erase_if (text, [] (unsigned char c) { return c < 0x80u && std::ispunct (c) != 0; });
    return text;
}

double overlapOf (const HostRange& a, const HostRange& b)
{
    return std::max (0.0, std::min (a.end, b.end) - std::max (a.begin, b.begin));
}
} // namespace

/** Says which words of a segment go. */
class PassReplacement::Judge
{
public:
    Judge (const PassReplacement& replacement, std::vector<NewWord> words)
        : owner (replacement), newWords (std::move (words))
    {
    }

    /** False: they are what they were. */
    bool judge (const Segment& segment, std::vector<bool>& stays) const
    {
        const auto words = wordsOf (segment);
        stays.resize (words.size(), true);
        bool changed = false;

        const bool isSpread = ! words.empty() && words.front().tokens == 0;

        if (isSpread && ! isHalfHeard (hostRangeOf (segment)))
            return false;

        for (std::size_t i = 0; i < words.size(); ++i)
        {
            const auto range = hostRangeOf (segment, words[i]);

            if (stays[i] && (isSpread || range.overlaps (owner.news)) && goes (range, segment, words[i]))
            {
                stays[i] = false;
                changed = true;
            }
        }

        return changed;
    }

private:
    bool goes (const HostRange& range, const Segment& segment, const SegmentWord& word) const
    {
        const auto middle = range.middle();
        const bool isInside = middle >= owner.passBegin + edgeSeconds && middle < owner.heard.back().end - edgeSeconds;

        if (isInside && isHeardAt (middle))
            return isHeard (range)
                   || std::any_of (newWords.begin(), newWords.end(),
                                   [&] (const NewWord& one) { return one.range.overlaps (range); });

        if (isInside)
            return false;

        const auto text = textOf (segment, word);
        return std::any_of (newWords.begin(), newWords.end(), [&] (const NewWord& one)
                            { return one.text == text && 2.0 * overlapOf (one.range, range) > range.length(); });
    }

    bool isHeardAt (double seconds) const
    {
        return std::any_of (owner.heard.begin(), owner.heard.end(),
                            [seconds] (const HostRange& one) { return one.contains (seconds); });
    }

    bool isHeard (const HostRange& range) const
    {
        return std::any_of (
            owner.heard.begin(), owner.heard.end(), [&] (const HostRange& one)
            { return range.begin >= one.begin - tolerance && range.end <= one.end + tolerance; });
    }

    bool isHalfHeard (const HostRange& range) const
    {
        auto sum = 0.0;
        for (const auto& one : owner.heard)
            sum += overlapOf (one, range);
        return 2.0 * sum >= range.length();
    }

    const PassReplacement& owner;
    const std::vector<NewWord> newWords;
};

void PassReplacement::clear()
{
    pass = 0;
    heard.clear();
}

void PassReplacement::hear (const HeardStretch& stretch)
{
    if (stretch.ranges.empty())
        return;

    if (stretch.pass != pass || heard.empty())
    {
        heard.clear();
        pass = stretch.pass;
        passBegin = stretch.passBegin;
    }

    const auto begin = stretch.ranges.front().begin;
    news = { (heard.empty() ? begin : std::min (begin, heard.back().end)) - edgeSeconds, stretch.ranges.back().end };

    for (const auto& range : stretch.ranges)
    {
        if (! heard.empty() && range.begin <= heard.back().end + tolerance)
            heard.back().end = std::max (heard.back().end, range.end);
        else
            heard.push_back (range);
    }
}

bool PassReplacement::take (SegmentList& finals, const Segment& arriving, std::vector<SegmentChange>& changes) const
{
    std::vector<SegmentList::Pointer> candidates, own;
    std::unordered_set<const Segment*> left;

    for (const auto& change : changes)
        for (const auto& piece : change.pieces)
            left.insert (piece.get());

    for (std::size_t i = 0; i < finals.size(); ++i)
    {
        const auto& segment = finals.pointer (i);

        if (! wasPlayed (*segment))
            continue;
        if (segment->host->pass == pass)
            own.push_back (segment);
        else if (hostRangeOf (*segment).overlaps (news) && ! left.contains (segment.get()))
            candidates.push_back (segment);
    }

    std::vector<SegmentChange> next;
    for (const auto& change : changes)
        if (! change.pieces.empty() && hostRangeOf (*change.original).overlaps (news))
            next.push_back (change);
    for (const auto& segment : candidates)
        next.push_back ({ segment });

    if (next.empty())
        return false;

    HostRange reach = news;
    for (const auto& change : next)
    {
        const auto range = hostRangeOf (*change.original);
        reach = { std::min (reach.begin, range.begin), std::max (reach.end, range.end) };
    }

    std::vector<NewWord> words;
    const auto addWords = [&] (const Segment& segment)
    {
        if (wasPlayed (segment) && segment.host->pass == pass && hostRangeOf (segment).overlaps (reach))
            for (const auto& word : wordsOf (segment))
                words.push_back ({ hostRangeOf (segment, word), textOf (segment, word) });
    };

    for (const auto& segment : own)
        addWords (*segment);
    addWords (arriving);

    const Judge judge (*this, std::move (words));
    std::vector<SegmentList::Pointer> gone, come;

    for (auto& change : next)
    {
        if (! judge.judge (*change.original, change.stays))
            continue;

        const bool isNew = change.pieces.empty();
        auto pieces = piecesOf (*change.original, wordsOf (*change.original), change.stays);

        if (isNew)
            gone.push_back (change.original);
        else
            gone.insert (gone.end(), change.pieces.begin(), change.pieces.end());

        change.pieces.clear();
        for (auto& piece : pieces)
            change.pieces.push_back (std::make_shared<const Segment> (std::move (piece)));
        come.insert (come.end(), change.pieces.begin(), change.pieces.end());

        const auto before = std::find_if (changes.begin(), changes.end(),
                                          [&] (const SegmentChange& one) { return one.original == change.original; });
        if (before != changes.end())
            *before = std::move (change);
        else
            changes.push_back (std::move (change));
    }

    if (gone.empty())
        return false;

    finals.exchange (gone, std::move (come));
    return true;
}

} // namespace kikitori
