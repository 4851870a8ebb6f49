#include "Plugin/Editor/WrappedText.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace kikitori::plugin
{

namespace
{

using Character = juce::juce_wchar;

bool isSpace (Character c) { return juce::CharacterFunctions::isWhitespace (c) || c == 0x3000; }

bool isIn (std::u32string_view set, Character c)
{
    return set.find (static_cast<char32_t> (c)) != std::u32string_view::npos;
}

/** Scripts that are written without spaces. */
bool isWide (Character c)
{
    return (c >= 0x2e80 && c <= 0x9fff) || (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff)
           || (c >= 0xff00 && c <= 0xffef) || (c >= 0x20000 && c <= 0x3ffff);
}

// JIS X 4051: closing marks, small kana and marks of repetition do not begin a line, opening marks do not end one.
constexpr std::u32string_view notFirst = U"、。，．・：；？！゛゜ヽヾゝゞ々ー）］｝〕〉》」』】〟’”…‥ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ,.!?)]}:;%％";
constexpr std::u32string_view notLast = U"（［｛〔〈《「『【〝‘“([{";

enum class Kind
{
    space,
    word,
    hiragana,
    katakana,
    kanji,
    mark
};

Kind kindOf (Character c)
{
    if (isSpace (c))
        return Kind::space;
    if (c >= 0x3041 && c <= 0x309f)
        return Kind::hiragana;
    if (c >= 0x30a0 && c <= 0x30ff)
        return Kind::katakana;
    if (isWide (c) && ! isIn (notFirst, c) && ! isIn (notLast, c))
        return Kind::kanji;
    if (juce::CharacterFunctions::isLetterOrDigit (c) || c == '\'' || c == 0x2019 || c == '_' || (c > 0x7f && ! isWide (c)))
        return Kind::word;
    return Kind::mark;
}

std::vector<Character> charactersOf (const juce::String& text)
{
    std::vector<Character> list;
    for (auto at = text.getCharPointer(); ! at.isEmpty();)
        list.push_back (at.getAndAdvance());
    return list;
}

} // namespace

bool mayBreakBetween (Character before, Character after)
{
    if (isSpace (after))
        return false;
    if (isSpace (before))
        return true;

    return (isWide (before) || isWide (after)) && ! isIn (notLast, before) && ! isIn (notFirst, after);
}

juce::Range<int> wordAround (const juce::String& text, int place)
{
    const auto list = charactersOf (text);
    const auto count = static_cast<int> (list.size());

    if (count == 0)
        return {};

    const auto kind = [&list] (int index) { return kindOf (list[static_cast<std::size_t> (index)]); };
    auto start = juce::jlimit (0, count - 1, place);

    // At the end of a word the word is meant, not what follows it.
    if (start > 0 && (place >= count || kind (start) == Kind::space || kind (start) == Kind::mark)
        && kind (start - 1) != Kind::space)
        --start;

    auto end = start + 1;
    const auto wanted = kind (start);
    while (start > 0 && kind (start - 1) == wanted)
        --start;
    while (end < count && kind (end) == wanted)
        ++end;
    return { start, end };
}

WrappedText::WrappedText (const std::vector<Piece>& pieces, const juce::Font& font, float height, float width)
    : lineHeight (height)
{
    for (const auto& piece : pieces)
        whole << piece.text;

    characters = charactersOf (whole);
    measure (font);
    breakLines (width);
    arrange (pieces, font);
}

void WrappedText::measure (const juce::Font& font)
{
    juce::Array<int> glyphs;
    juce::Array<float> positions;
    font.getGlyphPositions (whole, glyphs, positions);

    if (positions.size() == static_cast<int> (characters.size()) + 1)
    {
        offsets.assign (positions.begin(), positions.end());
        return;
    }

    // Glyphs that stand for several characters: each is measured alone.
    offsets.assign (1, 0.0f);
    for (const auto character : characters)
        offsets.push_back (offsets.back() + font.getStringWidthFloat (juce::String::charToString (character)));
}

void WrappedText::breakLines (float width)
{
    const auto count = static_cast<int> (characters.size());
    const auto at = [this] (int index) { return characters[static_cast<std::size_t> (index)]; };
    const auto offset = [this] (int index) { return offsets[static_cast<std::size_t> (index)]; };
    lineStarts.assign (1, 0);
    int lastChance = 0;

    for (int i = 0; i < count; ++i)
    {
        const auto start = lineStarts.back();

        if (i > start && mayBreakBetween (at (i - 1), at (i)))
            lastChance = i;
        if (i > start && at (i - 1) == '\n')
        {
            lineStarts.push_back (i);
            continue;
        }

        // A space at the end needs no room.
        if (i > start && offset (i + 1) - offset (start) > width && ! isSpace (at (i)))
        {
            lineStarts.push_back (lastChance > start ? lastChance : i);
            i = lineStarts.back() - 1; // what was carried over is looked at again
            lastChance = lineStarts.back();
        }
    }

    lineStarts.push_back (count);
}

void WrappedText::arrange (const std::vector<Piece>& pieces, const juce::Font& font)
{
    const auto baseline = (lineHeight - font.getHeight()) / 2.0f + font.getAscent();
    int start = 0;

    for (const auto& piece : pieces)
    {
        const juce::Range<int> range (start, start + piece.text.length());
        juce::GlyphArrangement glyphs;

        for (int index = 0; index < lines(); ++index)
            if (const auto part = line (index).getIntersectionWith (range); ! part.isEmpty())
                glyphs.addLineOfText (font, whole.substring (part.getStart(), part.getEnd()).trimCharactersAtEnd ("\n"),
                                      xOf (part.getStart(), index),
                                      lineHeight * static_cast<float> (index) + baseline);

        if (glyphs.getNumGlyphs() > 0)
            runs.emplace_back (std::move (glyphs), piece.colour);
        start = range.getEnd();
    }
}

juce::Range<int> WrappedText::line (int index) const
{
    const auto at = static_cast<std::size_t> (juce::jlimit (0, lines() - 1, index));
    return { lineStarts[at], lineStarts[at + 1] };
}

int WrappedText::lineOf (int place) const
{
    const auto after = std::upper_bound (lineStarts.begin(), lineStarts.end() - 1, place);
    return std::max (0, static_cast<int> (after - lineStarts.begin()) - 1);
}

float WrappedText::xOf (int place, int onLine) const
{
    const auto range = line (onLine);
    const auto within = range.clipValue (place);
    return offsets[static_cast<std::size_t> (within)] - offsets[static_cast<std::size_t> (range.getStart())];
}

int WrappedText::placeAt (juce::Point<float> point) const
{
    const auto index = juce::jlimit (0, lines() - 1, static_cast<int> (std::floor (point.y / lineHeight)));
    auto range = line (index);

    // Behind the last character of a line, not before the first of the next.
    if (index < lines() - 1 && range.getLength() > 1 && isSpace (characters[static_cast<std::size_t> (range.getEnd() - 1)]))
        range.setEnd (range.getEnd() - 1);

    auto nearest = range.getStart();
    for (auto place = range.getStart(); place <= range.getEnd(); ++place)
        if (std::abs (xOf (place, index) - point.x) < std::abs (xOf (nearest, index) - point.x))
            nearest = place;
    return nearest;
}

int WrappedText::characterAt (juce::Point<float> point) const
{
    const auto place = placeAt (point);
    const auto range = line (juce::jlimit (0, lines() - 1, static_cast<int> (std::floor (point.y / lineHeight))));
    const auto isBefore = place > range.getStart() && xOf (place, lineOf (range.getStart())) > point.x;
    return std::max (0, isBefore ? place - 1 : place);
}

std::vector<juce::Rectangle<float>> WrappedText::areasOf (juce::Range<int> wanted) const
{
    std::vector<juce::Rectangle<float>> areas;

    for (int index = 0; index < lines(); ++index)
    {
        const auto part = line (index).getIntersectionWith (wanted);

        if (part.isEmpty())
            continue;

        const auto left = xOf (part.getStart(), index);
        areas.emplace_back (left, lineHeight * static_cast<float> (index), xOf (part.getEnd(), index) - left, lineHeight);
    }

    return areas;
}

void WrappedText::draw (juce::Graphics& g, juce::Point<float> topLeft) const
{
    for (const auto& [glyphs, colour] : runs)
    {
        g.setColour (colour);
        glyphs.draw (g, juce::AffineTransform::translation (topLeft));
    }
}

} // namespace kikitori::plugin
