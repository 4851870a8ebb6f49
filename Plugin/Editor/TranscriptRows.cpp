#include "Plugin/Editor/TranscriptRows.h"

#include "Plugin/Editor/Look.h"
#include "Transcript/Nearest.h"
#include "Transcript/Takes.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <utility>

namespace kikitori::plugin
{

namespace
{

bool isPlayed (const Segment& segment)
{
    return segment.host && segment.host->pass > 0 && segment.speaker.empty();
}

} // namespace

/** Segments with text, before each of them what was lost since the one before, and the titles of takes. */
class TranscriptRows::Collector
{
public:
    Collector (std::vector<Entry>& entriesToFill, const TranscriptSnapshot& transcriptToRead)
        : entries (entriesToFill), transcript (transcriptToRead), gap (transcript.gaps.begin())
    {
    }

    void collect()
    {
        for (const auto& segment : transcript.finals)
            if (! segment.text.empty())
                add (segment);
        if (transcript.partial && ! transcript.partial->text.empty())
        {
            add (*transcript.partial);
            entries.back().isPlayed = false; // until it is final
        }

        addGaps (nullptr, std::numeric_limits<std::int64_t>::max());
    }

private:
    /** In a host that plays, the times are those of its timeline; merged segments have a common time already. */
    double startOf (const Segment& segment) const
    {
        if (isPlayed (segment))
            return segment.host->seconds;

        return hasTakes() ? sinceTake (segment.startSample) : segment.startSeconds;
    }

    bool hasTakes() const { return ! transcript.takes.empty(); }

    double sinceTake (std::int64_t sample) const
    {
        return static_cast<double> (sample - takeOf (transcript.takes, sample).firstSample) / streamSampleRate;
    }

    /** A take's title goes before the first that lies in it. */
    void enterTake (std::int64_t sample)
    {
        if (! hasTakes())
            return;

        const auto now = takeOf (transcript.takes, sample);

        // A recording is no take of a day.
        if ((! take || *take != now) && (now.startedAt || transcript.takes.size() > 1))
            entries.push_back ({ nullptr, ++takes, now });

        take = now;
    }

    void add (const Segment& segment)
    {
        addGaps (&segment, segment.startSample);
        if (! isPlayed (segment))
            enterTake (segment.startSample);

        // A loaded project knows that something was lost, but not how much.
        if (segment.gapBefore && ! isKnown (segment))
        {
            addRow (nullptr, startOf (segment), 0.0, segment.speaker);
            entries.back().isPlayed = isPlayed (segment);
        }

        addRow (&segment, startOf (segment), 0.0, segment.speaker);
        entries.back().isPlayed = isPlayed (segment);
        said[segment.speaker] = segment.startSample;
        last = &segment;
    }

    /** Those that began until a sample; the words nearest to them tell their place on the host's timeline. */
    void addGaps (const Segment* next, std::int64_t until)
    {
        for (; gap != transcript.gaps.end() && gap->startSample <= until; ++gap)
        {
            const auto* near = nearerTo (gap->startSample, last, next);
            const auto seconds = static_cast<double> (gap->startSample) / streamSampleRate;
            const auto base = near != nullptr ? startOf (*near) - near->startSeconds : 0.0;
            const auto isOfTake = hasTakes() && (near == nullptr || ! isPlayed (*near));

            if (isOfTake)
                enterTake (gap->startSample);

            addRow (nullptr, isOfTake ? sinceTake (gap->startSample) : std::max (0.0, seconds + base),
                    static_cast<double> (gap->samples) / streamSampleRate, gap->speaker);
            entries.back().isPlayed = near != nullptr && isPlayed (*near);
        }
    }

    void addRow (const Segment* segment, double startSeconds, double lostSeconds, const std::string& speaker)
    {
        entries.push_back ({ segment, 0, take.value_or (TranscriptTake()), startSeconds, lostSeconds, speaker });
    }

    /** Does a gap since the speaker's words before tell what was lost? */
    bool isKnown (const Segment& segment) const
    {
        const auto before = said.find (segment.speaker);
        const auto first = std::lower_bound (
            transcript.gaps.begin(), transcript.gaps.end(),
            before != said.end() ? before->second : std::numeric_limits<std::int64_t>::min(),
            [] (const TranscriptGap& one, std::int64_t sample) { return one.startSample < sample; });

        return std::any_of (first, transcript.gaps.end(), [&] (const TranscriptGap& one)
                            { return one.startSample < segment.endSample && one.speaker == segment.speaker; });
    }

