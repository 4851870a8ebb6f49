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

juce::String speakerOf (const Segment& segment) { return juce::String::fromUTF8 (segment.speaker.c_str()); }

/** A merged transcript has new segments every time; most are what they were, and need no new layout. */
bool isSame (const Segment* a, const Segment* b) { return a == b || *a == *b; }

double lengthOf (const std::shared_ptr<const TranscriptSnapshot>& transcript)
{
    return transcript != nullptr && ! transcript->finals.empty() ? transcript->finals.back().endSeconds : 0.0;
}

} // namespace

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
    list.push_back (
        { &segment, isPlayed ? segment.host->seconds : segment.startSeconds + shift, segment.confirmed, 0, 0 });
    place (list.size() - 1);
}

void TranscriptRows::place (std::size_t index)
{
    auto& row = list[index];
    row.top = index == 0 ? padding : list[index - 1].top + list[index - 1].height;
    row.height = static_cast<int> (std::ceil (layoutOf (row).getHeight())) + padding;
}

void TranscriptRows::setWidth (int newWidth)
{
    newWidth = std::max (newWidth, 120 + timeWidth);

    if (newWidth == width)
        return;

    width = newWidth;
    for (std::size_t i = 0; i < list.size(); ++i)
        place (i);
}

int TranscriptRows::rowAt (int y) const
{
    const auto after =
        std::upper_bound (list.begin(), list.end(), y, [] (int height, const Row& row) { return height < row.top; });
    return after == list.begin() ? (list.empty() ? -1 : 0) : static_cast<int> (after - list.begin()) - 1;
}

juce::TextLayout TranscriptRows::layoutOf (const Row& row) const
{
    juce::AttributedString content;
    content.setWordWrap (juce::AttributedString::byWord);
    content.setLineSpacing (3.0f);

    if (row.segment->gapBefore)
        content.append (juce::String::fromUTF8 ("⋯ "), Look::font (17.0f), colours::warning);

    if (! row.segment->speaker.empty())
        content.append (speakerOf (*row.segment) + "  ", Look::font (14.0f, true), colours::accent);

    const auto text = textOf (*row.segment);
    // Of a partial, what will not change any more is as firm as a final.
    const auto firm =
        row.isFirm ? text.length() : std::min (text.length(), static_cast<int> (row.segment->stableCharacters));
    content.append (text.substring (0, firm), Look::font (17.0f), colours::text);
    content.append (text.substring (firm), Look::font (17.0f), colours::partial);

    juce::TextLayout layout;
    layout.createLayout (content, static_cast<float> (width - timeWidth - 2 * padding));
    return layout;
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
