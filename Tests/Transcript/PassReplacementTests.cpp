#include "PassScene.h"
#include "Support/Catch.h"

using namespace kikitori;
using namespace kikitori::test;

TEST_CASE ("a short listen changes the words whose time it heard again, and no others", "[passes]")
{
    PassScene scene;
    scene.transport (0.0, 0.0);
    scene.say ("it was a bright cold day in april and the clocks were striking thirteen", 1.0, 15.0);
    const auto before = scene.finals();
    scene.transport (20.0, 4.0); // locate to 4 s, play 1.5 s: "bright" lies at 4 s, "cold" at 5 s
    scene.say ("brown", 20.0, 21.0);
    scene.say ("", 21.0, 21.5);
    CHECK (scene.text() == "it was a | cold day in april and the clocks were striking thirteen | brown");
    scene.store.undo();
    CHECK (scene.finals() == before);
    scene.store.redo();
    CHECK (scene.text() == "it was a | cold day in april and the clocks were striking thirteen | brown");

    const auto& pieces = scene.store.snapshot()->finals;
    CHECK (pieces[0].startSeconds == Approx (1.0));
    CHECK (pieces[0].endSeconds == Approx (4.0));
    CHECK (pieces[0].tokens.size() == 3);
    CHECK (pieces[1].startSeconds == Approx (5.0));
    CHECK (pieces[1].host->seconds == Approx (5.0));
    CHECK (pieces[1].tokens.front().text == "cold");
    CHECK (pieces[1].id == pieces[0].id);
}

TEST_CASE ("words go without a successor only where a final tells of their whole time", "[passes]")
{
    PassScene scene;
    scene.transport (0.0, 10.0);
    scene.say ("one two three four five six", 0.0, 6.0);
    scene.transport (10.0, 10.0);

    SECTION ("an empty final over them")
    {
        scene.say ("", 10.0, 14.5);
        CHECK (scene.text() == "five six");
        scene.store.undo();
        CHECK (scene.text() == "one two three four five six");
    }

    SECTION ("no final")
    {
        scene.say ("zwei", 11.0, 12.0);
        scene.say ("vier", 13.0, 14.0);
        scene.say ("", 14.0, 14.5);
        CHECK (scene.text() == "one | three | five six | zwei | vier");
    }
}

TEST_CASE ("the edges of a pass take nothing away, but do not say the same word twice", "[passes]")
{
    PassScene scene;
    scene.transport (0.0, 10.0);
    scene.sayWords ({ { "the", 0.05, 0.25 }, { "cat", 0.4, 0.8 }, { "sat", 1.3, 1.45 } });
    scene.transport (4.0, 10.0);

    SECTION ("other words")
    {
        scene.sayWords ({ { "a", 4.1, 4.2 }, { "bat", 4.4, 4.8 }, { "satin", 5.3, 5.5 } });
        CHECK (scene.text() == "the | sat | a bat satin");
    }

    SECTION ("the same words")
    {
        scene.sayWords ({ { "The", 4.06, 4.26 }, { "bat", 4.4, 4.8 }, { "sat,", 5.31, 5.46 } });
        CHECK (scene.text() == "The bat sat,");
    }

    SECTION ("what was an edge is none when the pass goes on")
    {
        scene.sayWords ({ { "a", 4.1, 4.2 }, { "bat", 4.4, 4.8 }, { "satin", 5.3, 5.5 } });
        scene.sayWords ({ { "there", 5.6, 6.5 } });
        CHECK (scene.text() == "the | a bat satin | there");
    }
}

TEST_CASE ("without times of its own a segment goes where half of it was heard, word by word", "[passes]")
{
    PassScene scene;
    scene.transport (0.0, 10.0);
    scene.sayUntimed ("one two three four", 0.0, 8.0);
    scene.transport (10.0, 10.0);
    scene.say ("", 10.0, 13.9);
    CHECK (scene.text() == "one two three four");
    scene.say ("drei", 13.9, 14.4); // 4.4 s of 8
    CHECK (scene.text() == "three four | drei");
    CHECK (scene.store.snapshot()->finals[0].startSeconds == Approx (4.0));
    CHECK (scene.store.snapshot()->finals[0].host->seconds == Approx (14.0));
    scene.store.undo();
    CHECK (scene.text() == "one two three four | drei");
}

