#include "Support/Catch.h"
#include "Transcript/SpeechRows.h"

#include <random>

using namespace kikitori;

namespace
{

struct Word
{
    std::string text;
    double start, end; ///< seconds
};

std::int64_t samples (double seconds) { return std::llround (seconds * streamSampleRate); }

Segment spoken (const std::vector<Word>& words, const std::string& between = " ")
{
    Segment segment;
    segment.id = 7;
    for (const auto& word : words)
    {
        segment.text += (segment.text.empty() ? "" : between) + word.text;
        segment.tokens.push_back ({ word.text, samples (word.start), samples (word.end), word.start, word.end });
    }
    segment.startSample = segment.tokens.front().startSample;
    segment.endSample = segment.tokens.back().endSample;
    segment.startSeconds = words.front().start;
    segment.endSeconds = words.back().end;
    return segment;
}

/** A word each 0.4 s without pauses. */
Segment evenly (const std::vector<std::string>& texts, double length = 0.4)
{
    std::vector<Word> words;
    for (const auto& text : texts)
    {
        const auto start = length * static_cast<double> (words.size());
        words.push_back ({ text, start, start + length });
    }
    return spoken (words);
}

std::vector<std::string> textsOf (const std::vector<Segment>& rows)
{
    std::vector<std::string> texts;
    for (const auto& row : rows)
        texts.push_back (row.text);
    return texts;
}

using Texts = std::vector<std::string>;

} // namespace

TEST_CASE ("a pause of half a second ends a row; rows last from their first word to their last")
{
    auto segment = spoken ({ { "one", 1.0, 1.3 }, { "two", 1.7, 2.0 }, { "three", 2.5, 3.0 }, { "four", 3.49, 4.0 } });
    segment.startSample = 0; // some backends count from the segment's beginning
    segment.endSample = samples (5.0);
    segment.gapBefore = true;
    segment.speaker = "Ann";
    const auto rows = rowsOf (segment);
    REQUIRE (textsOf (rows) == Texts{ "one two", "three four" });
    CHECK (rows[0].startSeconds == 1.0);
    CHECK (rows[0].endSeconds == 2.0);
    CHECK (rows[1].startSample == samples (2.5));
    CHECK (rows[1].endSample == samples (4.0));
    CHECK (rows[0].tokens.size() == 2);
    CHECK (rows[0].gapBefore);
    CHECK_FALSE (rows[1].gapBefore);
    CHECK (rows[1].speaker == "Ann");
    CHECK (rows[1].id == 7);
}

TEST_CASE ("a segment without times of words, or whose words are not its text, stays one")
{
    Segment bare;
    bare.text = "nobody knows when. At all.";
    bare.endSample = samples (20.0);
    CHECK (rowsOf (bare) == std::vector<Segment>{ bare });

    auto timeless = bare;
    timeless.tokens = { { "nobody", 0, 0 }, { "knows when. At all.", 0, 0 } };
    CHECK (rowsOf (timeless) == std::vector<Segment>{ timeless });

    auto other = spoken ({ { "one", 0.0, 1.0 }, { "two", 5.0, 6.0 } });
    other.text = "one too";
    CHECK (rowsOf (other) == std::vector<Segment>{ other });
}

TEST_CASE ("sentences end rows; numbers, abbreviations and initials do not")
{
    CHECK (textsOf (rowsOf (evenly ({ "It", "works.", "Does", "it?", "\"Yes!\"", "she", "said." })))
           == Texts{ "It works.", "Does it?", "\"Yes!\"", "she said." });
    CHECK (textsOf (rowsOf (evenly ({ "About", "3.5", "of", "Dr.", "Smith's", "J.", "Doe", "e.g.", "this", "etc.", "and" })))
           == Texts{ "About 3.5 of Dr. Smith's J. Doe e.g. this etc. and" });
}

TEST_CASE ("pieces of words are tokens, too: no row begins within a word")
{
    auto segment = spoken ({ { " He", 0.0, 0.2 },
                             { "llo", 0.9, 1.1 },
                             { ".", 1.1, 1.2 },
                             { " 3", 1.2, 1.4 },
                             { ".", 1.4, 1.5 },
                             { "5", 1.5, 1.7 } },
                           "");
    CHECK (textsOf (rowsOf (segment)) == Texts{ "Hello.", "3.5" });
}

TEST_CASE ("Japanese, which has no spaces, is cut at pauses and behind its full stops")
{
    const auto pause =
        spoken ({ { "は", 0.0, 0.2 }, { "い", 0.2, 0.4 }, { "そ", 1.0, 1.2 }, { "う", 1.2, 1.4 } }, "");
    CHECK (textsOf (rowsOf (pause)) == Texts{ "はい", "そう" });

    const auto marks =
        spoken ({ { "はい", 0.0, 0.4 }, { "。", 1.0, 1.0 }, { "そう", 1.0, 1.4 }, { "？", 1.4, 1.4 }, { "え", 1.4, 1.5 } }, "");
    CHECK (textsOf (rowsOf (marks)) == Texts{ "はい。", "そう？", "え" });
}

