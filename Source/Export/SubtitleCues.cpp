#include "Export/SubtitleCues.h"

#include "Export/Utf8.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

namespace kikitori
{

namespace
{

using Units = std::span<const TimedUnit>;

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

/** As few lines as the style's width needs, and among those the most even ones. */
std::vector<std::string> layOut (Units units, const SubtitleStyle& style)
{
    auto ends = wrap (units, style.lineWidth);

    for (int width = style.lineWidth - 1; ends.size() > 1 && width > 0; --width)
    {
        auto narrower = wrap (units, width);
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

/** Ends (exclusive) of the cues that a segment's units are cut into. */
std::vector<std::size_t> chooseCuts (Units units, const SubtitleStyle& style)
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
            if (candidate.size() > 1 && ! fits (candidate, style))
                break;
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

std::int64_t toMs (double seconds)
{
    constexpr double hundredHours = 360000.0;
    return std::llround (std::clamp (seconds, 0.0, hundredHours) * 1000.0);
}

/** Takes overlaps away and lengthens short cues where there is room. */
void settleTimes (std::vector<SubtitleCue>& cues, const SubtitleStyle& style)
{
    std::stable_sort (cues.begin(), cues.end(), [] (const auto& a, const auto& b) { return a.startMs < b.startMs; });

    // Starts first: distinct and in order, so that every cue keeps at least one millisecond.
    for (std::size_t i = 1; i < cues.size(); ++i)
        cues[i].startMs = std::max (cues[i].startMs, cues[i - 1].startMs + 1);

    for (std::size_t i = 0; i < cues.size(); ++i)
    {
        auto& cue = cues[i];
        int columns = 0;
        for (const auto& line : cue.lines)
            columns += displayWidth (line);

        const auto reading = static_cast<std::int64_t> (1000.0 * columns / style.columnsPerSecond);
        const auto wanted = cue.startMs + std::clamp (reading, style.shortestMs, style.longestMs);
        cue.endMs = std::max (cue.endMs, cue.startMs + 1);

        if (i + 1 == cues.size())
        {
            cue.endMs = std::max (cue.endMs, wanted);
            continue;
        }
        const auto next = cues[i + 1].startMs;
        cue.endMs = std::max (cue.endMs, std::min (wanted, next - style.gapMs));
        cue.endMs = std::min (cue.endMs, next);
    }
}

} // namespace

std::vector<SubtitleCue> makeSubtitleCues (const std::vector<TimedLine>& transcript, const SubtitleStyle& style)
{
    std::vector<SubtitleCue> cues;

    for (const auto& raw : transcript)
    {
        const TimedLine line = normalised (raw);
        const auto units = splitIntoUnits (line, style.lineWidth);
        std::size_t first = 0;

        for (const std::size_t end : chooseCuts (units, style))
        {
            const Units part = Units (units).subspan (first, end - first);
            cues.push_back ({ toMs (part.front().start), toMs (part.back().end), layOut (part, style) });
            first = end;
        }
    }

    settleTimes (cues, style);
    return cues;
}

} // namespace kikitori