TEST_CASE ("pieces are cut between words, in languages without spaces too", "[passes]")
{
    PassScene scene;
    scene.transport (0.0, 10.0);
    scene.sayWords ({ { "今日", 0.0, 1.0 }, { "は", 1.0, 1.5 }, { "晴れ", 1.5, 2.5 }, { "です。", 2.5, 3.0 } }, "");
    scene.sayWords ({ { " hel", 4.0, 4.4 }, { "lo", 4.4, 4.8 }, { " world", 5.0, 5.5 }, { "!", 5.5, 5.6 } }, "");
    scene.sayUntimed ("聞き、取り good", 7.0, 12.0);
    scene.transport (20.0, 11.2);
    scene.say ("", 20.0, 21.7); // 11.5 to 12.6 s count
    CHECK (scene.text() == "今日は | です。 | hello world! | 聞き、取り good");
    scene.transport (30.0, 13.9);
    scene.say ("", 30.0, 31.0);
    CHECK (scene.text() == "今日は | です。 | world! | 聞き、取り good");
    scene.transport (40.0, 16.0);
    scene.say ("", 40.0, 44.2);
    CHECK (scene.text() == "今日は | です。 | world! | り good");
}

TEST_CASE ("what was lost of a pass takes nothing away, and a gap stays before the piece it stood before", "[passes]")
{
    PassScene scene;
    scene.transport (0.0, 10.0);
    scene.store.addGap ({ 0, 4800 });
    scene.say ("one two three four five six", 0.2, 6.2);
    scene.transport (10.0, 10.0);
    Segment silence;
    silence.startSample = 10 * 48000;
    silence.endSample = 16 * 48000;
    silence.host = HostPosition{ 10.0, 0, 0.0, 0, 0.0, 2 };
    scene.store.addFinal (silence, HeardStretch{ 2, 10.0, { { 10.0, 12.3 }, { 15.0, 16.4 } } });
    CHECK (scene.text() == "three four five");
    CHECK (scene.store.snapshot()->finals[0].gapBefore);
}

TEST_CASE ("undo brings back what the last pass replaced, and the pass goes on without replacing", "[passes]")
{
    PassScene scene;
    scene.transport (0.0, 10.0);
    scene.say ("one", 0.5, 3.0);
    scene.say ("two", 4.0, 7.5);
    scene.transport (8.0, 10.0);
    scene.say ("uno", 8.4, 11.2);
    scene.store.undo();
    CHECK (scene.text() == "one | two");
    CHECK (scene.store.snapshot()->undoable == 0);
    CHECK (scene.store.snapshot()->redoable == 1);
    scene.say ("dos", 12.1, 15.8);
    CHECK (scene.text() == "one | two | dos");

    // The next pass replaces again: all that is there.
    scene.transport (16.0, 10.0);
    scene.say ("eins", 16.0, 19.5);
    scene.say ("zwei", 19.5, 24.2);
    CHECK (scene.text() == "eins | zwei");
    CHECK (scene.store.snapshot()->redoable == 0);
    scene.store.undo();
    CHECK (scene.text() == "one | two | dos");
}

TEST_CASE ("undo keeps what a pass said where nothing had been", "[passes]")
{
    PassScene scene;
    scene.transport (0.0, 10.0);
    scene.say ("one two three", 0.0, 3.0);
    scene.transport (8.0, 11.0);
    scene.say ("dos tres cuatro cinco seis siete", 8.0, 14.0);
    CHECK (scene.text() == "one | dos tres cuatro cinco seis siete");
    scene.transport (20.0, 10.0);
    scene.say ("eins zwei drei vier fuenf sechs sieben acht neun zehn", 20.0, 30.0);
    CHECK (scene.text() == "eins zwei drei vier fuenf sechs sieben acht neun zehn");
    scene.store.undo();
    CHECK (scene.text() == "one | dos tres cuatro cinco seis siete | acht neun zehn");
    scene.store.redo();
    CHECK (scene.text() == "eins zwei drei vier fuenf sechs sieben acht neun zehn");
}

TEST_CASE ("a clearing is a step of its own between passes", "[passes]")
{
    PassScene scene;
    scene.transport (0.0, 10.0);
    scene.say ("one", 0.0, 2.0);
    scene.transport (8.0, 10.0);
    scene.say ("uno", 8.0, 10.5);
    scene.store.addGap ({ 11 * 48000, 4800 });
    scene.store.clear (true);
    CHECK (scene.text().empty());
    CHECK (scene.store.snapshot()->gaps.empty());
    scene.transport (16.0, 30.0);
    scene.say ("since", 16.0, 17.0);
    CHECK (scene.store.snapshot()->undoable == 2);
    scene.store.undo();
    CHECK (scene.text() == "uno | since");
    CHECK (scene.store.snapshot()->gaps.size() == 1);
    scene.store.undo();
    CHECK (scene.text() == "one | since");
    scene.store.redo();
    scene.store.redo();
    CHECK (scene.text() == "since");
    CHECK (scene.store.snapshot()->gaps.empty());
    CHECK (scene.store.snapshot()->redoable == 0);
}

