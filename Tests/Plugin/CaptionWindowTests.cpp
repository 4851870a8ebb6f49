#include "EditorScene.h"
#include "Plugin/Editor/CaptionWindow.h"

using namespace kikitori;
using namespace kikitori::test;

namespace
{

std::shared_ptr<const TranscriptSnapshot> said (const std::string& text)
{
    TranscriptStore store;
    Segment segment;
    segment.text = text;
    store.addFinal (segment);
    return store.snapshot();
}

} // namespace

TEST_CASE ("The caption window opens where it was, and on a screen that is there")
{
    const juce::Array<juce::Rectangle<int>> screens{ juce::Rectangle<int> (0, 0, 1920, 1080),
                                                   juce::Rectangle<int> (1920, 0, 1280, 1024) };
    CHECK (plugin::captionPlace ("2000 800 900 150", screens) == juce::Rectangle<int> (2000, 800, 900, 150));

    for (const auto* gone : { "", "nonsense", "4000 800 900 150", "100 100 3 3", "-800 100 900 150" })
    {
        const auto place = plugin::captionPlace (gone, screens);
        CHECK (juce::Rectangle<int> (0, 0, 1920, 1080).contains (place));
        CHECK (place.getCentreX() == 960);
        CHECK (place.getY() > 800);
    }

    CHECK (plugin::captionPlace ({}, {}).getWidth() > 200);
}

TEST_CASE ("Keys choose lines and darkness and move the caption window, and the user's settings keep them")
{
    EditorScene scene;
    const plugin::Words words;
    plugin::CaptionWindow window (words, *scene.processor);
    window.show (said ("the spoken word is written down while it is said and stays until it is read by everybody who "
                       "wants to read along with what is said here today"));
    const auto user = [&] { return scene.processor->stream().userSettings(); };
    const auto press = [&] (int code, juce::juce_wchar character = 0, int modifiers = 0)
    { return window.keyPressed (juce::KeyPress (code, juce::ModifierKeys (modifiers), character)); };

    CHECK (window.captions().shownLines().size() == 2);
    CHECK (press ('3', '3'));
    CHECK (window.captions().shownLines().size() == 3);
    CHECK (user().captionLines == 3);
    CHECK (press ('-', '-'));
    CHECK (user().captionOpacity == 70);
    for (int i = 0; i < 20; ++i)
        press ('+', '+');
    CHECK (user().captionOpacity == 100);

    const auto before = window.getBounds();
    CHECK (press (juce::KeyPress::rightKey));
    CHECK (window.getX() == before.getX() + 10);
    CHECK (press (juce::KeyPress::downKey, 0, juce::ModifierKeys::shiftModifier));
    CHECK (window.getHeight() == before.getHeight() + 10);
    CHECK (juce::Rectangle<int>::fromString (user().captionPlace) == window.getBounds());
    CHECK_FALSE (press ('x', 'x'));

    const plugin::CaptionWindow next (words, *scene.processor);
    CHECK (next.captions().lines() == 3);
}

TEST_CASE ("The caption window has a name, help and a way to close it, in both languages")
{
    EditorScene scene;
    const plugin::Words japanese ("ja");
    const plugin::CaptionWindow window (japanese, *scene.processor);
    CHECK (window.getTitle() == juce::String::fromUTF8 ("字幕ウィンドウ"));
    CHECK (window.getHelpText().contains ("Esc"));
    CHECK (window.getName().isNotEmpty());
    CHECK (scene.find ("Caption window") != nullptr); // its button
    scene.click ("Caption window");                   // there is no screen here: nothing opens, nothing fails
}

TEST_CASE ("Japanese captions break into lines instead of running out of the window")
{
    const juce::ScopedJuceInitialiser_GUI juceIsUp;
    const juce::SharedResourcePointer<plugin::Look> look;
    const plugin::Words words;
    plugin::CaptionView view (words);
    view.setSize (400, 150);
    view.setLines (3);
    view.show (said ("聞き取った言葉がここに現れます。まだ変わるかもしれない言葉は薄い色で表示されます。長い文でも切れません。"));
    REQUIRE (view.shownLines().size() == 3);
    for (const auto& line : view.shownLines())
        CHECK (line.length() < 20);
}