    std::vector<Entry>& entries;
    const TranscriptSnapshot& transcript;
    std::vector<TranscriptGap>::const_iterator gap;
    int takes = 0;
    std::optional<TranscriptTake> take; ///< that was entered last
    const Segment* last = nullptr;
    std::map<std::string, std::int64_t> said; ///< when each speaker's words before began
};

/** A merged transcript has new segments every time; most are what they were, and need no new layout. */
bool TranscriptRows::isSame (const Row& row, const Entry& entry)
{
    if (row.takeNumber != entry.takeNumber || row.take != entry.take || row.startSeconds != entry.startSeconds
        || row.lostSeconds != entry.lostSeconds || row.speaker != entry.speaker
        || (row.segment == nullptr) != (entry.segment == nullptr))
        return false;

    return row.segment == entry.segment || *row.segment == *entry.segment;
}

/** Later passes are behind earlier ones on the stream; what has no place on the timeline keeps its own. */
void TranscriptRows::sortPlayed (std::vector<Entry>& entries)
{
    std::vector<Entry> played;

    for (const auto& entry : entries)
        if (entry.isPlayed)
            played.push_back (entry);

    const auto isEarlier = [] (const Entry& a, const Entry& b) { return a.startSeconds < b.startSeconds; };

    if (std::is_sorted (played.begin(), played.end(), isEarlier))
        return;

    std::stable_sort (played.begin(), played.end(), isEarlier);
    auto next = played.begin();

    for (auto& entry : entries)
        if (entry.isPlayed)
            entry = *next++;
}

bool TranscriptRows::show (std::shared_ptr<const TranscriptSnapshot> transcript)
{
    transcript = rowed.apply (std::move (transcript));

    if (transcript == shown)
        return false;

    std::vector<Entry> wanted;
    if (transcript != nullptr)
        Collector (wanted, *transcript).collect();

    sortPlayed (wanted);

    // Segments are shared between snapshots, so an equal address is an equal segment while both snapshots live.
    std::size_t same = 0;
    while (same < std::min (list.size(), wanted.size()) && isSame (list[same], wanted[same]))
    {
        list[same].segment = wanted[same].segment;
        ++same;
    }

    // A row that only moves keeps its height.
    std::map<const Segment*, int> heights;
    for (auto i = same; i < list.size(); ++i)
        if (list[i].segment != nullptr && list[i].isMeasured)
            heights.emplace (list[i].segment, list[i].height);

    list.resize (same);
    std::erase_if (laidOut, [same] (std::size_t row) { return row >= same; });

    // The column of speakers takes room from the words: where it comes or goes, rows are measured again.
    const auto hadSpeakers = std::exchange (hasSpeakers, hasSpeakers && same > 0);
    const auto willHaveSpeakers = hasSpeakers
                                  || std::any_of (wanted.begin(), wanted.end(),
                                                  [] (const Entry& entry) { return ! entry.speaker.empty(); });
    if (willHaveSpeakers != hadSpeakers)
        heights.clear();

    shown = std::move (transcript);

    for (auto i = same; i < wanted.size(); ++i)
    {
        add (wanted[i]);

        if (const auto known = heights.find (wanted[i].segment); known != heights.end())
        {
            list.back().height = known->second;
            list.back().isMeasured = true;
        }
    }

    return true;
}

void TranscriptRows::add (const Entry& entry)
{
    Row row;
    row.segment = entry.segment;
    row.takeNumber = entry.takeNumber;
    row.take = entry.take;
    row.startSeconds = entry.startSeconds;
    row.lostSeconds = entry.lostSeconds;
    row.speaker = entry.speaker;
    row.isFirm = entry.segment != nullptr && entry.segment->confirmed;
    row.height = estimate (row);
    list.push_back (std::move (row));

    if (! entry.speaker.empty() && ! hasSpeakers)
    {
        hasSpeakers = true;
        for (auto& other : list)
            other.isMeasured = false;
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

int TranscriptRows::estimate (const Row& row) const
{
    // Half an em a character; a code point beyond Latin takes about a whole one, and three bytes.
    const auto em = static_cast<double> (textSize);
    const auto room = std::max (40, width - textLeft() - 2 * padding);
    const auto bytes = row.segment != nullptr ? row.segment->text.size() : 1;
    const auto lines = std::ceil (static_cast<double> (bytes) * em * 0.47 / room);
    return static_cast<int> (std::max (1.0, lines) * static_cast<double> (lineHeight())) + padding;
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
    forgetLayouts();

    if (heightsChange)
        for (auto& row : list)
        {
            row.isMeasured = false;
            row.height = estimate (row);
        }

    place (0);
    return true;
}

void TranscriptRows::forgetLayouts()
{
    for (const auto row : laidOut)
        list[row].layout = nullptr;
    laidOut.clear();
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
        changed = layOut (i) || changed;

    if (changed)
        place (first);
    return changed;
}

const WrappedText& TranscriptRows::layoutOf (int row)
{
    const auto index = static_cast<std::size_t> (row);
    if (layOut (index))
        place (index);
    return *list[index].layout;
}

/** True: the height has changed. */
bool TranscriptRows::layOut (std::size_t index)
{
    auto& row = list[index];

    if (row.layout != nullptr && row.isMeasured)
        return false;
    if (row.layout == nullptr)
        laidOut.push_back (index);

    row.layout = std::make_shared<const WrappedText> (piecesOf (row), fontOf (row), lineHeight(),
                                                      static_cast<float> (width - textLeft() - 2 * padding));
    row.isMeasured = true;
    return std::exchange (row.height, static_cast<int> (std::ceil (row.layout->height())) + padding) != row.height;
}

} // namespace kikitori::plugin