TEST_CASE ("no row is longer than 12 s: the longest pause is cut, else the middle")
{
    std::vector<std::string> texts;
    for (int i = 0; i < 40; ++i)
        texts.push_back ("w" + std::to_string (i));
    const auto rows = rowsOf (evenly (texts)); // 16 s
    REQUIRE (rows.size() == 2);
    CHECK (rows[0].tokens.size() == 20);

    auto withPause = evenly (texts);
    for (auto i = std::size_t{ 30 }; i < 40; ++i)
    {
        withPause.tokens[i].startSample += samples (0.3);
        withPause.tokens[i].endSample += samples (0.3);
    }
    REQUIRE (rowsOf (withPause).size() == 2);
    CHECK (rowsOf (withPause)[0].tokens.size() == 30);
}

TEST_CASE ("rows keep every word in order, whatever the times and texts")
{
    std::mt19937 random (16);
    const auto draw = [&random] (int least, int most) { return std::uniform_int_distribution<> (least, most) (random); };
    const Texts some{ "a", "word", "it.", "Mr.", "3.5", "what?", "はい", "。", "é", "…" };

    for (int round = 0; round < 500; ++round)
    {
        std::vector<Word> words;
        auto time = 0.01 * draw (0, 100);
        for (int i = draw (1, 80); i > 0; --i)
        {
            const auto length = 0.01 * draw (1, 60);
            words.push_back ({ some[static_cast<std::size_t> (draw (0, 9))], time, time + length });
            time += length + 0.01 * draw (0, 70);
        }

        const auto segment = spoken (words);
        const auto rows = rowsOf (segment);
        std::string text;
        std::size_t tokens = 0;
        for (const auto& row : rows)
        {
            text += (text.empty() ? "" : " ") + row.text;
            tokens += row.tokens.size();
            CHECK (row.endSample > row.startSample);
            CHECK (row.endSeconds - row.startSeconds <= longestRow);
        }
        CHECK (text == segment.text);
        CHECK (tokens == segment.tokens.size());
    }
}

TEST_CASE ("a row has its first word's clock and place; where only the segment has a place, it runs on from there")
{
    auto segment = spoken ({ { "one", 10.0, 10.5 }, { "two", 12.0, 12.5 } });
    segment.host = HostPosition{ 100.0, 4410000, 200.0, 51, 1.0, 3, 1.5 };
    segment.wallClock = std::chrono::system_clock::time_point (std::chrono::seconds (100));
    auto rows = rowsOf (segment);
    REQUIRE (rows.size() == 2);
    CHECK (rows[0].host == segment.host);
    CHECK (rows[1].host->seconds == 103.0);
    CHECK (rows[1].host->samples == 4542300);
    CHECK (rows[1].host->pass == 3);

    segment.tokens[1].host = HostPosition{ 55.0, 0, 0.0, 0, 0.0, 4 };
    segment.tokens[1].wallClock = *segment.wallClock + std::chrono::seconds (2);
    rows = rowsOf (segment);
    CHECK (rows[1].host == segment.tokens[1].host);
    CHECK (rows[1].wallClock == segment.tokens[1].wallClock);
}

TEST_CASE ("a transcript of rows: a partial's earlier rows are firm as far as the partial was, and old rows are kept")
{
    TranscriptStore store;
    store.addFinal (spoken ({ { "one", 0.0, 0.5 }, { "two", 1.5, 2.0 } }));
    auto partial = spoken ({ { "three", 3.0, 3.5 }, { "four", 4.5, 5.0 } });
    partial.id = 8;
    partial.stableCharacters = 7; // "three f"
    store.setPartial (partial);

    RowedTranscript rowed;
    const auto first = rowed.apply (store.snapshot());
    CHECK (first == rowed.apply (store.snapshot()));
    REQUIRE (first->finals.size() == 3);
    CHECK (first->finals[1].text == "two");
    CHECK (first->finals[2].text == "three");
    CHECK_FALSE (first->finals[2].confirmed);
    CHECK (first->finals[2].stableCharacters == 5);
    CHECK (first->partial->text == "four");
    CHECK (first->partial->stableCharacters == 1);

    partial.tokens.push_back ({ "five", samples (5.0), samples (5.5), 5.0, 5.5 });
    partial.text += " five";
    store.addFinal (partial);
    const auto second = rowed.apply (store.snapshot());
    REQUIRE (second->finals.size() == 4);
    CHECK (&second->finals[0] == &first->finals[0]);
    CHECK (second->finals[2].confirmed);
    CHECK (second->finals[3].text == "four five");
    CHECK_FALSE (second->partial);

    store.clear();
    CHECK (rowed.apply (store.snapshot())->finals.empty());
    CHECK (rowed.apply (nullptr) == nullptr);
}

