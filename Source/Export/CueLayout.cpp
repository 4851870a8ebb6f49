#include "Export/CueLayout.h"

#include <algorithm>
#include <limits>

namespace kikitori
{

namespace
{

std::string trimmed (std::string text)
{
    while (! text.empty() && text.back() == ' ')
        text.pop_back();
    return text;
}

std::string joined (Units units)
{
    std::string text;
    for (const auto& unit : units)
        text += unit.text;
    return trimmed (text);
}

/** Ends (exclusive) of the lines that units fill greedily to at most `width` columns. */
std::vector<std::size_t> wrap (Units units, int width)
{
    std::vector<std::size_t> ends;
    int filled = 0;

    for (std::size_t i = 0; i < units.size(); ++i)
    {
        const bool spaced = i > 0 && units[i - 1].text.back() == ' ';
        const int longer = filled + (spaced ? 1 : 0) + units[i].width;
        const bool newLine = i > 0 && longer > width;
        if (newLine)
            ends.push_back (i);
        filled = newLine || i == 0 ? units[i].width : longer;
    }

    ends.push_back (units.size());
    return ends;
}

bool fits (Units units, const SubtitleStyle& style)
{
    const double seconds = units.back().end - units.front().start;
    return seconds * 1000.0 <= static_cast<double> (style.longestMs)
           && wrap (units, style.lineWidth).size() <= static_cast<std::size_t> (style.linesPerCue);
}

/** How much a cue with these units is disliked: half-empty ones and cuts in the middle of a phrase. */
double costOf (Units units, const TimedUnit* next, const SubtitleStyle& style)
{
    constexpr double naturalPause = 0.6;
    const double full = static_cast<double> (style.lineWidth * style.linesPerCue);
    double columns = 0.0;
    for (const auto& unit : units)
        columns += unit.width + (unit.text.back() == ' ' ? 1 : 0);
    const double emptiness = 1.0 - std::min (1.0, columns / full);
    const double pause =
        next == nullptr ? naturalPause : std::clamp (next->start - units.back().end, 0.0, naturalPause);
    return 0.2 + emptiness * emptiness + (1.0 - pause / naturalPause);
}

} // namespace

std::size_t linesNeeded (Units units, int width) { return wrap (units, width).size(); }

std::vector<std::string> layOut (Units units, int width)
{
    auto ends = wrap (units, width);

    for (int narrow = width - 1; ends.size() > 1 && narrow > 0; --narrow)
    {
        auto narrower = wrap (units, narrow);
        if (narrower.size() > ends.size())
            break;
        ends = std::move (narrower);
    }

    std::vector<std::string> lines;
    std::size_t first = 0;
    for (const std::size_t end : ends)
    {
        lines.push_back (joined (units.subspan (first, end - first)));
        first = end;
    }
    return lines;
}

std::vector<std::size_t> chooseCuts (Units units, std::size_t together, const SubtitleStyle& style)
{
    std::vector<double> cost (units.size() + 1, std::numeric_limits<double>::infinity());
    std::vector<std::size_t> from (units.size() + 1, 0);
    cost[0] = 0.0;

    for (std::size_t end = 1; end <= units.size(); ++end)
    {
        const TimedUnit* next = end < units.size() ? &units[end] : nullptr;
        for (std::size_t start = end; start-- > 0;)
        {
            const Units candidate = units.subspan (start, end - start);
            if (candidate.size() > 1 && end > together + 1 && ! fits (candidate, style))
                break;
            if (end <= together && end < units.size())
                continue;
            const double total = cost[start] + costOf (candidate, next, style);
            if (total < cost[end])
            {
                cost[end] = total;
                from[end] = start;
            }
        }
    }

    std::vector<std::size_t> cuts;
    for (std::size_t end = units.size(); end > 0; end = from[end])
        cuts.push_back (end);
    std::reverse (cuts.begin(), cuts.end());
    return cuts;
}

} // namespace kikitori
