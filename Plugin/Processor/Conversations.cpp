#include "Plugin/Processor/Conversations.h"

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

    if (mergedTranscript != nullptr && now == mergedVoices)
        return mergedTranscript;

    std::vector<ConversationPart> parts;
    for (const auto& voice : now)
        parts.push_back ({ voice.speaker, voice.transcript });

    mergedVoices = std::move (now);
    mergedTranscript = mergeConversation (parts);
    return mergedTranscript;
}

} // namespace kikitori::plugin
