#include "EditorScene.h"
#include "Plugin/Editor/LivePage.h"

using namespace kikitori;
using namespace kikitori::test;

namespace
{

/** Three finals and a partial. */
struct SpokenScene : EditorScene
{
    SpokenScene()
    {
        backend.sendsWords = false;
        click ("Start");
        playAndLook (Milliseconds (300));
        say (true, 0, 0.2, 3.1, "the spoken word");
        say (true, 1, 3.6, 8.9, "is written down");
        say (true, 2, 9.4, 11.0, "word by word");
        say (false, 3, 11.5, 13.0, "and so on", 4);
        transport->advance (Milliseconds (20));
        editor->refresh();
    }
};

} // namespace

TEST_CASE ("What was cleared comes back with Undo, and words that came since stay behind it")
{
    SpokenScene scene;
    scene.click ("Clear");
    scene.playAndLook (Milliseconds (40));
    CHECK_FALSE (scene.transcript().textToCopy().contains ("spoken"));
    scene.say (true, 4, 14.0, 15.0, "since then");
    scene.playAndLook (Milliseconds (40));

    scene.click ("Undo");
    scene.playAndLook (Milliseconds (40));
    CHECK (scene.transcript().textToCopy().startsWith ("the spoken word\nis written down\nword by word\n"));
    CHECK (scene.transcript().textToCopy().endsWith ("since then"));
    CHECK (scene.find ("Undo") == nullptr);
}

TEST_CASE ("What a project brought along comes back after Clear, too")
{
    SpokenScene scene;
    juce::MemoryBlock project;
    scene.processor->getStateInformation (project);
    EditorScene later;
    later.processor->setStateInformation (project.getData(), static_cast<int> (project.getSize()));
    later.editor->refresh();
    later.click ("Clear");
    CHECK (later.transcript().isEmpty());
    later.click ("Undo");
    CHECK (later.transcript().textToCopy().startsWith ("the spoken word"));
}

TEST_CASE ("Search goes from match to match and round; Escape ends it")
{
    SpokenScene scene;
    auto& transcript = scene.transcript();
    scene.type ("Search", "WORD");
    scene.editor->refresh();
    CHECK (transcript.matches() == 2);
    CHECK (transcript.match() == 1);
    CHECK (transcript.textToCopy() == "the spoken word");
    transcript.goToMatch (1);
    CHECK (transcript.textToCopy() == "word by word");
    transcript.goToMatch (1);
    CHECK (transcript.match() == 1);
    transcript.goToMatch (-1);
    CHECK (transcript.match() == 2);

    auto* field = dynamic_cast<juce::TextEditor*> (scene.find ("Search"));
    field->onEscapeKey();
    CHECK (transcript.matches() == 0);
    CHECK (field->isEmpty());
}

TEST_CASE ("A row that is chosen tells where it lies")
{
    SpokenScene scene;
    scene.type ("Search", "written");
    auto* about = dynamic_cast<juce::Label*> (scene.find ("About the chosen row"));
    REQUIRE (about != nullptr);
    CHECK (about->getText().startsWith (juce::String::fromUTF8 ("0:03.60 – 0:08.90")));
    CHECK (scene.transcript().keyPressed (juce::KeyPress (juce::KeyPress::escapeKey)));
    CHECK (scene.find ("About the chosen row") == nullptr);
}

TEST_CASE ("Places are told with bar, clock, confidence and what is not settled")
{
    Segment segment;
    segment.startSeconds = 1.0;
    segment.endSeconds = 2.5;
    segment.host = HostPosition{ .seconds = 61.0, .bar = 12, .beat = 3.0, .pass = 1 };
    segment.tokens = { { "a", 0, 1, 0, 0, 0.5 }, { "b", 0, 1, 0, 0, 1.0 } };
    segment.confirmed = false;
    segment.gapBefore = true;
    const auto text = plugin::placeText (segment, 61.0, plugin::Words());
    CHECK (text.startsWith (juce::String::fromUTF8 ("1:01.00 – 1:02.50")));
    CHECK (text.contains ("bar 12, beat 3.0"));
    CHECK (text.contains ("75 % sure"));
    CHECK (text.contains ("audio was lost before this"));
    CHECK (text.contains ("may still change"));
}

