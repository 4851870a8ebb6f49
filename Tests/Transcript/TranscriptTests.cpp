#include "Support/Catch.h"
#include "Transcript/Transcript.h"

#include <chrono>

using namespace kikitori;

namespace
{

Segment segment (std::int64_t id, std::int64_t start, std::int64_t end, const std::string& text)
{
    Segment made;
    made.id = id;
    made.startSample = start;
    made.endSample = end;
    made.text = text;
    return made;
}

std::string textOf (const TranscriptSnapshot& snapshot)
{
    std::string text;

    for (const auto& final : snapshot.finals)
        text += final.text + (final.confirmed ? " " : "? ");

    return text + (snapshot.partial ? "(" + snapshot.partial->text + ")" : "");
}

} // namespace

TEST_CASE ("a final takes the place of the partial; snapshots never change", "[transcript]")
{
    TranscriptStore store;
    store.setPartial (segment (0, 0, 100, "hel"));
    const auto early = store.snapshot();
    store.setPartial (segment (0, 0, 200, "hello"));
    store.addFinal (segment (0, 0, 200, "hello."));
    store.setPartial (segment (1, 200, 300, "wor"));

    CHECK (textOf (*early) == "(hel)");
    CHECK (textOf (*store.snapshot()) == "hello. (wor)");
    CHECK_FALSE (store.snapshot()->partial->confirmed);
}

TEST_CASE ("the version grows with every change and with nothing else", "[transcript]")
{
    TranscriptStore store;
    CHECK (store.version() == 0);
    store.setPartial (segment (0, 0, 100, "a"));
    CHECK (store.version() == 1);
    store.setPartial (segment (0, 0, 100, "a"));
    CHECK (store.version() == 1);
    store.clearPartial();
    store.clearPartial();
    CHECK (store.version() == 2);
    store.replaceFrom (0);
    CHECK (store.version() == 2);
    store.clear();
    CHECK (store.version() == 3);
}

TEST_CASE ("after a resume every segment from there on is replaced, earlier ones stay", "[transcript]")
{
    TranscriptStore store;
    store.addFinal (segment (0, 0, 100, "a"));
    store.addFinal (segment (1, 100, 200, "b"));
    store.addFinal (segment (2, 200, 300, "c"));
    store.setPartial (segment (3, 300, 350, "d"));
    store.replaceFrom (100);
    CHECK (textOf (*store.snapshot()) == "a (d)");
    store.addFinal (segment (1, 100, 250, "bc"));
    CHECK (textOf (*store.snapshot()) == "a bc ");
}

TEST_CASE ("no final takes away what another one confirmed", "[transcript]")
{
    TranscriptStore store;
    store.addFinal (segment (0, 0, 100, "a"));
    store.addFinal (segment (1, 100, 200, "b"));
    store.addFinal (segment (1, 100, 200, "B"));
    CHECK (textOf (*store.snapshot()) == "a b B ");
    store.addFinal (segment (5, 50, 90, "x"));
    store.addFinal (segment (6, 0, 0, "y"));
    CHECK (textOf (*store.snapshot()) == "a y x b B ");
}

TEST_CASE ("an empty final takes the partial's place and leaves nothing", "[transcript]")
{
    TranscriptStore store;
    store.setPartial (segment (0, 0, 100, "hm"));
    store.addFinal (segment (0, 0, 100, ""));
    CHECK (textOf (*store.snapshot()).empty());
    const auto version = store.version();
    store.addFinal (segment (1, 100, 200, ""));
    CHECK (store.version() == version);
}

TEST_CASE ("what is unconfirmed ends where a replay begins", "[transcript]")
{
    TranscriptStore store;
    store.addFinal (segment (0, 0, 100, "a"));
    auto last = segment (1, 100, 500, "b c d e");
    store.setPartial (last);
    store.keepPartial();

    SECTION ("in the middle of it")
    {
        store.replaceFrom (320);
        CHECK (textOf (*store.snapshot()) == "a b c? ");
        CHECK (store.snapshot()->finals.back().endSample == 300);
    }

    SECTION ("before its first word has ended")
    {
        store.replaceFrom (110);
        CHECK (textOf (*store.snapshot()) == "a ");
    }

    SECTION ("behind it")
    {
        const auto version = store.version();
        store.replaceFrom (500);
        CHECK (store.version() == version);
    }
}

TEST_CASE ("the last partial of a stream stays, marked as unconfirmed; an empty one goes", "[transcript]")
{
    TranscriptStore store;
    store.setPartial (segment (0, 0, 100, "not yet sure"));
    store.keepPartial();
    CHECK (textOf (*store.snapshot()) == "not yet sure? ");
    store.setPartial (segment (1, 100, 200, ""));
    store.keepPartial();
    CHECK (textOf (*store.snapshot()) == "not yet sure? ");
}

TEST_CASE ("gaps that touch are one, and the segment behind a gap says so", "[transcript]")
{
    TranscriptStore store;
    store.addFinal (segment (0, 0, 100, "a"));
    store.addGap ({ 100, 50 });
    store.addGap ({ 150, 10 });
    store.addGap ({ 0, 0 });
    REQUIRE (store.snapshot()->gaps.size() == 1);
    CHECK (store.snapshot()->gaps[0] == TranscriptGap{ 100, 60 });
    store.addFinal (segment (1, 160, 200, "b"));
    store.addFinal (segment (2, 200, 300, "c"));
    CHECK_FALSE (store.snapshot()->finals[0].gapBefore);
    CHECK (store.snapshot()->finals[1].gapBefore);
    CHECK_FALSE (store.snapshot()->finals[2].gapBefore);
}

TEST_CASE ("ten hours of talk: every snapshot is kept and none costs more than at the beginning", "[transcript][load]")
{
    TranscriptStore store;
    std::vector<std::shared_ptr<const TranscriptSnapshot>> kept;
    const auto fill = [&] (int from, int to)
    {
        const auto before = std::chrono::steady_clock::now();

        for (int i = from; i < to; ++i)
        {
            store.addFinal (segment (i, i * 100, i * 100 + 100, "some words of a segment, as people say them"));
            kept.push_back (store.snapshot());
        }

        return std::chrono::duration<double> (std::chrono::steady_clock::now() - before).count();
    };

    fill (0, 9000);
    CHECK (store.snapshot()->finals.size() == 9000);
    CHECK (kept[4321]->finals.size() == 4322);
    CHECK (kept[4321]->finals.back().id == 4321);
    std::int64_t expected = 0;

    for (const auto& final : store.snapshot()->finals)
        CHECK (final.id == expected++);
}

TEST_CASE ("a list that is cut and goes on leaves its copies alone", "[transcript]")
{
    SegmentList list;

    for (int i = 0; i < 200; ++i)
        list.push_back (segment (i, i, i + 1, ""));

    const auto copy = list;
    list.truncate (130);
    list.push_back (segment (999, 130, 131, ""));
    CHECK (list.size() == 131);
    CHECK (list.back().id == 999);
    CHECK (copy.size() == 200);
    CHECK (copy[130].id == 130);
    CHECK (copy.back().id == 199);
    list.truncate (0);
    CHECK (list.empty());
    list.truncate (10);
    CHECK (list.empty());
    CHECK (list.begin() == list.end());
}
