/*  The tracks of one conversation: instances in one process whose settings name the same session.

    Threads: any but the audio thread. Members are asked one after another under one lock; a member's answer must not
    come back here. Once a Member is gone, it is asked no more.
    Failure: none. A member that names no session has only itself.
*/
#pragma once

#include "Transcript/Conversation.h"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace kikitori::plugin
{

/** What an instance says of itself. */
struct ConversationVoice
{
    std::string session;                                  ///< "" = none
    std::string speaker;                                  ///< "" = "Track" and its number
    std::shared_ptr<const TranscriptSnapshot> transcript; ///< may be null

    bool operator== (const ConversationVoice&) const = default; ///< of the same snapshot
};

class ConversationMember
{
public:
    using Source = std::function<ConversationVoice()>;

    /** From here on the source may be asked, by any thread. */
    explicit ConversationMember (Source source);
    ~ConversationMember();

    ConversationMember (const ConversationMember&) = delete;
    ConversationMember& operator= (const ConversationMember&) = delete;

    /** The whole session by that name; the same snapshot as before while nothing has changed. */
    std::shared_ptr<const TranscriptSnapshot> merged (const std::string& session) const;

private:
    std::vector<ConversationVoice> voices (const std::string& session) const;

    Source source;
    mutable std::mutex mutex; ///< of what follows
    mutable std::vector<ConversationVoice> mergedVoices;
    mutable std::shared_ptr<const TranscriptSnapshot> mergedTranscript;
};

} // namespace kikitori::plugin
