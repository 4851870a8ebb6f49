// Random sequences of passes, clearings, loaded transcripts, undos and redos against a flat list of words.
#include "PassOracle.h"
#include "Support/Catch.h"
#include "Transcript/Transcript.h"

#include <random>

using namespace kikitori;
using namespace kikitori::test;

namespace
{
class RandomPasses
{
public:
    explicit RandomPasses (unsigned seed) : random (seed) {}

    void act()
    {
        switch (upTo (9))
        {
            case 0: clear(); break;
            case 1:
                if (upTo (3) == 0)
                    load();
                break;
            case 2:
            case 3:
            case 4: back(); break;
            case 5: forth(); break;
            default: play(); break;
        }

        check();
    }

private:
    using Word = PassOracle::Word;
    using Range = PassOracle::Range;

    std::int64_t upTo (std::int64_t most) { return std::uniform_int_distribution<std::int64_t> (0, most) (random); }

    static double seconds (std::int64_t samples) { return static_cast<double> (samples) / streamSampleRate; }

    void clear()
    {
        store.clear (true);
        oracle.clear();
    }

    void back()
    {
        const auto before = finals();
        store.undo();
        const auto after = finals();
        if (oracle.undo())
        {
            store.redo();
            REQUIRE (finals() == before);
            store.undo();
            REQUIRE (finals() == after);
        }
    }

    void forth()
    {
        const auto before = finals();
        store.redo();
        const auto after = finals();
        if (oracle.redo())
        {
            store.undo();
            REQUIRE (finals() == before);
            store.redo();
            REQUIRE (finals() == after);
        }
    }

    /** A few finals of one pass, with user's steps between them. */
    void play()
    {
        const bool isPlaying = upTo (9) > 0;
        const auto number = isPlaying ? ++passes : 0;
        const auto begin = upTo (60) * tenth;
        auto at = begin;

        for (auto left = upTo (3) + 1; left > 0; --left)
        {
            if (upTo (5) == 0)
                at += (upTo (8) + 1) * tenth; // a hole

            const Range heard{ at, at + (upTo (30) + 1) * tenth };
            const auto said = words (heard, number);
            auto segment = segmentOf (heard, said, number);

            if (isPlaying)
                store.addFinal (segment, HeardStretch{ number,
                                                       seconds (begin),
                                                       { { seconds (heard.begin), seconds (heard.end) } } });
            else
                store.addFinal (segment);

            oracle.add (number, begin, isPlaying ? std::optional (heard) : std::nullopt, said);
            check();
            at = heard.end;

            if (upTo (5) == 0)
                back();
            if (upTo (5) == 0)
                forth();
            if (upTo (20) == 0)
                clear();
        }
    }

    void load()
    {
        TranscriptSnapshot saved;
        std::vector<Word> all;

        for (auto left = upTo (4); left > 0; --left)
        {
            ++passes;
            const auto begin = upTo (60) * tenth;
            const Range heard{ begin, begin + (upTo (60) + 1) * tenth };
            const auto said = words (heard, passes);
            const auto segment = segmentOf (heard, said, passes);

            if (! segment.text.empty())
                saved.finals.push_back (segment);
            all.insert (all.end(), said.begin(), said.end());
        }

        store.load (saved);
        oracle.load (all);
    }

    /** Words never begin, end or have their middle where something may be heard from or to. */
    std::vector<Word> words (const Range& heard, std::int64_t pass)
    {
        static const char* const texts[] = { "yes", "no", "well", "maybe" };
        std::vector<Word> said;
        ++segments;

        if (upTo (4) == 0)
            return said;

        const bool haveTime = upTo (3) > 0;
        const auto count = haveTime ? 8 : 2 * upTo (1) + 1; // of halves, half could be heard
        const Range all{ heard.begin + 3 * hundredth, heard.end - 4 * hundredth };
        auto at = all.begin;

        for (std::int64_t i = 0; i < count; ++i)
        {
            Word word;
            word.text = texts[upTo (3)];
            word.pass = pass;
            word.order = ++order;
            word.together = segments;
            word.hasTime = haveTime;

            if (haveTime)
            {
                at += upTo (3) == 0 ? upTo (15) * tenth : 0;
                word.host = { at, at + upTo (8) * tenth + 3 * hundredth };
                at = word.host.end + 7 * hundredth;

                if (word.host.end > all.end)
                    break;
            }
            else
            {
                const auto length = all.end - all.begin;
                word.host = { all.begin + length * i / count, all.begin + length * (i + 1) / count };
            }

            said.push_back (word);
        }

        return said;
    }

    Segment segmentOf (const Range& heard, const std::vector<Word>& said, std::int64_t pass)
    {
        // The stream goes on while the host's timeline jumps.
        const auto shift = streamed - heard.begin;
        streamed += heard.end - heard.begin;
        const auto place = [&] (auto& piece, const Range& host)
        {
            piece.startSample = host.begin + shift;
            piece.endSample = host.end + shift;
            piece.startSeconds = seconds (piece.startSample);
            piece.endSeconds = seconds (piece.endSample);
            piece.host = HostPosition{ seconds (host.begin), host.begin, 0.0, 0, 0.0, pass };
        };
        Segment segment;
        segment.id = segments;
        place (segment, said.empty() ? heard : Range{ said.front().host.begin, said.back().host.end });

        for (const auto& word : said)
        {
            segment.text += (segment.text.empty() ? "" : " ") + word.text;

            if (word.hasTime)
            {
                TranscriptToken token;
                token.text = word.text;
                place (token, word.host);
                segment.tokens.push_back (std::move (token));
            }
        }

        return segment;
    }

    std::vector<Segment> finals() const
    {
        const auto& list = store.snapshot()->finals;
        return { list.begin(), list.end() };
    }

    void check() const
    {
        std::string text;
        for (const auto& segment : finals())
            text += segment.text + " ";

        REQUIRE (text == oracle.text());
        REQUIRE (store.snapshot()->undoable == oracle.undoable());
        REQUIRE (store.snapshot()->redoable == oracle.redoable());
    }

    static constexpr std::int64_t tenth = 4800, hundredth = 480;

    std::mt19937 random;
    TranscriptStore store;
    PassOracle oracle;
    std::int64_t passes = 0, segments = 0, order = 0, streamed = 0;
};
} // namespace

TEST_CASE ("10,000 random sequences of passes, clearings, loadings, undos and redos", "[passes]")
{
    for (unsigned seed = 0; seed < 10000; ++seed)
    {
        INFO (seed);
        RandomPasses passes (seed);
        for (int step = 0; step < 12; ++step)
            passes.act();
    }
}
