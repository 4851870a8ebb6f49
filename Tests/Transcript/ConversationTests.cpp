#include "Transcript/Conversation.h"

#include "Support/Catch.h"

using namespace kikitori;

namespace
{
constexpr std::int64_t rate = 48000;
using Clock = std::chrono::system_clock;

Segment said (const std::string& text, double start, double length = 1.0)
{
    Segment segment;
    segment.text = text;
    segment.startSample = static_cast<std::int64_t> (start * static_cast<double> (rate));
    segment.endSample = segment.startSample + static_cast<std::int64_t> (length * static_cast<double> (rate));
    segment.startSeconds = start;
    segment.endSeconds = start + length;
    TranscriptToken token;
    token.text = text;
    token.startSample = segment.startSample;
    token.endSample = segment.endSample;
    token.startSeconds = segment.startSeconds;
    token.endSeconds = segment.endSeconds;
    segment.tokens.push_back (token);
    return segment;
}

Segment onTimeline (Segment segment, double seconds)
{
    segment.host = HostPosition{ seconds, static_cast<std::int64_t> (seconds) * rate, 0.0, 0, 0.0, 1 };
    return segment;
}

Segment onClock (Segment segment, int seconds)
{
    segment.wallClock = Clock::time_point (std::chrono::seconds (1'795'000'000 + seconds));
    return segment;
}

ConversationPart track (const std::string& speaker, const std::vector<Segment>& segments)
{
    auto transcript = std::make_shared<TranscriptSnapshot>();
    for (const auto& segment : segments)
        transcript->finals.push_back (segment);
    return { speaker, transcript };
}

std::string lines (const std::vector<ConversationPart>& parts)
{
    std::string all;
    if (const auto merged = mergeConversation (parts))
        for (const auto& segment : merged->finals)
            all += segment.speaker + ":" + segment.text + "@" + std::to_string (segment.startSample / rate) + " ";
    return all;
}
} // namespace

TEST_CASE ("tracks interleave on the host's timeline, whenever their streams began", "[conversation]")
{
    const auto ann = track ("Ann", { onTimeline (said ("hello", 0.0), 10.0), onTimeline (said ("fine", 5.0), 15.0) });
    const auto ben = track ("Ben", { onTimeline (said ("how are you", 100.0), 12.0) });
    CHECK (conversationTime ({ ann, ben }) == ConversationTime::host);
    CHECK (lines ({ ann, ben }) == "Ann:hello@10 Ben:how are you@12 Ann:fine@15 ");
    CHECK (lines ({ ben, ann }) == lines ({ ann, ben }));
}

TEST_CASE ("words and ends move along with their segment", "[conversation]")
{
    const auto merged = mergeConversation ({ track ("Ann", { onTimeline (said ("hello", 3.0, 2.0), 10.0) }) });
    REQUIRE (merged != nullptr);
    const auto& segment = merged->finals[0];
    CHECK (segment.endSample == 12 * rate);
    CHECK (segment.endSeconds == 12.0);
    CHECK (segment.tokens[0].startSample == 10 * rate);
    CHECK (segment.tokens[0].endSeconds == 12.0);
}

TEST_CASE ("without a timeline in all of them the wall clock orders, else each stream's seconds", "[conversation]")
{
    const auto ann = track ("Ann", { onTimeline (onClock (said ("one", 0.0), 100), 50.0) });
    const auto ben = track ("Ben", { onClock (said ("two", 900.0), 103) });
    CHECK (conversationTime ({ ann, ben }) == ConversationTime::wallClock);
    CHECK (lines ({ ben, ann }) == "Ann:one@0 Ben:two@3 ");

    const auto cat = track ("Cat", { said ("three", 1.0) });
    CHECK (conversationTime ({ ann, ben, cat }) == ConversationTime::stream);
    CHECK (lines ({ cat, ann }) == "Ann:one@0 Cat:three@1 ");
}

TEST_CASE ("what a speaker still says comes along unconfirmed; tracks without a word add nothing", "[conversation]")
{
    TranscriptSnapshot transcript;
    transcript.version = 7;
    transcript.partial = said ("I was", 2.0);
    const ConversationPart ann{ "Ann", std::make_shared<TranscriptSnapshot> (transcript) };
    const auto merged = mergeConversation ({ ann, { "Ben", nullptr }, track ("Cat", { said ("", 0.0) }) });
    REQUIRE (merged != nullptr);
    REQUIRE (merged->finals.size() == 1);
    CHECK_FALSE (merged->finals[0].confirmed);
    CHECK (merged->version == 7);
    CHECK (mergeConversation ({}) == nullptr);
    CHECK (mergeConversation ({ { "Ben", nullptr } }) == nullptr);
}

TEST_CASE ("one track lies on the host's timeline once anything was said while it played", "[conversation]")
{
    // The second stream began at 60 s of the song, a third pass went back to its beginning.
    auto transcript = std::make_shared<TranscriptSnapshot>();
    transcript->finals.push_back (onTimeline (said ("verse", 2.0), 62.0));
    transcript->finals.push_back (onTimeline (said ("intro", 5.0), 1.0));
    transcript->partial = onTimeline (said ("end", 8.0), 90.0);
    const auto placed = onHostTimeline (transcript);
    REQUIRE (placed->finals.size() == 2);
    CHECK (placed->finals[0].text == "intro");
    CHECK (placed->finals[0].startSeconds == Approx (1.0));
    CHECK (placed->finals[1].text == "verse");
    CHECK (placed->finals[1].endSeconds == Approx (63.0));
    CHECK (placed->finals[1].tokens[0].startSeconds == Approx (62.0));
    REQUIRE (placed->partial);
    CHECK (placed->partial->startSeconds == Approx (90.0));

    const auto outside = track ("", { said ("no host", 3.0) }).transcript;
    CHECK (onHostTimeline (outside) == outside);
    CHECK (onHostTimeline (nullptr) == nullptr);
}

TEST_CASE ("lost audio lies where the nearest words of its track tell, and says whose it was", "[conversation]")
{
    const auto losing = [] (ConversationPart part, double start, double seconds)
    {
        auto transcript = std::make_shared<TranscriptSnapshot> (*part.transcript);
        transcript->gaps.push_back ({ static_cast<std::int64_t> (start * static_cast<double> (rate)),
                                      static_cast<std::int64_t> (seconds * static_cast<double> (rate)) });
        return ConversationPart{ part.speaker, transcript };
    };

    // Ann's stream is 10 s behind the song, and went back to its beginning after 20 s; Ben's is 100 s before it.
    const auto ann = losing (track ("Ann", { onTimeline (said ("hello", 0.0), 10.0), onTimeline (said ("again", 20.0), 1.0) }),
                             2.0, 1.5);
    const auto ben = losing (track ("Ben", { onTimeline (said ("how are you", 104.0), 4.0) }), 103.0, 0.5);
    const auto merged = mergeConversation ({ ann, ben });
    REQUIRE (merged != nullptr);
    REQUIRE (merged->gaps.size() == 2);
    CHECK (merged->gaps[0] == TranscriptGap{ 3 * rate, rate / 2, "Ben" });
    CHECK (merged->gaps[1] == TranscriptGap{ 12 * rate, rate * 3 / 2, "Ann" });

    // A track without words has no place on the song.
    auto silent = std::make_shared<TranscriptSnapshot>();
    silent->gaps.push_back ({ 0, rate });
    CHECK (mergeConversation ({ ben, { "Cat", silent } })->gaps.size() == 1);

    // The wall clock, and one track on the host's timeline.
    const auto late = losing (track ("Dan", { onClock (said ("two", 900.0), 103) }), 902.0, 1.0);
    const auto early = track ("Eve", { onClock (said ("one", 0.0), 100) });
    CHECK (mergeConversation ({ early, late })->gaps.at (0).startSample == 5 * rate);
    const auto placed = onHostTimeline (ann.transcript);
    REQUIRE (placed->gaps.size() == 1);
    CHECK (placed->gaps[0] == TranscriptGap{ 12 * rate, rate * 3 / 2 });
}
