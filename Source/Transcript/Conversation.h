/*  Several tracks, one conversation: their transcripts as one, in order of time, with the speakers' names.

    Threads: pure functions of values.
    Failure: none. Tracks that share neither the host's timeline nor the wall clock are joined by their streams' own
   time.
*/
#pragma once

#include "Transcript/Transcript.h"

#include <memory>
#include <string>
#include <vector>

namespace kikitori
{

/** One track's share. */
struct ConversationPart
{
    std::string speaker;
    std::shared_ptr<const TranscriptSnapshot> transcript; ///< may be null

    bool operator== (const ConversationPart&) const = default; ///< of the same snapshot
};

/** What the segments of a conversation are ordered by: the finest that all of them have. */
enum class ConversationTime
{
    host,      ///< the host's timeline, for what was said while it played
    wallClock, ///< since the first word
    stream     ///< each stream's own seconds
};

ConversationTime conversationTime (const std::vector<ConversationPart>& parts);

/** All segments with text in order of the common time, which their seconds and samples (and their tokens') then tell;
    a partial is an unconfirmed segment. Numbers are given anew. Lost audio lies where the nearest words of its track
    tell; it is left out where a track has none. version is the sum of the parts'. Null when nothing was said. */
std::shared_ptr<const TranscriptSnapshot> mergeConversation (const std::vector<ConversationPart>& parts);

/** One track's transcript with the host's timeline as its seconds and samples, in order of it, as soon as anything in
    it was said while the host played; what was said while it stood still lies where it stood. Else as it is. */
std::shared_ptr<const TranscriptSnapshot> onHostTimeline (std::shared_ptr<const TranscriptSnapshot> transcript);

} // namespace kikitori