TEST_CASE ("with all passes kept nothing is replaced", "[passes]")
{
    PassScene scene;
    scene.store.setKeepAllPasses (true);
    scene.transport (0.0, 10.0);
    scene.say ("one", 0.5, 3.0);
    scene.transport (8.0, 10.0);
    scene.say ("uno", 8.0, 12.0);
    CHECK (scene.text() == "one | uno");
}

TEST_CASE ("what is said while the transport stands still replaces nothing and is not replaced", "[passes]")
{
    PassScene scene;
    scene.transport (0.0, 10.0);
    scene.say ("one", 0.5, 3.0);
    scene.transport (4.0, 11.0, false);
    scene.say ("aside", 4.5, 6.0);
    CHECK (scene.text() == "one | aside");
    scene.transport (7.0, 10.0);
    scene.say ("uno", 7.0, 11.0);
    CHECK (scene.text() == "aside | uno");
}

TEST_CASE ("a change of tempo is no new pass, a jump forward is", "[passes]")
{
    PassScene scene;
    scene.transport (0.0, 10.0);
    scene.say ("one", 0.5, 3.0);
    scene.transport (4.0, 14.0, true, 90.0);
    scene.say ("two", 4.2, 6.0);
    scene.transport (7.0, 60.0);
    scene.say ("three", 7.2, 9.0);
    const auto finals = scene.store.snapshot()->finals;
    CHECK (finals[0].host->pass == finals[1].host->pass);
    CHECK (finals[1].host->pass != finals[2].host->pass);
    CHECK (scene.text() == "one | two | three");
}

TEST_CASE ("the oldest of very many passes is forgotten, which is told, and the newest can be undone", "[passes]")
{
    PassScene scene;
    for (int i = 0; i < 300; ++i)
    {
        scene.transport (10.0 * i, 5.0);
        scene.say ("take" + std::to_string (i), 10.0 * i + 1.0, 10.0 * i + 4.0);
        scene.say ("", 10.0 * i + 4.0, 10.0 * i + 5.0);
    }
    CHECK (scene.text() == "take299");
    CHECK (scene.store.snapshot()->isUndoCut);
    for (int i = 0; i < 300; ++i)
        scene.store.undo();
    CHECK (scene.text() == "take199");
    for (int i = 0; i < 300; ++i)
        scene.store.redo();
    CHECK (scene.text() == "take299");
}

TEST_CASE ("what was loaded is replaced as words of this run are, and ends what can be undone", "[passes]")
{
    PassScene old;
    old.transport (0.0, 10.0);
    old.say ("one two three", 0.0, 3.0);
    const auto saved = old.store.snapshot();

    PassScene scene;
    scene.say ("before the project was opened", 0.0, 2.0);
    scene.store.clear (true);
    scene.store.load (*saved);
    CHECK (scene.store.snapshot()->undoable == 0);
    CHECK (scene.text() == "one two three");
    scene.transport (50.0, 100.0);
    scene.transport (60.0, 10.0); // the run's second pass
    scene.say ("eins zwei drei vier", 60.0, 64.0);
    CHECK (scene.text() == "eins zwei drei vier");
    scene.store.undo();
    CHECK (scene.text() == "one two three | vier");
}

TEST_CASE ("tens of thousands of segments are shared, not copied, when a pass takes some of them", "[passes]")
{
    PassScene scene;
    scene.transport (0.0, 0.0);
    for (int i = 0; i < 20000; ++i)
        scene.say ("word", i, i + 0.9);
    const auto before = scene.store.snapshot();
    scene.transport (30000.0, 15000.0);
    scene.say ("other", 30000.0, 30003.0);
    const auto after = scene.store.snapshot();
    std::size_t shared = 0;
    for (std::size_t i = 0; i < 19000; ++i)
        shared += &before->finals[i] == &after->finals[i < 15000 ? i : i - 3] ? 1u : 0u;
    CHECK (after->finals.size() == 20000 - 3 + 1);
    CHECK (shared >= 18990);
}
