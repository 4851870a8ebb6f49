// The question at the end of the app, on a display of the test's own.
#include "Standalone/App/UnsavedDialog.h"

#include "EndToEnd/OwnDisplay.h"
#include "Plugin/JournalScene.h"
#include "Plugin/PluginScene.h"

#include <deque>

using namespace kikitori;
using kikitori::testing::Display;
using FolderOfTest = ::TemporaryFolder;

namespace
{
/** The desktop's dialog for files answers what the test has written. */
class ChosenFile
{
public:
    ChosenFile()
    {
        const auto program = folder.write ("zenity", "#!/bin/sh\ncat '" + (folder.path / "answer").string() + "'\n");
        std::filesystem::permissions (program, std::filesystem::perms::owner_all);
        ::setenv ("PATH", (folder.path.string() + ":" + pathBefore).c_str(), 1);
        ::unsetenv ("KDE_FULL_SESSION");
    }
    ~ChosenFile() { ::setenv ("PATH", pathBefore.c_str(), 1); }

    void set (const std::filesystem::path& file) const { folder.write ("answer", file.string()); }

private:
    const std::string pathBefore = ::getenv ("PATH");
    FolderOfTest folder;
};

/** What the user sees and does, one after the other, in the loop of the message thread. */
class Steps final : private juce::Timer
{
public:
    /** True: done. */
    void add (std::function<bool()> step) { steps.push_back (std::move (step)); }

    void run()
    {
        startTimer (5);
        juce::MessageManager::getInstance()->runDispatchLoop();
        CHECK (steps.empty());
    }

private:
    void timerCallback() override
    {
        if (! steps.empty() && steps.front()())
            steps.pop_front();

        if (steps.empty() || std::chrono::steady_clock::now() > limit)
        {
            stopTimer();
            juce::MessageManager::getInstance()->stopDispatchLoop();
        }
    }

    std::deque<std::function<bool()>> steps;
    const std::chrono::steady_clock::time_point limit = std::chrono::steady_clock::now() + std::chrono::seconds (60);
};

juce::AlertWindow* question()
{
    return dynamic_cast<juce::AlertWindow*> (juce::ModalComponentManager::getInstance()->getModalComponent (0));
}
} // namespace

TEST_CASE ("What cannot be saved at the end is saved elsewhere, left or kept open; a bad place asks again", "[app]")
{
    const Display display;
    const ChosenFile chosen;
    const FolderOfTest folder;
    test::PluginScene scene;
    scene.prepare();
    scene.processor->setTranscribing (true);
    scene.play (Milliseconds (5000));
    const auto said = test::textsOf (scene.processor->wholeTranscript());
    REQUIRE (said.size() > 1);

    int closed = 0;
    std::unique_ptr<app::UnsavedDialog> dialog;
    Steps steps;
    const auto opens = [&]
    {
        steps.add (
            [&]
            {
                const Error why{ "write_failed", "The disk is full." };
                dialog = std::make_unique<app::UnsavedDialog> (*scene.processor, why, [&closed] { ++closed; });
                return true;
            });
    };
    const auto asks = [&] (const juce::String& why)
    { steps.add ([why] { return question() != nullptr && question()->getDescription().contains (why); }); };
    const auto press = [&] (const juce::String& button)
    {
        steps.add (
            [button]
            {
                question()->triggerButtonClick (button);
                return true;
            });
    };
    const auto saveAs = [&] (const std::filesystem::path& file)
    {
        steps.add (
            [&chosen, file]
            {
                chosen.set (file);
                return true;
            });
        press ("Save as ...");
    };
    const auto isClosed = [&] (int times)
    { steps.add ([&closed, times] { return question() == nullptr && closed == times; }); };

    opens();
    asks ("The disk is full.");
    press ("Cancel");
    isClosed (0);

    opens();
    asks ("The disk is full.");
    press ("Quit without saving");
    isClosed (1);

    const auto missing = folder.path / "missing" / "talk.txt", talk = folder.path / "talk.txt";
    opens();
    asks ("The disk is full.");
    saveAs (missing);
    asks (juce::String (missing.string()));
    saveAs (talk);
    isClosed (2);

    // Nothing was chosen: the app stays.
    opens();
    asks ("The disk is full.");
    saveAs ({});
    isClosed (2);

    steps.run();
    const auto text = juce::File (talk.string()).loadFileAsString();
    for (const auto& line : said)
        CHECK (text.contains (juce::String (line)));
}
