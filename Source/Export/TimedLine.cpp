#include "Export/TimedLine.h"

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
        total += std::max (1, displayWidth (c));

    double position = start;
    for (char32_t c : text)
    {
        const double next = position + (end - start) * std::max (1, displayWidth (c)) / total;
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

/** May a line break come between these two characters of a script without spaces? (The chief rule of JIS X 4051:
    no line begins with closing punctuation, small kana or a prolonged sound mark, none ends with an opening.) */
bool mayBreakBetween (char32_t before, char32_t after)
{
    static constexpr std::u32string_view notFirst =
        U"、。，．）」』】〉》！？ー・ゝゞ々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ";
    static constexpr std::u32string_view notLast = U"（「『【〈《";
    return (displayWidth (before) == 2 || displayWidth (after) == 2) && displayWidth (after) != 0
           && notFirst.find (after) == std::u32string_view::npos && notLast.find (before) == std::u32string_view::npos;
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
    std::u32string text;
    TimedUnit unit;

    const auto finish = [&]
    {
        if (text.empty())
            return;
        unit.text = encodeUtf8 (text);
        units.push_back (unit);
        text.clear();
        unit = {};
    };

    char32_t previous = U' ';
    for (const auto& c : charactersOf (line))
    {
        if (isSpace (c.character))
        {
            if (! text.empty())
                text.push_back (U' ');
            finish();
            previous = U' ';
            continue;
        }

        const int width = displayWidth (c.character);
        if (! text.empty() && (mayBreakBetween (previous, c.character) || unit.width + width > widest))
            finish();
        if (text.empty())
            unit.start = c.start;

        text.push_back (c.character);
        unit.end = c.end;
        unit.width += width;
        previous = c.character;
    }

    finish();
    if (! units.empty() && ! units.back().text.empty() && units.back().text.back() == ' ')
        units.back().text.pop_back();
    return units;
}

} // namespace kikitori
