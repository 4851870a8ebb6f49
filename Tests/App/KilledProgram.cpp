// kikitori_killed app|plugin FOLDER: plays silence in real time to a processor whose backend answers with words, as the
// app or as a host with the plugin, and prints each final, until it is killed.
#define CATCH_CONFIG_RUNNER
#include "Platform/FileWriter.h"
#include "Plugin/PluginScene.h"
#include "Standalone/App/AppStorage.h"

#include <cstdio>
#include <string_view>
#include <thread>

using namespace kikitori;

int main (int argc, char* argv[])
{
    if (argc != 3)
        return 2;

    const std::filesystem::path folder (argv[2]);
    const bool isApp = std::string_view (argv[1]) == "app";
    app::AppStorage storage (folder / "app.json", folder / "app", juce::File ((folder / "none").string()));
    test::PluginScene scene (
        nullptr,
        isApp ? std::function<void (const plugin::SharedTranscript&)> ([&storage] (const plugin::SharedTranscript& now)
                                                                     { storage.keep (now); })
              : nullptr,
        folder);

    if (isApp)
        storage.restore (*scene.processor);
    else
    {
        juce::MemoryBlock project;
        scene.processor->getStateInformation (project);

        if (! platform::writeFile (folder / "project",
                                   { static_cast<const char*> (project.getData()), project.getSize() }))
            return 1;
    }

    scene.prepare();
    scene.processor->setTranscribing (true);
    const auto begin = std::chrono::steady_clock::now();
    std::size_t printed = 0;

    for (int step = 1;; ++step)
    {
        scene.play (Milliseconds (10));
        const auto now = scene.processor->stream().transcript();

        for (; now != nullptr && printed < now->finals.size(); ++printed)
        {
            std::printf ("%s\n", now->finals[printed].text.c_str());
            std::fflush (stdout);
        }

        std::this_thread::sleep_until (begin + step * Milliseconds (10)); // the sound card's clock
    }
}
