// kikitori_killed app|plugin FOLDER: plays silence in real time to a processor whose backend answers with words, as the
// app or as a host with the plugin, and prints each final, until it is killed.
#define CATCH_CONFIG_RUNNER
#include "Platform/FileWriter.h"
#include "Plugin/PluginScene.h"
#include "Standalone/App/AppStorage.h"

#include <cstdio>
#include <string>
#include <thread>
#include <vector>

using namespace kikitori;

namespace
{
std::vector<std::string> arguments;
}

// A test case, because the scene's own checks need one around them.
TEST_CASE ("says words until it is killed")
{
    const std::filesystem::path folder (arguments[1]);
    const bool isApp = arguments[0] == "app";
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

        REQUIRE (platform::writeFile (folder / "project",
                                      { static_cast<const char*> (project.getData()), project.getSize() }));
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

int main (int argc, char* argv[])
{
    if (argc != 3)
        return 2;

    arguments.assign (argv + 1, argv + argc);
    return Catch::Session().run();
}