TEST_CASE ("The text grows and shrinks within bounds, and the next window has the same size")
{
    EditorScene scene;
    const auto size = [&] { return scene.processor->stream().userSettings().textSize; };
    CHECK (size() == 17);
    scene.click ("Larger text");
    CHECK (size() == 18);
    for (int i = 0; i < 100; ++i)
        scene.click ("Smaller text");
    CHECK (size() == plugin::UserSettings::smallestText);
    scene.editor = std::make_unique<plugin::KikitoriEditor> (*scene.processor);
    CHECK (size() == plugin::UserSettings::smallestText);
}

TEST_CASE ("Captions show the last lines over the whole window; keys choose how many, Escape leaves")
{
    SpokenScene scene;
    scene.editor->setSize (700, 500);
    scene.click ("Captions");
    plugin::CaptionView* captions = nullptr;
    for (auto* child : scene.editor->getChildren())
        if (auto* view = dynamic_cast<plugin::CaptionView*> (child))
            captions = view;
    REQUIRE (captions != nullptr);
    CHECK (captions->isVisible());
    CHECK (captions->getBounds() == scene.editor->getLocalBounds());
    CHECK (captions->shownLines().size() == 2);
    CHECK (captions->shownLines()[1].endsWith ("and so on"));

    CHECK (captions->keyPressed (juce::KeyPress ('1')));
    CHECK (captions->shownLines().size() == 1);
    scene.say (true, 3, 11.5, 13.0, "and so on and on");
    scene.playAndLook (Milliseconds (40));
    CHECK (captions->shownLines()[0].endsWith ("on and on"));
    CHECK (captions->keyPressed (juce::KeyPress (juce::KeyPress::escapeKey)));
    CHECK_FALSE (captions->isVisible());

    scene.editor = std::make_unique<plugin::KikitoriEditor> (*scene.processor);
    CHECK (plugin::remembered (*scene.processor, "captions.lines") == "1");
}

TEST_CASE ("The word list changes what is shown and saved, and the project keeps what was heard")
{
    SpokenScene scene;
    scene.editor->showPage ("settings");
    scene.type ("Word list", "spoken = written, word =");
    scene.editor->showPage ("live");
    CHECK (scene.transcript().textToCopy().startsWith ("the written\n"));
    CHECK (scene.processor->shownTranscript()->finals[0].text == "the written");
    CHECK (scene.processor->wholeTranscript()->finals[0].text == "the spoken word");
}

TEST_CASE ("Ten hours of talk scroll without all rows being laid out, and the row on top stays in its place")
{
    TranscriptStore store;
    for (int i = 0; i < 9000; ++i)
    {
        Segment segment;
        segment.id = i;
        segment.startSample = i * 192000;
        segment.startSeconds = i * 4.0;
        segment.endSeconds = segment.startSeconds + 3.5;
        segment.text = "row " + std::to_string (i) + std::string (static_cast<std::size_t> (i % 7) * 30, 'x');
        store.addFinal (segment);
    }

    juce::ScopedJuceInitialiser_GUI juceIsUp;
    const plugin::Words words;
    plugin::TranscriptRows rows (words);
    rows.setLook (500, 17, {});
    CHECK (rows.show (store.snapshot()));
    CHECK (rows.measure (rows.height() - 500, rows.height()));
    const auto laidOut = [&rows]
    {
        return std::count_if (rows.rows().begin(), rows.rows().end(),
                              [] (const auto& row) { return row.layout != nullptr; });
    };
    CHECK (laidOut() < 60);
    for (int y = 0; y < rows.height(); y += 10000)
        rows.measure (y, y + 500);
    CHECK (laidOut() < 60);

    plugin::TranscriptView view (words);
    view.setSize (500, 400);
    view.show (store.snapshot());
    CHECK (view.isFollowing());
    view.search ("row 4500");
    view.goToMatch (1);
    CHECK_FALSE (view.isFollowing());
    CHECK (view.textToCopy().startsWith ("row 4500"));
}
