#include "Export/TimedLine.h"

#include "Core/TextBreaks.h"
#include "Export/Utf8.h"

#include <algorithm>
#include <cmath>

namespace kikitori
{

namespace
{

struct TimedCharacter
{
    char32_t character;
    double start, end;
};

bool isSpace (char32_t c)
{
    return c <= 0x20 || c == 0x7f || (c >= 0x80 && c <= 0xa0) || c == 0x2028 || c == 0x2029 || c == 0x3000;
}

/** Shares the time of a stretch among its characters by their width. */
void addSpread (std::vector<TimedCharacter>& out, const std::u32string& text, double start, double end)
{
    double total = 0.0;
    for (char32_t c : text)
        total += std::max (1, columnsOf (c));

    double position = start;
    for (char32_t c : text)
    {
        const double next = position + (end - start) * std::max (1, columnsOf (c)) / total;
        out.push_back ({ c, position, next });
        position = next;
    }
}

std::string joinedTokens (const TimedLine& line, const char* separator)
{
    std::string joined;
    for (const auto& token : line.tokens)
        joined += (joined.empty() ? "" : separator) + token.text;
    return joined;
}

std::vector<TimedCharacter> charactersOf (const TimedLine& line)
{
    std::vector<TimedCharacter> characters;
    // Some backends send pieces of the text, others words.
    const auto arePieces = cleanText (joinedTokens (line, "")) == line.text;
    const auto areWords = ! arePieces && cleanText (joinedTokens (line, " ")) == line.text;

    if (line.tokens.empty() || (! arePieces && ! areWords))
    {
        addSpread (characters, decodeUtf8 (line.text), line.start, line.end);
        return characters;
    }

    double earliest = line.start;
    for (const auto& token : line.tokens)
    {
        const double start = std::clamp (std::isfinite (token.start) ? token.start : earliest, earliest, line.end);
        const double end = std::clamp (std::isfinite (token.end) ? token.end : start, start, line.end);
        if (areWords && ! characters.empty())
            characters.push_back ({ U' ', start, start });
        addSpread (characters, decodeUtf8 (token.text), start, end);
        earliest = start;
    }
    return characters;
}

/** A character as a reader sees it, of one or more code points, and may a unit begin with it? */
struct Cluster
{
    std::u32string text;
    double start = 0.0, end = 0.0;
    bool begins = false;
};

std::vector<Cluster> clustersOf (const TimedLine& line)
{
    const auto points = charactersOf (line);
    std::string text;
    for (const auto& point : points)
        text += encodeUtf8 (std::u32string (1, point.character));

    const auto seen = characterStarts (text);
    const auto breaks = lineStarts (text);
    std::vector<Cluster> clusters;
    std::size_t at = 0;

    for (const auto& point : points)
    {
        if (seen[at] || clusters.empty())
        {
            // Between words with spaces only, so that "well-known" is one.
            const bool isSpaced = clusters.empty() || isSpace (clusters.back().text.back());
            const bool isFree = ! isSpaced
                                && (isWithoutSpaces (point.character) || isWithoutSpaces (clusters.back().text.back()));
            clusters.push_back ({ {}, point.start, point.end, breaks[at] && (isSpaced || isFree) });
        }
        clusters.back().text.push_back (point.character);
        clusters.back().end = point.end;
        at += encodeUtf8 (std::u32string (1, point.character)).size();
    }
    return clusters;
}

} // namespace

std::string cleanText (const std::string& text)
{
    std::u32string out;
    for (char32_t c : decodeUtf8 (text))
    {
        if (! isSpace (c))
            out.push_back (c);
        else if (! out.empty() && out.back() != U' ')
            out.push_back (U' ');
    }
    if (! out.empty() && out.back() == U' ')
        out.pop_back();
    return encodeUtf8 (out);
}

TimedLine normalised (const TimedLine& line)
{
    TimedLine sane = line;
    sane.text = cleanText (line.text);
    sane.start = std::isfinite (line.start) ? std::max (0.0, line.start) : 0.0;
    sane.end = std::isfinite (line.end) ? std::max (sane.start, line.end) : sane.start;
    return sane;
}

std::vector<TimedUnit> splitIntoUnits (const TimedLine& line, int widest)
{
    std::vector<TimedUnit> units;

    for (const auto& cluster : clustersOf (line))
    {
        if (isSpace (cluster.text.front()))
        {
            if (! units.empty() && units.back().text.back() != ' ')
                units.back().text += ' ';
            continue;
        }

        const auto text = encodeUtf8 (cluster.text);
        const int width = displayWidth (text);
        const bool begins = units.empty() || units.back().text.back() == ' ' || cluster.begins
                            || units.back().width + width > widest;
        if (begins)
            units.push_back ({ {}, cluster.start, cluster.end, 0 });

        units.back().text += text;
        units.back().end = cluster.end;
        units.back().width += width;
    }

    if (! units.empty() && units.back().text.back() == ' ')
        units.back().text.pop_back();
    return units;
}

} // namespace kikitori
