#include "Plugin/Processor/Conversations.h"

#include "Transcript/Takes.h"

#include <algorithm>
#include <utility>

namespace kikitori::plugin
{

namespace
{

/** Of the process. Never freed: a host may unload instances in any order at its end. */
struct Members
{
    std::mutex mutex;
    std::vector<const ConversationMember*> list;
};

Members& members()
{
    static auto* const all = new Members;
    return *all;
}

bool isSame (const ConversationVoice& a, const ConversationVoice& b)
{
    return a.speaker == b.speaker && a.earlier == b.earlier && a.current == b.current;
}

} // namespace

ConversationMember::ConversationMember (Source sourceToAsk) : source (std::move (sourceToAsk))
{
    const std::lock_guard lock (members().mutex);
    members().list.push_back (this);
}

ConversationMember::~ConversationMember()
{
    const std::lock_guard lock (members().mutex);
    std::erase (members().list, this);
}

std::vector<ConversationVoice> ConversationMember::voices (const std::string& session) const
{
    std::vector<ConversationVoice> found;
    const std::lock_guard lock (members().mutex);

    for (const auto* member : members().list)
    {
        auto voice = member->source();

        if (voice.session != session)
            continue;

        found.push_back (std::move (voice));
        if (found.back().speaker.empty())
            found.back().speaker = "Track " + std::to_string (found.size());
    }

    return found;
}

std::shared_ptr<const TranscriptSnapshot> ConversationMember::merged (const std::string& session) const
{
    auto now = voices (session);
    const std::lock_guard lock (mutex);

    if (mergedTranscript != nullptr
        && std::equal (now.begin(), now.end(), mergedVoices.begin(), mergedVoices.end(), isSame))
        return mergedTranscript;

    std::vector<ConversationPart> parts;
    for (const auto& voice : now)
        parts.push_back ({ voice.speaker, joinTranscripts (voice.earlier, voice.current) });

    mergedVoices = std::move (now);
    mergedTranscript = mergeConversation (parts);
    return mergedTranscript;
}

std::shared_ptr<const TranscriptSnapshot> joinTranscripts (std::shared_ptr<const TranscriptSnapshot> before,
                                                           std::shared_ptr<const TranscriptSnapshot> now)
{
    if (now == nullptr || (now->finals.empty() && ! now->partial))
        return before;
    if (before == nullptr || before->finals.empty())
        return now;

    auto whole = std::make_shared<TranscriptSnapshot>();
    whole->finals = before->finals;
    whole->gaps = before->gaps;
    whole->takes = before->takes.empty() ? std::vector<TranscriptTake> (1) : before->takes;
    const auto shift = before->finals.back().endSample;
    const auto add = [&] (Segment segment)
    {
        kikitori::shift (segment, shift);
        whole->finals.push_back (std::move (segment));
    };

    for (const auto& segment : now->finals)
        add (segment);

    if (now->partial)
        add (*now->partial);

    for (auto take : now->takes.empty() ? std::vector<TranscriptTake> (1) : now->takes)
    {
        take.firstSample += shift;
        whole->takes.push_back (take);
    }

    for (auto gap : now->gaps)
    {
        gap.startSample += shift;
        whole->gaps.push_back (std::move (gap));
    }

    return whole;
}

} // namespace kikitori::plugin
