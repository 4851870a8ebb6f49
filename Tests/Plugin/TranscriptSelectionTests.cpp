#include "EditorScene.h"
#include "Plugin/Editor/TranscriptSelection.h"

using namespace kikitori;
using namespace kikitori::test;

namespace
{

using Selection = plugin::TranscriptSelection;
using Move = Selection::Move;

struct Rows
{
    Rows()
    {
        say (0, 0.0, "the spoken word");
        say (1, 4.0, "is written down");
        show();
    }

    void say (std::int64_t id, double start, const std::string& text, bool isFinal = true)
    {
        Segment segment;
        segment.id = id;
        segment.startSample = static_cast<std::int64_t> (start * 48000.0);
        segment.startSeconds = start;
        segment.endSeconds = start + 3.0;
        segment.endSample = segment.startSample + 144000;
        segment.text = text;
        if (isFinal)
            store.addFinal (segment);
        else
            store.setPartial (segment);
    }

    void show()
    {
        selection.beforeShow();
        rows.show (store.snapshot());
        selection.afterShow();
    }

    juce::ScopedJuceInitialiser_GUI juceIsUp;
    juce::SharedResourcePointer<plugin::Look> look;
    TranscriptStore store;
    plugin::Words words;
    plugin::TranscriptRows rows{ words };
    Selection selection{ rows };
};

/** A mouse event on the page of rows, where a piece of text begins or ends. */
struct Mouse
{
    explicit Mouse (EditorScene& sceneToUse) : scene (sceneToUse)
    {
        scroller = dynamic_cast<juce::Viewport*> (scene.transcript().getChildComponent (0));
        page = scroller->getViewedComponent();
    }

    /** In the middle of the first line of the row; the first take's title is none. */
    juce::Point<int> at (int rowWithWords, const juce::String& before)
    {
        const auto row = rowWithWords + 1;
        plugin::TranscriptRows rows (words);
        rows.setLook (scroller->getMaximumVisibleWidth(), 17, {});
        rows.show (scene.processor->snapshot().transcript);
        rows.measure (0, 10000);
        const auto x = rows.layoutOf (row).xOf (before.length(), 0);
        return { rows.textLeft() + plugin::TranscriptRows::padding + juce::roundToInt (x),
                 rows.rows()[static_cast<std::size_t> (row)].top + 10 };
    }

    juce::MouseEvent event (juce::Point<int> place, int clicks = 1, int modifiers = juce::ModifierKeys::leftButtonModifier)
    {
        const auto now = juce::Time::getCurrentTime();
        return { juce::Desktop::getInstance().getMainMouseSource(), place.toFloat(), juce::ModifierKeys (modifiers), 0.5f,
                 0.0f, 0.0f, 0.0f, 0.0f, page, page, now, place.toFloat(), now, clicks, clicks > 1 };
    }

    void drag (juce::Point<int> from, juce::Point<int> to)
    {
        page->mouseDown (event (from));
        page->mouseDrag (event (to));
        page->mouseUp (event (to));
    }

    EditorScene& scene;
    plugin::Words words;
    juce::Viewport* scroller = nullptr;
    juce::Component* page = nullptr;
};

struct SpokenScene : EditorScene
{
    SpokenScene()
    {
        backend.sendsWords = false;
        click ("Start");
        playAndLook (Milliseconds (300));
        say (true, 0, 0.2, 3.1, "the spoken word");
        say (true, 1, 3.6, 8.9, "is written down");
        transport->advance (Milliseconds (20));
        editor->refresh();
    }
};

} // namespace

TEST_CASE ("Characters are selected within a row and across rows, forwards and backwards")
{
    Rows scene;
    auto& selection = scene.selection;
    selection.begin ({ 0, 4 }, Selection::Unit::character);
    CHECK (selection.isSet());
    CHECK (selection.isEmpty());
    selection.extendTo ({ 0, 10 });
    CHECK (selection.text() == "spoken");
    selection.extendTo ({ 1, 2 });
    CHECK (selection.text() == "spoken word\nis");
    selection.extendTo ({ 0, 0 });
    CHECK (selection.text() == "the ");
    selection.extendTo ({ 9, 99 });
    CHECK (selection.text() == "spoken word\nis written down");
    selection.clear();
    CHECK (selection.text().isEmpty());
}

