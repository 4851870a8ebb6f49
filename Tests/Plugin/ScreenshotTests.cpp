// Pictures of the window's states in both languages, for people to look at: build/screenshots.
#include "EditorScene.h"

#include <set>

using namespace kikitori;
using namespace kikitori::test;

namespace
{

int coloursIn (const juce::Image& image)
{
    std::set<juce::uint32> seen;
    for (int y = 0; y < image.getHeight(); y += 3)
        for (int x = 0; x < image.getWidth(); x += 3)
            seen.insert (image.getPixelAt (x, y).getARGB());
    return static_cast<int> (seen.size());
}

void photograph (juce::Component& window, const juce::String& name)
{
    for (const float scale : { 1.0f, 2.0f })
    {
        const auto image = window.createComponentSnapshot (window.getLocalBounds(), true, scale);
        const auto file = juce::File (KIKITORI_SCREENSHOTS).getChildFile (name + (scale > 1.0f ? "@2x" : "") + ".png");
        file.getParentDirectory().createDirectory();
        file.deleteFile();
        juce::FileOutputStream stream (file);
        REQUIRE (stream.openedOk());
        REQUIRE (juce::PNGImageFormat().writeImageToStream (image, stream));
        CHECK (coloursIn (image) > 20); // not an empty surface
    }
}

void speak (EditorScene& scene)
{
    scene.backend.sendsWords = false;
    scene.click (scene.processor->stream().settings().language == "ja" ? juce::String::fromUTF8 ("開始") : "Start");
    scene.playAndLook (Milliseconds (300));
    juce::AudioBuffer<float> audio (2, 480);
    juce::MidiBuffer midi;
    for (int block = 0; block < 60; ++block)
    {
        for (int i = 0; i < 480; ++i)
            for (int channel = 0; channel < 2; ++channel)
                audio.setSample (channel, i, 0.35f * std::sin (static_cast<float> (i) * 0.2f));
        scene.processor->processBlock (audio, midi);
        scene.transport->advance (Milliseconds (10));
    }

    scene.say (true, 0, 0.2, 3.1, "the spoken word is written down while it is said");
    scene.say (true, 1, 3.6, 8.9,
               "finals are firm and the words that may still change are light so that one can read along "
               "without being disturbed by what is not settled yet");
    scene.say (true, 2, 9.4, 11.0, "聞き取った言葉がここに現れます");
    scene.say (false, 3, 11.5, 13.0, "and this is the newest partial", 11);
    scene.transport->advance (Milliseconds (20));
    scene.editor->refresh();
}

} // namespace

TEST_CASE ("Screenshots of every page and state in both languages")
{
    for (const juce::String language : { "en", "ja" })
    {
        EditorScene scene (language.toRawUTF8());
        photograph (*scene.editor, "idle-" + language);

        speak (scene);
        photograph (*scene.editor, "live-" + language);

        for (const auto& page : plugin::pageTable())
        {
            scene.editor->showPage (page.id);
            scene.editor->refresh();
            scene.editor->setSize (860, 560);
            photograph (*scene.editor, juce::String (page.id) + "-" + language);
            scene.editor->setSize (640, 470);
            photograph (*scene.editor, juce::String (page.id) + "-small-" + language);
        }

        scene.processor->stream().setNotice (
            Error{ "backend_refused",
                   "The backend at gpu.test:58081 refused the connection (code 1008). Check the address and the token "
                   "under Settings, then press Start again." });
        scene.editor->showPage ("live");
        scene.editor->refresh();
        photograph (*scene.editor, "error-small-" + language);
    }
}

TEST_CASE ("Screenshots of the looks, the captions, the search and the speakers")
{
    EditorScene scene;
    speak (scene);

    auto* search = dynamic_cast<juce::TextEditor*> (scene.find ("Search"));
    search->setText ("the", false);
    search->onTextChange();
    search->onReturnKey();
    scene.editor->refresh();
    photograph (*scene.editor, "search-en");

    for (const auto* look : { "light", "contrast", "dark" })
    {
        auto user = scene.processor->stream().userSettings();
        user.look = look;
        scene.processor->stream().setUserSettings (user);
        const juce::SharedResourcePointer<plugin::Look> worn;
        worn->wear (look);
        scene.editor->refresh();
        photograph (*scene.editor, juce::String ("look-") + look);
        scene.editor->showPage ("settings");
        scene.editor->refresh();
        photograph (*scene.editor, juce::String ("settings-look-") + look);
        scene.editor->showPage ("live");
    }

    scene.click ("Captions");
    photograph (*scene.editor, "captions-en");

    // Two tracks of one session, as rows with speakers.
    const plugin::Words words;
    plugin::TranscriptView view (words);
    TranscriptStore store;
    const char* said[] = { "shall we begin", "yes, the levels are fine on this side", "then tell me about the tides" };
    for (int i = 0; i < 3; ++i)
    {
        Segment segment;
        segment.id = i;
        segment.startSample = i;
        segment.startSeconds = i * 5.0;
        segment.text = said[i];
        segment.speaker = i % 2 == 0 ? "Ann" : "Ben";
        segment.tokens = { { segment.text.substr (0, segment.text.find (' ')), 0, 1, 0.0, 0.0, 0.3 } };
        store.addFinal (segment);
    }
    view.setSize (520, 200);
    view.show (nullptr, store.snapshot());
    photograph (view, "speakers-en");
}
