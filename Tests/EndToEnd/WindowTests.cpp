// The real window on a display of its own, with mouse and keys, and a real backend with the starter model.
#include "Audio/AudioFileReader.h"
#include "Plugin/Editor/TranscriptView.h"
#include "WindowScene.h"

#include <atomic>

using namespace kikitori;
using namespace kikitori::testing;

TEST_CASE ("With mouse and keys on a display, a real backend writes down what is said")
{
    const Display display;
    const OwnBackend backend;
    const juce::ScopedJuceInitialiser_GUI juceIsUp;
    juce::AudioProcessor::setTypeOfNextNewPlugin (juce::AudioProcessor::wrapperType_Standalone); // keys as in the app
    plugin::KikitoriProcessor processor (&plugin::KikitoriEditor::create);
    processor.setRateAndBufferSizeDetails (48000.0, 480);
    processor.prepareToPlay (48000.0, 480);
    auto recording = readAudioFile (KIKITORI_FIXTURES "/speech/audio/arctic_a0009_1592748391.opus");
    REQUIRE (recording.ok());
    REQUIRE (recording.value().sampleRate == 48000.0);
    auto samples = recording.value().samples;
    samples.resize (samples.size() + 48000); // a second of silence ends the sentence

    plugin::KikitoriEditor editor (processor);
    editor.setTopLeftPosition (20, 20);
    editor.addToDesktop (0);
    editor.setVisible (true);

    std::atomic<bool> isDone{ false };
    std::atomic<bool> speaks{ false };
    std::atomic<bool> hasSpoken{ false };
    std::thread audio (
        [&]
        {
            juce::AudioBuffer<float> block (2, 480);
            juce::MidiBuffer midi;
            auto next = std::chrono::steady_clock::now();
            auto at = samples.size(); // nothing is said yet
            bool isSpeaking = false;
            while (! isDone)
            {
                if (speaks.exchange (false))
                {
                    at = 0;
                    isSpeaking = true;
                }
                for (int i = 0; i < 480; ++i)
                    for (int channel = 0; channel < 2; ++channel)
                        block.setSample (channel, i,
                                         at + static_cast<std::size_t> (i) < samples.size()
                                             ? samples[at + static_cast<std::size_t> (i)]
                                             : 0.0f);
                at = std::min (samples.size(), at + 480);
                hasSpoken = isSpeaking && at == samples.size();
                processor.processBlock (block, midi);
                next += 10ms; // the host's clock
                std::this_thread::sleep_until (next);
            }
        });

    const auto scenes = [&] (User& user)
    {
        const auto status = [&] { return plugin::statusText (processor.snapshot(), plugin::Words()).headline; };
        const auto transcript = [&]
        {
            auto* view = dynamic_cast<plugin::TranscriptView*> (user.find ("Transcript"));
            return view != nullptr ? view->textToCopy() : juce::String();
        };

        CHECK (user.sees ([&] { return editor.isShowing() && status() == "Idle"; }));
        user.click ("Start");
        CHECK (user.sees ([&] { return status() != "Idle"; }));
        CHECK (user.sees ([&] { return status() == "Listening"; }, 120s));
        speaks = true;
        CHECK (user.sees ([&] { return hasSpoken && transcript().isNotEmpty(); }));
        // "he turned sharply and faced gregson across the table": how well is another test's question
        CHECK (user.sees ([&] { return transcript().startsWith ("he ") && transcript().contains (" and "); }));

        CHECK (user.onMessageThread ([&] { return photograph (editor, "window"); }));

        // A double click on the first word takes it alone; the caption window opens above all others and closes.
        const auto firstWord = user.onMessageThread (
            [&] { return user.find ("Transcript")->getScreenBounds().getPosition() + juce::Point<int> (90, 58); }); // below the take's title
        user.doubleClick (firstWord);
        CHECK (user.sees ([&] { return transcript() == "he"; }));
        user.press ("Escape");
        CHECK (user.sees ([&] { return transcript().contains (" and "); }));
        user.press ("ctrl+shift+l");
        CHECK (user.sees (
            []
            {
                return windowOf<plugin::CaptionWindow>() != nullptr
                       && windowOf<plugin::CaptionWindow>()->captions().shownLines().size() == 2;
            }));
        CHECK (
            user.onMessageThread ([] { return photograph (*windowOf<plugin::CaptionWindow>(), "window-captions"); }));
        user.press ("1");
        CHECK (user.sees ([&] { return processor.stream().userSettings().captionLines == 1; }));
        CHECK (user.sees ([&] { return std::filesystem::exists (backend.configFolder() / "settings.json"); }));
        user.press ("Escape");
        CHECK (user.sees ([] { return windowOf<plugin::CaptionWindow>() == nullptr; }));
        user.click ("Transcript"); // back to the window
        user.press ("space");      // Stop, whatever has the focus
        CHECK (user.sees ([&] { return status() == "Idle"; }));
        user.press ("ctrl+f");
        user.type ("the");
        CHECK (user.sees ([&] { return dynamic_cast<juce::TextEditor*> (user.find ("Search"))->getText() == "the"; }));
        user.press ("Escape");

        user.click ("Settings");
        CHECK (user.sees ([&] { return user.find ("Hot words") != nullptr; }));
        user.press ("ctrl+1");
        CHECK (user.sees ([&] { return user.find ("Transcript") != nullptr; }));
        user.click ("Clear");
        CHECK (user.sees ([&] { return transcript().isEmpty(); }));
        CHECK (user.sees ([&] { return user.find ("Undo") != nullptr; }));
        user.click ("Undo");
        CHECK (user.sees ([&] { return transcript().isNotEmpty(); }));
    };

    play (editor, backend, scenes);
    isDone = true;
    audio.join();
}

TEST_CASE ("A click counts at once, whatever else the window asks the display")
{
    const Display display;
    const OwnBackend backend;
    const juce::ScopedJuceInitialiser_GUI juceIsUp;
    plugin::KikitoriProcessor processor (&plugin::KikitoriEditor::create);
    plugin::KikitoriEditor editor (processor);
    editor.setTopLeftPosition (20, 20);
    editor.addToDesktop (0);
    editor.setVisible (true);

    play (editor, backend,
          [&] (User& user)
          {
              CHECK (user.sees ([&] { return editor.isShowing(); }));
              for (int number = 0; number < 40; ++number)
              {
                  const auto* page = number % 2 == 0 ? "Settings" : "Diagnostics";
                  INFO ("click " << number << ", " << page);
                  user.click (page);
                  REQUIRE (user.sees ([&] { return (user.find ("Hot words") != nullptr) == (number % 2 == 0); }, 5s));
              }
          });
}