TEST_CASE ("what was said in one go is one row, wherever the decoder cut it")
{
    const auto first = spoken ({ { "one", 0.0, 0.5 }, { "two", 1.2, 1.5 }, { "three", 1.6, 2.0 } });
    const auto second = spoken ({ { "four", 2.2, 2.5 }, { "five", 3.5, 4.0 } });
    const auto rowsAfter = [] (const std::vector<Segment>& segments, const std::vector<TranscriptTake>& takes = {})
    {
        SegmentList rows;
        for (const auto& segment : segments)
            appendRows (rows, segment, takes);

        return textsOf ({ rows.begin(), rows.end() });
    };
    CHECK (rowsAfter ({ first, second }) == Texts{ "one", "two three four", "five" });

    SegmentList rows;
    appendRows (rows, first, {});
    appendRows (rows, second, {});
    CHECK (rows[1].startSeconds == 1.2);
    CHECK (rows[1].endSample == samples (2.5));
    CHECK (rows[1].tokens.size() == 3);

    const Texts apart{ "one", "two three", "four", "five" };
    const auto changed = [&second] (auto change)
    {
        auto other = second;
        change (other);
        return other;
    };
    CHECK (rowsAfter ({ first, changed ([] (auto& s) { s.gapBefore = true; }) }) == apart);
    CHECK (rowsAfter ({ first, changed ([] (auto& s) { s.speaker = "Ann"; }) }) == apart);
    CHECK (rowsAfter ({ first, changed ([] (auto& s) { s.confirmed = false; }) }) == apart);
    CHECK (rowsAfter ({ first, changed ([] (auto& s) { s.host = HostPosition(); }) }) == apart);
    CHECK (rowsAfter ({ first, second }, { { 0 }, { samples (2.1) } }) == apart); // two takes
    CHECK (rowsAfter ({ spoken ({ { "one.", 0.0, 0.5 } }), spoken ({ { "Two", 0.6, 1.0 } }) }) == Texts{ "one.", "Two" });
    CHECK (rowsAfter ({ spoken ({ { "one", 0.0, 6.5 } }), spoken ({ { "two", 6.6, 13.0 } }) }) == Texts{ "one", "two" });
    CHECK (rowsAfter ({ spoken ({ { "今日", 0.0, 0.5 } }), spoken ({ { "は", 0.6, 1.0 } }) }) == Texts{ "今日は" });
}

TEST_CASE ("rows that are made as the transcript grows and changes are those that are made at once")
{
    std::mt19937 random (11);
    const auto upTo = [&random] (int most) { return std::uniform_int_distribution<int> (0, most) (random); };
    auto joined = 0;

    for (int run = 0; run < 300; ++run)
    {
        RowedTranscript growing;
        TranscriptSnapshot now;
        auto time = 0.0;

        for (int step = 0; step < 12; ++step)
        {
            if (upTo (3) == 0 && ! now.finals.empty())
                now.finals.truncate (now.finals.size() - 1 - static_cast<std::size_t> (upTo (static_cast<int> (now.finals.size()) - 1)));

            for (int count = upTo (2); count >= 0; --count)
            {
                std::vector<Word> words;
                for (int word = upTo (4); word >= 0; --word)
                {
                    time += upTo (3) == 0 ? 0.8 : 0.1;
                    words.push_back ({ std::string (1, static_cast<char> ('a' + upTo (25))), time, time + 0.4 });
                    time += 0.4;
                }
                now.finals.push_back (spoken (words));
            }

            now.partial = upTo (1) == 0 ? std::optional (spoken ({ { "x", time + 0.1, time + 0.3 }, { "y", time + 2, time + 3 } }))
                                        : std::nullopt;
            ++now.version;
            const auto snapshot = std::make_shared<const TranscriptSnapshot> (now);
            const auto grown = growing.apply (snapshot);
            RowedTranscript afresh;
            const auto whole = afresh.apply (snapshot);
            REQUIRE (textsOf ({ grown->finals.begin(), grown->finals.end() })
                     == textsOf ({ whole->finals.begin(), whole->finals.end() }));
            std::size_t apart = 0;
            for (const auto& segment : now.finals)
                apart += rowsOf (segment).size();
            joined += whole->finals.size() < apart + (now.partial ? 1 : 0) ? 1 : 0;
        }
    }

    CHECK (joined > 1000);
}