TEST_CASE ("A double click takes words and a drag goes on by words; a third takes rows")
{
    Rows scene;
    auto& selection = scene.selection;
    selection.begin ({ 0, 6 }, Selection::Unit::word);
    CHECK (selection.text() == "spoken");
    selection.extendTo ({ 1, 4 });
    CHECK (selection.text() == "spoken word\nis written");
    selection.extendTo ({ 0, 1 });
    CHECK (selection.text() == "the spoken");
    selection.begin ({ 1, 4 }, Selection::Unit::row);
    CHECK (selection.text() == "is written down");
}

TEST_CASE ("Keys extend by characters, words, lines and to the ends, and cross rows")
{
    Rows scene;
    scene.rows.setLook (600, 17, {});
    auto& selection = scene.selection;
    const auto extend = [&] (Move what, int direction)
    {
        selection.move (what, direction, true, { 0, 0 });
        return selection.text();
    };
    CHECK (extend (Move::character, 1) == "t");
    CHECK (extend (Move::word, 1) == "the ");
    CHECK (extend (Move::word, 1) == "the spoken ");
    CHECK (extend (Move::word, -1) == "the ");
    CHECK (extend (Move::lineEnd, 1) == "the spoken word");
    CHECK (extend (Move::character, 1) == "the spoken word"); // the next row's start
    CHECK (extend (Move::character, 1) == "the spoken word\ni");
    CHECK (extend (Move::character, -1) == "the spoken word");
    CHECK (extend (Move::character, -1) == "the spoken word");
    CHECK (extend (Move::line, 1).startsWith ("the spoken word\nis writt"));
    CHECK (extend (Move::line, -1) == "the spoken word");
    CHECK (extend (Move::end, 1) == "the spoken word\nis written down");
    CHECK (extend (Move::end, -1).isEmpty());

    selection.move (Move::character, 1, false, {});
    CHECK (selection.isEmpty());
    CHECK (selection.head() == Selection::Place{ 0, 1 });
    for (int i = 0; i < 100; ++i)
        selection.move (Move::word, 1, false, {});
    CHECK (selection.head() == Selection::Place{ 1, 15 });
}

TEST_CASE ("A selection stays on its words while rows come before it, grow and go")
{
    Rows scene;
    scene.selection.begin ({ 1, 3 }, Selection::Unit::word);
    scene.say (2, 8.0, "and so", false);
    scene.show();
    scene.say (2, 8.0, "and so on");
    scene.show();
    CHECK (scene.selection.text() == "written");

    scene.store.addGap ({ 144000 + 4800, 9600 }); // a row between the two
    scene.show();
    REQUIRE (scene.rows.rows().size() == 4);
    CHECK (scene.selection.text() == "written");
    CHECK (scene.selection.inRow (2) == juce::Range<int> (3, 10));

    scene.store.replaceFrom (4 * 48000);
    scene.say (1, 4.0, "is");
    scene.show();
    CHECK (scene.selection.text().isEmpty());
    scene.store.clear();
    scene.show();
    CHECK_FALSE (scene.selection.isSet());
}

TEST_CASE ("Lost audio has a row at its time that tells how much, and is not copied")
{
    Rows scene;
    scene.store.replaceFrom (4 * 48000);
    scene.store.addGap ({ 149000, 120000 });
    scene.say (1, 5.7, "is written down");
    scene.show();
    REQUIRE (scene.rows.rows().size() == 3);
    const auto& gap = scene.rows.rows()[1];
    CHECK (gap.segment == nullptr);
    CHECK (gap.startSeconds == Approx (3.104).margin (0.001));
    CHECK (gap.lostSeconds == Approx (2.5));
    CHECK (scene.rows.layoutOf (1).text().contains ("2.5 s of audio were lost here"));
    scene.selection.selectAll();
    CHECK (scene.selection.text() == "the spoken word\nis written down");

    // What a project brought along knows only that something was lost.
    TranscriptStore stored;
    Segment segment;
    segment.text = "after it";
    segment.gapBefore = true;
    stored.addFinal (segment);
    auto snapshot = std::make_shared<TranscriptSnapshot> (*stored.snapshot());
    segment.gapBefore = true;
    snapshot->finals.truncate (0);
    snapshot->finals.push_back (segment);
    scene.rows.show (snapshot);
    REQUIRE (scene.rows.rows().size() == 2);
    CHECK (scene.rows.layoutOf (0).text().contains ("audio was lost here"));
}

