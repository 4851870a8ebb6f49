// The app and a host with the plugin are killed while words arrive: at most the last two seconds of them are missing.
#include "EndToEnd/ChildProcess.h"
#include "Platform/ReadFile.h"
#include "Plugin/JournalScene.h"
#include "Plugin/PluginScene.h"
#include "Standalone/App/AppStorage.h"
#include "Support/LongRun.h"

#include <csignal>
#include <random>
#include <sstream>

using namespace kikitori;
using namespace kikitori::test;
using namespace std::chrono_literals;

using Texts = std::vector<std::string>;

namespace
{
constexpr auto longestLoss = 2s;

Texts linesOf (const std::string& text)
{
    std::istringstream stream (text);
    Texts lines;
    for (std::string line; std::getline (stream, line);)
        lines.push_back (line);
    return lines;
}

/** Runs the program until it has said something and was killed; what it said longer ago than may be lost. */
Texts killOnce (const std::string& what, const std::filesystem::path& folder, std::chrono::milliseconds after)
{
    testing::ChildProcess program (KIKITORI_KILLED, { what, folder.string() });
    REQUIRE (program.waitForOutput ("\n", 60s));
    // Not a wait for something to be ready: the moment of the kill is what is tried.
    REQUIRE_FALSE (program.wait (after));
    const auto sure = linesOf (program.output());
    REQUIRE_FALSE (program.wait (longestLoss));
    program.signal (SIGKILL);
    REQUIRE (program.wait (60s));
    return sure;
}

void checkBeginsWith (const Texts& kept, const Texts& sure)
{
    REQUIRE (kept.size() >= sure.size());
    REQUIRE (Texts (kept.begin(), kept.begin() + static_cast<std::ptrdiff_t> (sure.size())) == sure);
}
} // namespace

TEST_CASE ("SIGKILL of the app while finals arrive: at most the last 2 s are missing, never a broken file", "[killed][load]")
{
    const auto rounds = shortOrLong (4, 200);
    std::minstd_rand random (12);

    for (int round = 0; round < rounds; ++round)
    {
        INFO ("round " << round);
        const TemporaryFolder folder;
        const auto sure = killOnce ("app", folder.path, std::chrono::milliseconds (random() % 1000));
        app::TakeFiles files (folder.path / "app");
        const auto all = files.restore();
        CHECK_FALSE (all.trouble);
        CHECK (all.damaged.empty());
        CHECK (all.wasKilled);
        checkBeginsWith (textsOf (all.transcript), sure);
    }
}

TEST_CASE ("SIGKILL of a host with the plugin: the project offers all but the last 2 s at most", "[killed][load]")
{
    const auto rounds = shortOrLong (3, 50);
    std::minstd_rand random (13);

    for (int round = 0; round < rounds; ++round)
    {
        INFO ("round " << round);
        const TemporaryFolder folder;
        const auto sure = killOnce ("plugin", folder.path, std::chrono::milliseconds (random() % 1000));
        const auto project = platform::readFile (folder.path / "project", 1 << 24);
        REQUIRE (project.ok());
        PluginScene scene (nullptr, {}, folder.path);
        scene.processor->setStateInformation (project.value().data(), static_cast<int> (project.value().size()));
        REQUIRE (scene.processor->awaitJournal (60s));
        scene.processor->restoreFound();
        checkBeginsWith (textsOf (scene.processor->wholeTranscript()), sure);
    }
}
