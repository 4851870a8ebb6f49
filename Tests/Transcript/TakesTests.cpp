#include "Support/Catch.h"
#include "Transcript/Takes.h"

using namespace kikitori;

namespace
{

constexpr std::int64_t second = 48000;

Segment segment (std::int64_t id, std::int64_t start, const std::string& text)
{
    Segment made;
    made.id = id;
    made.text = text;
    made.startSample = start * second;
    made.endSample = (start + 1) * second;
    made.tokens.push_back ({ text, made.startSample, made.endSample });
    shift (made, 0);
    return made;
}

const auto noon = std::chrono::system_clock::time_point (std::chrono::hours (12));

/** Two takes with words, and between them one without. */
std::shared_ptr<const TranscriptSnapshot> example()
{
    TranscriptStore store;
    store.beginTake ({ 0, noon });
    store.addFinal (segment (0, 1, "one"));
    store.addFinal (segment (1, 3, "two"));
    store.beginTake ({ 10 * second, noon + std::chrono::hours (1) });
    store.beginTake ({ 20 * second, noon + std::chrono::hours (2) });
    store.addGap ({ 21 * second, second });
    store.addFinal (segment (2, 22, "three"));
    store.setPartial (segment (3, 24, "four"));
    return store.snapshot();
}

} // namespace

TEST_CASE ("a take begins where the stream does and lasts until the next; those without words are no choice")
{
    const auto transcript = example();
    CHECK (transcript->takes.size() == 3);
    const auto takes = takesWithWords (*transcript);
    REQUIRE (takes.size() == 2);
    CHECK (takes[0].startedAt == noon);
    CHECK (takes[1].firstSample == 20 * second);
    CHECK (takeOf (takes, 19 * second) == takes[0]);
    CHECK (takeOf (takes, 20 * second) == takes[1]);
    CHECK (takesWithWords ({}).empty());
}

TEST_CASE ("a take that begins where another did takes its place, and clearing keeps the one that goes on")
{
    TranscriptStore store;
    store.beginTake ({ 0, noon });
    store.beginTake ({ 0, noon + std::chrono::hours (1) });
    REQUIRE (store.snapshot()->takes.size() == 1);
    CHECK (store.snapshot()->takes[0].startedAt == noon + std::chrono::hours (1));

    store.addFinal (segment (0, 1, "one"));
    store.clear (true);
    CHECK (store.snapshot()->takes.size() == 1);
    store.undo();
    CHECK (takesWithWords (*store.snapshot()).size() == 1);
}

TEST_CASE ("one take alone counts from its start: segments, words, lost audio and the partial")
{
    const auto transcript = example();
    const auto alone = takeAlone (*transcript, transcript->takes.back());
    REQUIRE (alone->finals.size() == 1);
    CHECK (alone->finals[0].startSeconds == 2.0);
    CHECK (alone->finals[0].tokens[0].endSample == 3 * second);
    REQUIRE (alone->partial);
    CHECK (alone->partial->startSeconds == 4.0);
    REQUIRE (alone->gaps.size() == 1);
    CHECK (alone->gaps[0].startSample == second);
    REQUIRE (alone->takes.size() == 1);
    CHECK (alone->takes[0].startedAt == noon + std::chrono::hours (2));

    CHECK (takeAlone (*transcript, transcript->takes.front())->finals.size() == 2);
}

TEST_CASE ("words before the first known take are one of their own")
{
    TranscriptStore store;
    store.addFinal (segment (0, 1, "one"));
    store.beginTake ({ 5 * second, noon });
    store.addFinal (segment (1, 6, "two"));
    const auto takes = takesWithWords (*store.snapshot());
    REQUIRE (takes.size() == 2);
    CHECK_FALSE (takes[0].startedAt);
    CHECK (takeAlone (*store.snapshot(), takes[0])->finals.size() == 1);
}
