#include "Transcript/PassReplacement.h"

#include <algorithm>

namespace kikitori
{

namespace
{
struct Range
{
    double begin = 0.0, end = 0.0;

    bool contains (double seconds) const noexcept { return seconds >= begin && seconds < end; }
    double middle() const noexcept { return 0.5 * (begin + end); }
};

Range rangeOf (const Segment& segment)
{
    return { segment.host->seconds, hostEndSeconds (segment) };
}

bool isPlayed (const Segment& segment) noexcept { return segment.host && segment.host->pass > 0; }

bool covers (const Segment& a, const Segment& b)
{
    if (! isPlayed (a) || ! isPlayed (b))
        return false;

    const auto first = rangeOf (a), second = rangeOf (b);
    return first.contains (second.middle()) || second.contains (first.middle());
}

SegmentList listOf (std::vector<Segment> segments)
{
    std::stable_sort (segments.begin(), segments.end(),
                      [] (const Segment& a, const Segment& b) { return a.startSample < b.startSample; });
    SegmentList list;

    for (auto& segment : segments)
        list.push_back (std::move (segment));

    return list;
}
} // namespace

void PassReplacement::clear()
{
    replaced.clear();
    declined.clear();
}

void PassReplacement::makeRoom (SegmentList& finals, const Segment& arriving)
{
    if (! isPlayed (arriving))
        return;

    const auto pass = arriving.host->pass;
    const auto goes = [&] (const Segment& segment) { return covers (arriving, segment) && segment.host->pass != pass; };

    if (std::find (declined.begin(), declined.end(), pass) != declined.end()
        || std::none_of (finals.begin(), finals.end(), goes))
        return;

    if (replaced.empty() || replaced.back().pass != pass)
        replaced.push_back ({ pass, {} });
    if (replaced.size() > mostPasses)
        replaced.pop_front();

    std::vector<Segment> kept;

    for (const auto& segment : finals)
        (goes (segment) ? replaced.back().segments : kept).push_back (segment);

    finals = listOf (std::move (kept));
}

void PassReplacement::undo (SegmentList& finals)
{
    if (replaced.empty())
        return;

    auto last = std::move (replaced.back());
    replaced.pop_back();
    declined.push_back (last.pass);
    if (declined.size() > mostPasses)
        declined.pop_front();

    std::vector<Segment> all = last.segments;

    for (const auto& segment : finals)
    {
        const auto tookPlace = isPlayed (segment) && segment.host->pass == last.pass
                               && std::any_of (last.segments.begin(), last.segments.end(),
                                               [&] (const Segment& old) { return covers (segment, old); });

        if (! tookPlace)
            all.push_back (segment);
    }

    finals = listOf (std::move (all));
}

} // namespace kikitori
