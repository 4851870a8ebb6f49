// Pictures of what the status line tells, and of files on their way, in both languages: build/screenshots.
#include "EditorScene.h"
#include "Photograph.h"
#include "Plugin/Editor/FilePage.h"
#include "Support/TemporaryFolder.h"

#include <thread>

using namespace kikitori;
using namespace kikitori::test;

namespace
{

struct State
{
    const char* name;
    std::function<void (EditorScene&)> happens;
    const char* says; ///< in English, part of the headline or of the line below it
};

void start (EditorScene& scene)
{
    const plugin::Words words (scene.processor->stream().settings().language);
    scene.click (words ("Start"));
    scene.playAndLook (Milliseconds (100));
}

const State states[] = {
    { "connecting",
      [] (EditorScene& scene)
      {
          scene.transport->afterStep = nullptr; // nobody answers
          start (scene);
      },
      "Connecting" },
    { "loading",
      [] (EditorScene& scene)
      {
          scene.backend.sendsLoading = true;
          scene.backend.readyAfter = Milliseconds (60000);
          start (scene);
          scene.playAndLook (Milliseconds (3000));
      },
      "Loading the model (3 s)" },
    { "behind",
      [] (EditorScene& scene)
      {
          scene.backend.isSlow = true;
          start (scene);
          scene.playAndLook (Milliseconds (4000));
      },
      "Behind by 4" },
    { "reconnecting",
      [] (EditorScene& scene)
      {
          start (scene);
          scene.playAndLook (Milliseconds (500));
          scene.backend.accepts = false;
          scene.backend.cut();
          scene.playAndLook (Milliseconds (100));
      },
      "Connection lost at " },
    { "lost",
      [] (EditorScene& scene)
      {
          start (scene);
          juce::AudioBuffer<float> audio (2, 480);
          juce::MidiBuffer midi;
          for (int block = 0; block < 6000; ++block) // a minute that nobody takes out of the ring
              scene.processor->processBlock (audio, midi);
          scene.playAndLook (Milliseconds (500));
      },
      "lost" },
    { "offline",
      [] (EditorScene& scene)
      {
          scene.processor->setNonRealtime (true);
          start (scene);
      },
      "offline render" },
    { "no-sound",
      [] (EditorScene& scene)
      {
          start (scene);
          scene.transport->advance (Milliseconds (5500)); // without a block
          scene.editor->refresh();
      },
      "No sound reaches the plugin" },
    { "finishing",
      [] (EditorScene& scene)
      {
          scene.processor->setNonRealtime (true);
          scene.backend.sendsLoading = true;
          scene.backend.readyAfter = Milliseconds (60000);
          start (scene);
          scene.processor->releaseResources();
          scene.editor->refresh();
      },
      "Finishing the bounce" },
    { "bypassed",
      [] (EditorScene& scene)
      {
          start (scene);
          scene.processor->getBypassParameter()->setValueNotifyingHost (1.0f);
          scene.playAndLook (Milliseconds (100));
      },
      "bypassed" },
};

} // namespace

TEST_CASE ("Screenshots of everything that the status line tells")
{
    for (const juce::String language : { "en", "ja" })
    {
        for (const auto& state : states)
        {
            INFO (state.name << " " << language.toStdString());
            EditorScene scene (language.toRawUTF8());
            scene.backend.sendsWords = false;
            scene.editor->setSize (640, 470);
            state.happens (scene);
            const auto told = plugin::statusText (scene.processor->snapshot(), plugin::Words());
            CHECK_THAT ((told.headline + "\n" + told.detail).toStdString(), Catch::Contains (state.says));
            photograph (*scene.editor, juce::String ("state-") + state.name + "-" + language);
        }
    }
}

TEST_CASE ("Screenshots of files that are done, on their way, and cannot be read")
{
    for (const juce::String language : { "en", "ja" })
    {
        EditorScene scene (language.toRawUTF8());
        const TemporaryFolder folder;
        scene.editor->showPage ("files");
        const plugin::Words words (language.toStdString());
        auto* page = dynamic_cast<plugin::FilePage*> (scene.find (words ("Files"))->getParentComponent());
        REQUIRE (page != nullptr);
        const auto tone = juce::String (KIKITORI_FIXTURES) + "/audio/tone.wav";
        auto* files = scene.processor->stream().files();
        page->filesDropped ({ tone, folder.write ("broken.wav", "no audio").string(), tone }, 0, 0);
        REQUIRE (files != nullptr);
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds (20);
        const auto isThere = [&]
        {
            const auto jobs = files->jobs();
            return jobs.size() == 3 && jobs[1].hasEnded() && jobs[2].state == FileJob::State::running;
        };

        while (! isThere())
        {
            REQUIRE (std::chrono::steady_clock::now() < deadline);
            // The last one does not come to its end.
            scene.backend.answersStop = files->jobs().size() < 2 || ! files->jobs()[1].hasEnded();
            scene.transport->advance (Milliseconds (10));
            std::this_thread::yield();
        }

        for (const auto* size : { "", "-small" })
        {
            scene.editor->setSize (*size == 0 ? 860 : 640, *size == 0 ? 560 : 470);
            scene.editor->refresh();
            photograph (*scene.editor, juce::String ("files-filled") + size + "-" + language);
        }
    }
}
