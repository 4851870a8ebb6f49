#include "Plugin/Editor/TranscriptRows.h"

#include "Plugin/Editor/Look.h"
#include "Plugin/Editor/StatusText.h"

#include <algorithm>
#include <cmath>

namespace kikitori::plugin
{

namespace
{

juce::String textOf (const Segment& segment) { return juce::String::fromUTF8 (segment.text.c_str()).trim(); }

/** A merged transcript has new segments every time; most are what they were, and need no new layout. */
bool isSame (const Segment* a, const Segment* b) { return a == b || *a == *b; }

double lengthOf (const std::shared_ptr<const TranscriptSnapshot>& transcript)
{
    return transcript != nullptr && ! transcript->finals.empty() ? transcript->finals.back().endSeconds : 0.0;
}

/** Words that were understood badly fade. */
juce::Colour faded (juce::Colour colour, double confidence)
{
    constexpr double firm = 0.85, faintest = 0.45;
    const auto share = juce::jlimit (0.0, 1.0, confidence / firm);
    return colour.interpolatedWith (colours::panel, static_cast<float> ((1.0 - share) * (1.0 - faintest)));
}

/** Colours each token by its confidence, as far as the tokens are found in the text. */
void append (juce::AttributedString& content, const juce::String& text, const Segment& segment, juce::Colour colour,
             const juce::Font& font)
{
    int at = 0;

    for (const auto& token : segment.tokens)
    {
        const auto word = juce::String::fromUTF8 (token.text.c_str()).trim();
        const auto start = word.isEmpty() ? -1 : text.indexOf (at, word);

        if (start < 0)
            break;

        content.append (text.substring (at, start), font, colour);
        content.append (word, font, faded (colour, token.confidence));
        at = start + word.length();
    }

    content.append (text.substring (at), font, colour);
}

} // namespace

juce::String speakerOf (const Segment& segment) { return juce::String::fromUTF8 (segment.speaker.c_str()); }

bool TranscriptRows::show (std::shared_ptr<const TranscriptSnapshot> earlier,
                           std::shared_ptr<const TranscriptSnapshot> current)
{
    if (earlier == shownEarlier && current == shownCurrent)
        return false;

    // Segments are shared between snapshots, so an equal address is an equal segment while both snapshots live.
    std::vector<const Segment*> wanted;
    const auto collect = [&wanted] (const SegmentList& segments)
    {
        for (const auto& segment : segments)
            if (! segment.text.empty())
                wanted.push_back (&segment);
    };

    if (earlier != nullptr)
        collect (earlier->finals);
    const auto fromEarlier = wanted.size();
    if (current != nullptr)
        collect (current->finals);

    std::size_t same = 0;
    const bool shiftIsSame = earlier == shownEarlier;
    while (same < std::min (settled, wanted.size()) && (shiftIsSame || same < fromEarlier)
           && isSame (list[same].segment, wanted[same]))
    {
        list[same].segment = wanted[same];
        ++same;
    }

    list.resize (same);
    std::erase_if (laidOut, [same] (std::size_t row) { return row >= same; });
    if (same == 0)
        hasSpeakers = false;
    const auto shift = lengthOf (earlier);

    for (auto i = same; i < wanted.size(); ++i)
        add (*wanted[i], i < fromEarlier ? 0.0 : shift);
    settled = list.size();

    if (current != nullptr && current->partial && ! current->partial->text.empty())
        add (*current->partial, shift);

    shownEarlier = std::move (earlier);
    shownCurrent = std::move (current);
    return true;
}

void TranscriptRows::add (const Segment& segment, double shift)
{
    // In a host that plays, the times are those of its timeline; merged segments have a common time already.
    const auto isPlayed = segment.host && segment.host->pass > 0 && segment.speaker.empty();
    list.push_back ({ &segment, isPlayed ? segment.host->seconds : segment.startSeconds + shift, segment.confirmed, 0,
                      estimate (segment), false, nullptr });

    if (! segment.speaker.empty() && ! hasSpeakers)
    {
        hasSpeakers = true;
        for (auto& row : list)
            row.isMeasured = false;
    }

    place (list.size() - 1);
}

void TranscriptRows::place (std::size_t from)
{
    for (auto i = from; i < list.size(); ++i)
        list[i].top = i == 0 ? padding : list[i - 1].top + list[i - 1].height;
}

int TranscriptRows::speakerWidth() const noexcept
{
    return hasSpeakers ? std::min (juce::roundToInt (static_cast<float> (textSize) * 6.0f), width / 4) : 0;
}

int TranscriptRows::estimate (const Segment& segment) const
{
    // Half an em a character; a code point beyond Latin takes about a whole one, and three bytes.
    const auto em = static_cast<double> (textSize);
    const auto room = std::max (40, width - textLeft() - 2 * padding);
    const auto lines = std::ceil (static_cast<double> (segment.text.size()) * em * 0.47 / room);
    return static_cast<int> (std::max (1.0, lines) * (em * 1.4 + 3.0)) + padding;
}

bool TranscriptRows::setLook (int newWidth, int newTextSize, const juce::String& newSearched)
{
    newWidth = std::max (newWidth, 200);

    if (newWidth == width && newTextSize == textSize && newSearched == searched)
        return false;

    const bool heightsChange = newWidth != width || newTextSize != textSize;
    width = newWidth;
    textSize = newTextSize;
    searched = newSearched;

    for (auto& row : list)
    {
        row.layout = nullptr;
        if (heightsChange)
        {
            row.isMeasured = false;
            row.height = estimate (*row.segment);
        }
    }

    laidOut.clear();
    place (0);
    return true;
}

int TranscriptRows::rowAt (int y) const
{
    const auto after =
        std::upper_bound (list.begin(), list.end(), y, [] (int height, const Row& row) { return height < row.top; });
    return after == list.begin() ? (list.empty() ? -1 : 0) : static_cast<int> (after - list.begin()) - 1;
}

bool TranscriptRows::measure (int top, int bottom)
{
    const auto first = static_cast<std::size_t> (std::max (0, rowAt (top)));
    const auto last = static_cast<std::size_t> (std::max (0, rowAt (bottom)));
    std::erase_if (laidOut,
                   [&] (std::size_t row)
                   {
                       const bool isFar = row + 20 < first || row > last + 20;
                       if (isFar)
                           list[row].layout = nullptr;
                       return isFar;
                   });
    bool changed = false;

    for (auto i = first; i <= last && i < list.size(); ++i)
    {
        auto& row = list[i];

        if (row.layout != nullptr && row.isMeasured)
            continue;
        if (row.layout == nullptr)
            laidOut.push_back (i);

        row.layout = std::make_shared<const juce::TextLayout> (layOut (row));
        const auto height = static_cast<int> (std::ceil (row.layout->getHeight())) + padding;
        changed = changed || height != row.height;
        row.height = height;
        row.isMeasured = true;
    }

    if (changed)
        place (first);
    return changed;
}

juce::TextLayout TranscriptRows::layOut (const Row& row) const
{
    const auto size = static_cast<float> (textSize);
    const auto font = Look::font (size);
    juce::AttributedString content;
    content.setWordWrap (juce::AttributedString::byWord);
    content.setLineSpacing (3.0f);

    if (row.segment->gapBefore)
        content.append (juce::String::fromUTF8 ("⋯ "), font, colours::warning);

    const auto text = textOf (*row.segment);
    const auto offset = content.getText().length();

    if (row.isFirm)
        append (content, text, *row.segment, colours::text, font);
    else
    {
        // Of a partial, what will not change any more is as firm as a final.
        const auto firm = std::min (text.length(), static_cast<int> (row.segment->stableCharacters));
        content.append (text.substring (0, firm), font, colours::text);
        content.append (text.substring (firm), font, colours::partial);
    }

    colourSearched (content, text, offset);
    juce::TextLayout layout;
    layout.createLayout (content, static_cast<float> (width - textLeft() - 2 * padding));
    return layout;
}

void TranscriptRows::colourSearched (juce::AttributedString& content, const juce::String& text, int offset) const
{
    if (searched.isEmpty())
        return;

    for (int at = text.indexOfIgnoreCase (searched); at >= 0;
         at = text.indexOfIgnoreCase (at + searched.length(), searched))
        content.setColour ({ offset + at, offset + at + searched.length() }, colours::warning);
}

std::vector<int> TranscriptRows::found() const
{
    std::vector<int> matches;

    if (searched.isNotEmpty())
        for (std::size_t i = 0; i < list.size(); ++i)
            if (textOf (*list[i].segment).containsIgnoreCase (searched))
                matches.push_back (static_cast<int> (i));

    return matches;
}

juce::String TranscriptRows::text (int first, int last, bool withTimes) const
{
    juce::StringArray lines;

    for (int i = std::max (0, first); i <= last && i < static_cast<int> (list.size()); ++i)
    {
        const auto& row = list[static_cast<std::size_t> (i)];
        const auto speaker = speakerOf (*row.segment);
        lines.add ((withTimes ? clockTime (row.startSeconds) + "\t" : juce::String())
                   + (speaker.isEmpty() ? speaker : speaker + ": ") + textOf (*row.segment));
    }

    return lines.joinIntoString ("\n");
}

} // namespace kikitori::plugin
