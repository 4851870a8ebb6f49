#include "Export/SubtitleCues.h"

#include "Core/TextBreaks.h"
#include "Export/CueLayout.h"
#include "Export/Utf8.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace kikitori
{

namespace
{

constexpr const char* dash = "\xe2\x80\x93 "; // before what each says, where one cue holds several speakers
constexpr int dashWidth = 2;

/** What one speaker says in a cue. */
struct Turn
{
    std::size_t line = 0; ///< of the transcript
    std::string speaker;
    std::vector<TimedUnit> units;
    std::size_t nameUnits = 0; ///< of them, which say who speaks
    double start = 0.0, end = 0.0;
};

struct Draft
{
    std::vector<Turn> turns;

    double start() const { return turns.front().start; }
    double end() const
    {
        double latest = 0.0;
        for (const auto& turn : turns)
            latest = std::max (latest, turn.end);
        return latest;
    }
};

/** For long enough that it is no matter of a few frames. */
bool isAtOnce (double startA, double endA, double startB, double endB)
{
    constexpr double leastSeconds = 0.3;
    const double shared = std::min (endA, endB) - std::max (startA, startB);
    const double shorter = std::min (endA - startA, endB - startB);
    return shared > 0.0 && (shared >= leastSeconds || shared >= 0.5 * shorter);
}

/** Which of the lines, in order of their starts, are spoken while another is. */
std::vector<bool> spokenAtOnce (const std::vector<TimedLine>& lines)
{
    std::vector<bool> marks (lines.size(), false);
    std::size_t last = 0; // to end of those before

    for (std::size_t i = 1; i < lines.size(); ++i)
    {
        if (isAtOnce (lines[last].start, lines[last].end, lines[i].start, lines[i].end))
            marks[last] = marks[i] = true;
        if (lines[i].end > lines[last].end)
            last = i;
    }
    return marks;
}

class CueMaker
{
public:
    explicit CueMaker (const SubtitleStyle& styleToUse) : style (styleToUse) {}

    std::vector<SubtitleCue> make (const std::vector<TimedLine>& transcript)
    {
        std::vector<TimedLine> lines;
        for (const auto& line : transcript)
            lines.push_back (normalised (line));

        const auto isEarlier = [] (const auto& a, const auto& b) { return a.start < b.start; };
        std::stable_sort (lines.begin(), lines.end(), isEarlier);
        const auto atOnce = spokenAtOnce (lines);
        std::vector<Turn> turns;
        for (std::size_t i = 0; i < lines.size(); ++i)
            addTurns (turns, lines[i], i, atOnce[i]);

        std::stable_sort (turns.begin(), turns.end(), isEarlier);
        for (auto& turn : turns)
            add (std::move (turn));

        return timed();
    }

private:
    void addTurns (std::vector<Turn>& turns, const TimedLine& line, std::size_t index, bool atOnce) const
    {
        auto narrow = style;
        if (atOnce)
        {
            narrow.lineWidth -= dashWidth;
            narrow.linesPerCue = 1;
        }

        const auto said = splitIntoUnits (line, narrow.lineWidth);
        if (said.empty())
            return;

        const auto speaker = cleanText (line.speaker);
        auto units = splitIntoUnits ({ speaker.empty() ? "" : speaker + ":", line.start, line.start, {} }, narrow.lineWidth);
        const auto nameUnits = units.size();
        if (nameUnits > 0)
            units.back().text += ' ';
        units.insert (units.end(), said.begin(), said.end());

        std::size_t first = 0;
        for (const std::size_t end : chooseCuts (units, nameUnits, narrow))
        {
            const auto from = units.begin() + static_cast<std::ptrdiff_t> (first);
            turns.push_back ({ index, speaker, { from, units.begin() + static_cast<std::ptrdiff_t> (end) },
                               first == 0 ? nameUnits : 0, units[first].start, units[end - 1].end });
            first = end;
        }
    }

    double shortest() const { return static_cast<double> (style.shortestMs) / 1000.0; }

    std::int64_t readingMs (int columns) const
    {
        const auto reading = static_cast<std::int64_t> (1000.0 * columns / style.columnsPerSecond);
        return std::clamp (reading, style.shortestMs, style.longestMs);
    }

    int widthOf (const Draft& draft) const { return style.lineWidth - (draft.turns.size() > 1 ? dashWidth : 0); }

    bool fits (const Draft& draft, bool atOnce) const
    {
        std::size_t lines = 0;
        for (const auto& turn : draft.turns)
            lines += linesNeeded (turn.units, widthOf (draft));
        return lines <= static_cast<std::size_t> (atOnce ? style.linesAtOnce : style.linesPerCue)
               && (draft.end() - draft.start()) * 1000.0 <= static_cast<double> (style.longestMs);
    }

    static bool speaksOver (const Draft& draft, const Turn& turn)
    {
        return std::any_of (draft.turns.begin(), draft.turns.end(),
                            [&turn] (const Turn& other)
                            { return other.line != turn.line && isAtOnce (other.start, other.end, turn.start, turn.end); });
    }

    /** The draft with the turn in it. */
    static Draft together (Draft draft, Turn turn)
    {
        auto& last = draft.turns.back();
        if (last.speaker != turn.speaker || isAtOnce (last.start, last.end, turn.start, turn.end))
        {
            draft.turns.push_back (std::move (turn));
            return draft;
        }

        const auto words = turn.units.begin() + static_cast<std::ptrdiff_t> (turn.nameUnits);
        if (needSpaceBetween (last.units.back().text, words->text))
            last.units.back().text += ' ';
        last.units.insert (last.units.end(), words, turn.units.end());
        last.end = std::max (last.end, turn.end);
        return draft;
    }

    /** Is the draft to be read before the next one begins, or would it go too early? */
    bool isLongEnough (const Draft& draft, const Turn& next) const
    {
        const auto isSameLine = [&next] (const Turn& turn) { return turn.line == next.line; };
        const auto time = next.start - draft.start();
        if (! speaksOver (draft, next) || std::any_of (draft.turns.begin(), draft.turns.end(), isSameLine))
            return time >= shortest();

        int columns = 0;
        for (const auto& turn : draft.turns)
            for (const auto& unit : turn.units)
                columns += unit.width;
        const auto reading = static_cast<double> (readingMs (columns)) / 1000.0;
        return time >= std::max (shortest(), std::min (draft.end() - draft.start(), reading));
    }

    void add (Turn turn)
    {
        if (drafts.empty() || isLongEnough (drafts.back(), turn))
            return drafts.push_back ({ { std::move (turn) } });

        if (auto joined = together (drafts.back(), turn); fits (joined, speaksOver (drafts.back(), turn)))
        {
            drafts.back() = std::move (joined);
            return;
        }

        joinWithPrevious();
        drafts.push_back ({ { std::move (turn) } });
    }

    /** The last draft is too short, and what follows does not fit into it. */
    void joinWithPrevious()
    {
        if (drafts.size() < 2)
            return;

        auto joined = drafts[drafts.size() - 2];
        for (const auto& turn : drafts.back().turns)
            joined = together (std::move (joined), turn);
        if (! fits (joined, false))
            return;

        drafts.pop_back();
        drafts.back() = std::move (joined);
    }

    std::vector<std::string> linesOf (const Draft& draft) const
    {
        if (draft.turns.size() == 1)
            return layOut (draft.turns.front().units, widthOf (draft));

        std::vector<std::string> lines;
        for (const auto& turn : draft.turns)
        {
            auto said = layOut (turn.units, widthOf (draft));
            said.front().insert (0, dash);
            lines.insert (lines.end(), said.begin(), said.end());
        }
        return lines;
    }

    std::vector<SubtitleCue> timed() const
    {
        std::vector<SubtitleCue> cues;
        for (const auto& draft : drafts)
            cues.push_back ({ toMs (draft.start()), toMs (draft.end()), linesOf (draft) });

        beginEarlier (cues);

        for (std::size_t i = 0; i < cues.size(); ++i)
        {
            auto& cue = cues[i];
            int columns = 0;
            for (const auto& line : cue.lines)
                columns += displayWidth (line);
            const auto wanted = cue.startMs + readingMs (columns);
            const auto least = cue.startMs + style.shortestMs;

            if (i + 1 == cues.size())
            {
                cue.endMs = std::max (cue.endMs, wanted);
                continue;
            }
            auto& next = cues[i + 1].startMs;
            next = std::max (next, least);
            cue.endMs = std::max ({ cue.endMs, least, std::min (wanted, next - style.gapMs) });
            cue.endMs = std::min (cue.endMs, next);
        }
        return cues;
    }

    /** Cues with too little time before the next one take it from the pause before them. */
    void beginEarlier (std::vector<SubtitleCue>& cues) const
    {
        for (std::size_t i = 0; i + 1 < cues.size(); ++i)
        {
            const auto free = i == 0 ? 0 : std::max (cues[i - 1].startMs + style.shortestMs, cues[i - 1].endMs);
            const auto wanted = std::max (free, cues[i + 1].startMs - style.shortestMs);
            cues[i].startMs = std::min (cues[i].startMs, wanted);
        }
    }

    static std::int64_t toMs (double seconds)
    {
        constexpr double longest = 1.0e12; // 30,000 years: no clock, but still a number
        return std::llround (std::clamp (seconds, 0.0, longest) * 1000.0);
    }

    const SubtitleStyle style;
    std::vector<Draft> drafts;
};

} // namespace

std::vector<SubtitleCue> makeSubtitleCues (const std::vector<TimedLine>& transcript, const SubtitleStyle& style)
{
    return CueMaker (style).make (transcript);
}

} // namespace kikitori
