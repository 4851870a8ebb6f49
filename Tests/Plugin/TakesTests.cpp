// Each Start is a take: its title in the transcript, its times, its place in the project and in what is saved.
#include "EditorScene.h"
#include "Plugin/Editor/SaveButton.h"
#include "Plugin/Editor/TakeTitles.h"
#include "Transcript/Takes.h"

using namespace kikitori;
using namespace kikitori::test;
using namespace kikitori::plugin;

namespace
{

void record (EditorScene& scene, const std::string& text)
{
    scene.backend.sendsWords = false;
    scene.click ("Start");
    scene.playAndLook (Milliseconds (300));
    scene.say (true, 0, 0.1, 0.2, text);
    scene.playAndLook (Milliseconds (40));
    scene.click ("Stop");
    scene.playAndLook (Milliseconds (500));
}

struct TwoTakes : EditorScene
{
    TwoTakes()
    {
        record (*this, "the first take");
        record (*this, "the second one");
    }
};

/** The rows that a window shows. */
struct Shown
{
    explicit Shown (const EditorScene& scene)
    {
        rows.show (scene.processor->snapshot().transcript);
    }

    const TranscriptRows::Row& operator[] (std::size_t row) const { return rows.rows()[row]; }
    std::size_t size() const { return rows.rows().size(); }

    Words words;
    TranscriptRows rows{ words };
};

TranscriptTake takeAt (const juce::Time& time)
{
    return { 0, std::chrono::system_clock::time_point (std::chrono::milliseconds (time.toMilliseconds())) };
}

} // namespace

TEST_CASE ("Each Start begins a take with a title of its own, and its times begin at 0:00")
{
    TwoTakes scene;
    const Shown shown (scene);
    REQUIRE (shown.size() == 4);
    CHECK (shown[0].takeNumber == 1);
    CHECK (shown[2].takeNumber == 2);
    CHECK (shown[2].segment == nullptr);
    REQUIRE (shown[2].take.startedAt);
    CHECK (shown[2].take.startedAt >= shown[0].take.startedAt);
    REQUIRE (shown[3].segment != nullptr);
    CHECK (shown[3].segment->text == "the second one");
    CHECK (shown[1].startSeconds == Approx (0.1));
    CHECK (shown[3].startSeconds == Approx (0.1));
    CHECK (shown[3].segment->startSeconds > 0.3); // on the wire and in the transcript time goes on
    CHECK (scene.transcript().textToCopy() == "the first take\nthe second one");
}

TEST_CASE ("Takes have no titles where the host's timeline tells the times")
{
    TranscriptStore store;
    store.beginTake ({ 0, std::chrono::system_clock::now() });
    Segment segment;
    segment.text = "played";
    segment.startSample = 96000;
    segment.endSample = 144000;
    segment.host = HostPosition{ .seconds = 61.0, .pass = 1 };
    store.addFinal (segment);
    const Words words;
    TranscriptRows rows (words);
    rows.show (store.snapshot());
    REQUIRE (rows.rows().size() == 1);
    CHECK (rows.rows()[0].startSeconds == 61.0);
}

TEST_CASE ("A recording, which nobody heard at a time of day, has no title")
{
    TranscriptStore store;
    store.beginTake ({ 0, {} });
    Segment segment;
    segment.text = "recorded";
    segment.startSample = 96000;
    segment.endSample = 144000;
    store.addFinal (segment);
    const Words words;
    TranscriptRows rows (words);
    rows.show (store.snapshot());
    REQUIRE (rows.rows().size() == 1);
    CHECK (rows.rows()[0].startSeconds == 2.0);
}

TEST_CASE ("Lost audio before a take's first words stands below its title, with its time")
{
    TranscriptStore store;
    store.beginTake ({ 480000, std::chrono::system_clock::now() });
    store.addGap ({ 528000, 48000 });
    Segment segment;
    segment.text = "then";
    segment.startSample = 624000;
    segment.endSample = 672000;
    store.addFinal (segment);
    const Words words;
    TranscriptRows rows (words);
    rows.show (store.snapshot());
    REQUIRE (rows.rows().size() == 3);
    CHECK (rows.rows()[0].takeNumber == 1);
    CHECK (rows.rows()[1].lostSeconds == 1.0);
    CHECK (rows.rows()[1].startSeconds == 1.0);
    CHECK (rows.rows()[2].startSeconds == 3.0);
}

TEST_CASE ("A title is date and time of day in the window's language, or a number")
{
    const auto take = takeAt (juce::Time (2026, 11, 1, 9, 5, 7));
    CHECK (takeTitle (take, 3, Words ("en")) == "1 December 2026, 09:05:07");
    CHECK (takeTitle (take, 3, Words ("ja")) == juce::String::fromUTF8 ("2026年12月1日 09:05:07"));
    CHECK (takeTitle ({}, 3, Words ("en")) == "Take 3");
}

TEST_CASE ("The menu of takes has all of them and each")
{
    const Words words;
    const std::vector<TranscriptTake> takes{ takeAt (juce::Time (2026, 11, 1, 9, 5)), { 480000, {} } };
    std::vector<std::optional<TranscriptTake>> chosen;
    const auto menu = takeMenu (takes, words, [&] (auto take) { chosen.push_back (take); });
    juce::StringArray texts;

    for (juce::PopupMenu::MenuItemIterator item (menu); item.next();)
        if (item.getItem().action != nullptr)
        {
            texts.add (item.getItem().text);
            item.getItem().action();
        }

    CHECK (texts == juce::StringArray{ "All takes", "1 December 2026, 09:05:00", "Take 2" });
    REQUIRE (chosen.size() == 3);
    CHECK_FALSE (chosen[0]);
    CHECK (chosen[1] == takes[0]);
    CHECK (chosen[2] == takes[1]);
}

TEST_CASE ("A project keeps its takes, and the next Start begins one behind them")
{
    TwoTakes scene;
    juce::MemoryBlock project;
    scene.processor->getStateInformation (project);
    EditorScene later;
    later.processor->setStateInformation (project.getData(), static_cast<int> (project.getSize()));
    record (later, "much later");

    const Shown before (scene), after (later);
    REQUIRE (after.size() == 6);
    for (const auto row : { 0u, 2u })
    {
        CHECK (after[row].takeNumber == before[row].takeNumber);
        const auto rounding = *after[row].take.startedAt - *before[row].take.startedAt;
        CHECK (std::chrono::abs (rounding) < std::chrono::milliseconds (2));
    }
    CHECK (after[3].startSeconds == Approx (0.1));
    CHECK (after[4].takeNumber == 3);
    CHECK (after[5].startSeconds == Approx (0.1));
    CHECK (takesWithWords (*later.processor->shownTranscript()).size() == 3);
}

TEST_CASE ("Saved text has the titles of all takes; one take alone has its own words")
{
    TwoTakes scene;
    const auto shown = scene.processor->shownTranscript();
    const auto takes = takesWithWords (*shown);
    REQUIRE (takes.size() == 2);
    auto* save = dynamic_cast<SaveButton*> (scene.find ("Save"));
    REQUIRE (save != nullptr);
    const auto file = save->writeForDrag();
    REQUIRE (file.ok());
    const Words words;
    CHECK (file.value().loadFileAsString()
           == takeTitle (takes[0], 1, words) + "\nthe first take\n\n" + takeTitle (takes[1], 2, words)
                  + "\nthe second one\n");
    CHECK (exportTranscript (*takeAlone (*shown, takes[1]), TranscriptFormat::audacity)
           == "0.100\t0.200\tthe second one\n");
}
