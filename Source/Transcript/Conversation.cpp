#include "Transcript/Conversation.h"

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
    const auto samples = static_cast<std::int64_t> (std::llround (seconds * streamSampleRate));
    const auto move = [samples] (auto& piece) // a segment or a word
    {
        piece.startSample += samples;
        piece.endSample += samples;
        piece.startSeconds = static_cast<double> (piece.startSample) / streamSampleRate;
        piece.endSeconds = static_cast<double> (piece.endSample) / streamSampleRate;
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
        merged->version += part.transcript != nullptr ? part.transcript->version : 0;

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
            shift (segment, segment.host->seconds - segment.startSeconds);
    };

    std::for_each (segments.begin(), segments.end(), move);
    if (placed->partial)
        move (*placed->partial);

    sortByStart (segments);
    for (auto& segment : segments)
        placed->finals.push_back (std::move (segment));

    return placed;
}

} // namespace kikitori
