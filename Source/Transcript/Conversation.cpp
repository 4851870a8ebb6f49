#include "Transcript/Conversation.h"

#include "Transcript/Nearest.h"
#include "Transcript/Takes.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <utility>

namespace kikitori
{

namespace
{
using Clock = std::chrono::system_clock;

void forEachSegment (const std::vector<ConversationPart>& parts,
                     const std::function<void (const ConversationPart&, const Segment&, bool isConfirmed)>& visit)
{
    for (const auto& part : parts)
    {
        if (part.transcript == nullptr)
            continue;

        for (const auto& segment : part.transcript->finals)
            if (! segment.text.empty())
                visit (part, segment, segment.confirmed);

        if (const auto& partial = part.transcript->partial; partial && ! partial->text.empty())
            visit (part, *partial, false);
    }
}

Clock::time_point firstWord (const std::vector<ConversationPart>& parts)
{
    auto first = Clock::time_point::max();
    forEachSegment (parts, [&first] (const ConversationPart&, const Segment& segment, bool)
                    { first = std::min (first, segment.wallClock.value_or (first)); });
    return first;
}

void shift (Segment& segment, double seconds)
{
    kikitori::shift (segment, std::llround (seconds * streamSampleRate));
}

/** The host's time becomes the segment's own. It may run faster or slower than the words were spoken. */
void moveToHostTime (Segment& segment)
{
    const auto place = *segment.host;
    const auto origin = segment.startSeconds;
    const auto onHost = [&] (double seconds) { return place.seconds + (seconds - origin) * place.rate; };
    const auto move = [&] (auto& piece) // the segment or a word
    {
        const auto isPlaced = piece.host && piece.host->pass == place.pass;
        const auto start = isPlaced ? piece.host->seconds : onHost (piece.startSeconds);
        const auto end = isPlaced ? hostEndSeconds (piece) : onHost (piece.endSeconds);
        piece.startSample = static_cast<std::int64_t> (std::llround (start * streamSampleRate));
        piece.endSample = static_cast<std::int64_t> (std::llround (end * streamSampleRate));
        piece.startSeconds = static_cast<double> (piece.startSample) / streamSampleRate;
        piece.endSeconds = static_cast<double> (piece.endSample) / streamSampleRate;

        if (isPlaced)
            piece.host->rate = 1.0;
    };

    move (segment);
    for (auto& token : segment.tokens)
        move (token);
}

double commonSeconds (const Segment& segment, ConversationTime time, Clock::time_point first)
{
    switch (time)
    {
        case ConversationTime::host: return segment.host->seconds;
        case ConversationTime::wallClock: return std::chrono::duration<double> (*segment.wallClock - first).count();
        case ConversationTime::stream: break;
    }

    return segment.startSeconds;
}
bool isPlayed (const Segment& segment) { return segment.host && segment.host->pass > 0; }

void sortByStart (std::vector<Segment>& segments)
{
    std::stable_sort (segments.begin(), segments.end(),
                      [] (const Segment& a, const Segment& b) { return a.startSample < b.startSample; });
}

/** The segment with text that was said nearest to this moment of the stream; null where nothing was. */
const Segment* nearestTo (std::int64_t sample, const TranscriptSnapshot& transcript)
{
    const auto& finals = transcript.finals;
    std::size_t first = 0;
    for (auto count = finals.size(); count > 0;) // the first that starts later
    {
        const auto half = count / 2;
        const bool isLater = finals[first + half].startSample > sample;
        first = isLater ? first : first + half + 1;
        count = isLater ? half : count - half - 1;
    }

    auto before = first, after = first;
    while (before > 0 && finals[before - 1].text.empty())
        --before;
    while (after < finals.size() && finals[after].text.empty())
        ++after;

    const auto* previous = before > 0 ? &finals[before - 1] : nullptr;
    const auto* next = after < finals.size()                                       ? &finals[after]
                       : transcript.partial && ! transcript.partial->text.empty() ? &*transcript.partial
                                                                                   : nullptr;
    return nearerTo (sample, previous, next);
}

/** The gaps of a transcript on another time, which secondsOf() tells of its segments. */
template <typename Seconds>
void placeGaps (std::vector<TranscriptGap>& placed,
                const TranscriptSnapshot& transcript,
                const std::string& speaker,
                Seconds secondsOf)
{
    for (auto gap : transcript.gaps)
        if (const auto* segment = nearestTo (gap.startSample, transcript))
        {
            gap.startSample += std::llround ((secondsOf (*segment) - segment->startSeconds) * streamSampleRate);
            gap.speaker = speaker;
            placed.push_back (gap);
        }
}

void sortByStart (std::vector<TranscriptGap>& gaps)
{
    std::stable_sort (gaps.begin(), gaps.end(),
                      [] (const TranscriptGap& a, const TranscriptGap& b) { return a.startSample < b.startSample; });
}
} // namespace

ConversationTime conversationTime (const std::vector<ConversationPart>& parts)
{
    bool allHost = true;
    bool allClock = true;
    forEachSegment (parts,
                    [&] (const ConversationPart&, const Segment& segment, bool)
                    {
                        allHost = allHost && isPlayed (segment);
                        allClock = allClock && segment.wallClock;
                    });

    if (allHost)
        return ConversationTime::host;

    return allClock ? ConversationTime::wallClock : ConversationTime::stream;
}

std::shared_ptr<const TranscriptSnapshot> mergeConversation (const std::vector<ConversationPart>& parts)
{
    const auto time = conversationTime (parts);
    const auto first = firstWord (parts);
    std::vector<Segment> segments;

    forEachSegment (parts,
                    [&] (const ConversationPart& part, const Segment& segment, bool isConfirmed)
                    {
                        auto& added = segments.emplace_back (segment);
                        added.speaker = part.speaker;
                        added.confirmed = isConfirmed;

                        if (time == ConversationTime::host)
                            moveToHostTime (added);
                        else
                            shift (added, commonSeconds (segment, time, first) - segment.startSeconds);
                    });

    if (segments.empty())
        return nullptr;

    sortByStart (segments);
    auto merged = std::make_shared<TranscriptSnapshot>();

    for (auto& segment : segments)
    {
        segment.id = static_cast<std::int64_t> (merged->finals.size());
        merged->finals.push_back (std::move (segment));
    }

    for (const auto& part : parts)
    {
        if (part.transcript == nullptr)
            continue;

        merged->version += part.transcript->version;
        placeGaps (merged->gaps, *part.transcript, part.speaker,
                   [&] (const Segment& segment) { return commonSeconds (segment, time, first); });
    }

    sortByStart (merged->gaps);

    return merged;
}

std::shared_ptr<const TranscriptSnapshot> onHostTimeline (std::shared_ptr<const TranscriptSnapshot> transcript)
{
    if (transcript == nullptr
        || (std::none_of (transcript->finals.begin(), transcript->finals.end(), isPlayed)
            && ! (transcript->partial && isPlayed (*transcript->partial))))
        return transcript;

    auto placed = std::make_shared<TranscriptSnapshot>();
    placed->version = transcript->version;
    placed->undoable = transcript->undoable;
    std::vector<Segment> segments (transcript->finals.begin(), transcript->finals.end());

    if (transcript->partial)
        placed->partial = transcript->partial;

    const auto move = [] (Segment& segment)
    {
        if (segment.host)
            moveToHostTime (segment);
    };

    std::for_each (segments.begin(), segments.end(), move);
    if (placed->partial)
        move (*placed->partial);

    sortByStart (segments);
    for (auto& segment : segments)
        placed->finals.push_back (std::move (segment));

    placeGaps (placed->gaps, *transcript, {}, [] (const Segment& segment)
               { return segment.host ? segment.host->seconds : segment.startSeconds; });
    sortByStart (placed->gaps);
    return placed;
}

} // namespace kikitori