TEST_CASE ("Lost audio has a row where the host's timeline was, also when the song began anew behind it")
{
    Rows scene;
    auto snapshot = std::make_shared<TranscriptSnapshot>();
    for (const auto& [stream, song] : { std::pair{ 0.0, 60.0 }, std::pair{ 10.0, 2.0 } })
    {
        Segment segment;
        segment.text = "la";
        segment.startSeconds = stream;
        segment.endSeconds = stream + 1.0;
        segment.startSample = static_cast<std::int64_t> (stream * 48000.0);
        segment.endSample = segment.startSample + 48000;
        segment.host = HostPosition{ song, 0, 0.0, 0, 0.0, song > 10.0 ? 1 : 2 };
        snapshot->finals.push_back (segment);
    }
    snapshot->gaps = { { 2 * 48000, 48000 }, { 9 * 48000, 24000 } };
    scene.rows.show (snapshot);
    const auto& rows = scene.rows.rows();
    REQUIRE (rows.size() == 4);
    for (const auto& [row, isLost, seconds] :
         { std::tuple{ 0, true, 1.0 }, std::tuple{ 1, false, 2.0 }, std::tuple{ 2, false, 60.0 }, std::tuple{ 3, true, 62.0 } })
    {
        const auto& one = rows[static_cast<std::size_t> (row)];
        CHECK ((one.segment == nullptr) == isLost);
        CHECK (one.startSeconds == Approx (seconds));
    }
}

TEST_CASE ("In the window, words are dragged over, double-clicked and copied, and a time takes its row")
{
    SpokenScene scene;
    Mouse mouse (scene);
    auto& transcript = scene.transcript();
    mouse.drag (mouse.at (0, "the "), mouse.at (1, "is written"));
    CHECK (transcript.textToCopy() == "spoken word\nis written");

    mouse.page->mouseDown (mouse.event (mouse.at (1, "is wr"), 2));
    CHECK (transcript.textToCopy() == "written");
    mouse.page->mouseDown (mouse.event (mouse.at (0, "the sp"), 3));
    CHECK (transcript.textToCopy() == "the spoken word");

    mouse.page->mouseDown (mouse.event ({ 20, mouse.at (1, "").y }));
    CHECK (transcript.textToCopy() == "is written down");
    REQUIRE (transcript.chosen() != nullptr);
    CHECK (scene.find ("About the chosen row") != nullptr);

    // A caret, and Shift from there.
    mouse.drag (mouse.at (0, "the "), mouse.at (0, "the "));
    CHECK (transcript.textToCopy() == "the spoken word\nis written down"); // nothing selected: everything
    mouse.page->mouseDown (mouse.event (mouse.at (0, "the spoken"), 1,
                                        juce::ModifierKeys::leftButtonModifier | juce::ModifierKeys::shiftModifier));
    CHECK (transcript.textToCopy() == "spoken");
    const juce::ModifierKeys shift (juce::ModifierKeys::shiftModifier);
    CHECK (transcript.keyPressed (juce::KeyPress (juce::KeyPress::leftKey, shift, 0)));
    CHECK (transcript.textToCopy() == "spoke");
    CHECK (transcript.keyPressed (juce::KeyPress (juce::KeyPress::endKey, shift, 0)));
    CHECK (transcript.textToCopy() == "spoken word");
    CHECK (transcript.keyPressed (juce::KeyPress ('a', juce::ModifierKeys::commandModifier, 0)));
    CHECK (transcript.textToCopy() == "the spoken word\nis written down");
}
