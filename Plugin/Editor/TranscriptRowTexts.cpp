// The texts and colours of a TranscriptRows' rows.
#include "Plugin/Editor/Look.h"
#include "Plugin/Editor/TakeTitles.h"
#include "Plugin/Editor/TranscriptRows.h"

#include <algorithm>

namespace kikitori::plugin
{

namespace
{

juce::String utf8 (const std::string& text) { return juce::String::fromUTF8 (text.c_str()).trim(); }

/** Words that were understood badly fade. */
juce::Colour faded (juce::Colour colour, double confidence)
{
    constexpr double firm = 0.85, faintest = 0.45;
    const auto share = juce::jlimit (0.0, 1.0, confidence / firm);
    return colour.interpolatedWith (colours::panel, static_cast<float> ((1.0 - share) * (1.0 - faintest)));
}

using Colours = std::vector<juce::Colour>; ///< of each character

void paint (Colours& list, int start, int end, juce::Colour colour)
{
    const auto last = std::min (static_cast<int> (list.size()), end);
    for (int i = std::max (0, start); i < last; ++i)
        list[static_cast<std::size_t> (i)] = colour;
}

/** Each token by its confidence, as far as the tokens are found in the text. */
void paintTokens (Colours& list, const juce::String& text, const Segment& segment)
{
    int at = 0;

    for (const auto& token : segment.tokens)
    {
        const auto word = utf8 (token.text);
        const auto start = word.isEmpty() ? -1 : text.indexOf (at, word);

        if (start < 0)
            return;

        at = start + word.length();
        paint (list, start, at, faded (colours::text, token.confidence));
    }
}

void paintSearched (Colours& list, const juce::String& text, const juce::String& searched)
{
    if (searched.isEmpty())
        return;

    for (int at = text.indexOfIgnoreCase (searched); at >= 0;
         at = text.indexOfIgnoreCase (at + searched.length(), searched))
        paint (list, at, at + searched.length(), colours::warning);
}

} // namespace

std::vector<WrappedText::Piece> TranscriptRows::piecesOf (const Row& row) const
{
    if (row.takeNumber > 0)
        return { { takeTitle (row.take, row.takeNumber, words), colours::text } };
    if (row.segment == nullptr)
        return { { lossText (row), colours::warning } };

    const auto text = utf8 (row.segment->text);
    Colours shades (static_cast<std::size_t> (text.length()), row.isFirm ? colours::text : colours::partial);

    // Of a partial, what will not change any more is as firm as a final.
    if (row.isFirm)
        paintTokens (shades, text, *row.segment);
    else
        paint (shades, 0, static_cast<int> (row.segment->stableCharacters), colours::text);
    paintSearched (shades, text, searched);

    std::vector<WrappedText::Piece> pieces;
    for (std::size_t start = 0, end = 0; start < shades.size(); start = end)
    {
        while (end < shades.size() && shades[end] == shades[start])
            ++end;
        pieces.push_back ({ text.substring (static_cast<int> (start), static_cast<int> (end)), shades[start] });
    }

    return pieces;
}

juce::Font TranscriptRows::fontOf (const Row& row) const
{
    const auto size = static_cast<float> (textSize);
    return row.segment != nullptr ? Look::font (size) : Look::font (size * 0.85f, row.takeNumber > 0);
}

juce::String TranscriptRows::lossText (const Row& row) const
{
    return juce::String::fromUTF8 ("⋯ ")
           + (row.lostSeconds > 0.0 ? words ("%1 s of audio were lost here", juce::String (row.lostSeconds, 1))
                                    : words ("audio was lost here"));
}

std::vector<int> TranscriptRows::found() const
{
    std::vector<int> matches;

    if (searched.isNotEmpty())
        for (int i = 0; i < static_cast<int> (list.size()); ++i)
            if (textOf (i).containsIgnoreCase (searched))
                matches.push_back (i);

    return matches;
}

juce::String TranscriptRows::textOf (int row) const
{
    const auto* segment = list[static_cast<std::size_t> (row)].segment;
    return segment != nullptr ? utf8 (segment->text) : juce::String();
}

} // namespace kikitori::plugin
