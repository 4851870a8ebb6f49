// The real window on a display of its own, with mouse and keys, and a real backend with the starter model.
#include "Audio/AudioFileReader.h"
#include "ChildProcess.h"
#include "Plugin/Editor/KikitoriEditor.h"
#include "Plugin/Editor/TranscriptView.h"
#include "Support/Catch.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

using namespace kikitori;
using namespace kikitori::testing;
using namespace std::chrono_literals;

namespace
{

/** A display with a window manager: JUCE asks for atoms that only one makes. */
class Display
{
public:
    Display()
        : name (":" + std::to_string (300 + ::getpid() % 500)),
          server ("/usr/bin/Xvfb", { name, "-screen", "0", "1280x900x24", "-nolisten", "tcp", "-noreset" })
    {
        const auto socket = "/tmp/.X11-unix/X" + name.substr (1);
        for (int nap = 0; nap < 1000 && ! std::filesystem::exists (socket); ++nap)
            std::this_thread::sleep_for (10ms);
        REQUIRE (std::filesystem::exists (socket));
        ::setenv ("DISPLAY", name.c_str(), 1);
        // The socket is there before the server answers, and a window manager that finds no answer ends at once.
        REQUIRE (answers ("getdisplaygeometry"));
        manager = std::make_unique<ChildProcess> ("/usr/bin/openbox", std::vector<std::string>{ "--sm-disable" });
        REQUIRE (answers ("get_num_desktops")); // only a window manager knows
    }

    ~Display()
    {
        manager.reset();
        ::unsetenv ("DISPLAY");
    }

    static void xdotool (const std::vector<std::string>& arguments)
    {
        ChildProcess tool ("/usr/bin/xdotool", arguments);
        CHECK (tool.wait (10s).value_or (-1) == 0);
    }

private:
    static bool answers (const std::string& question)
    {
        for (int nap = 0; nap < 500; ++nap)
        {
            ChildProcess tool ("/usr/bin/xdotool", { question });
            if (tool.wait (10s).value_or (-1) == 0)
                return true;
            std::this_thread::sleep_for (10ms);
        }
        return false;
    }

    const std::string name;
    ChildProcess server;
    std::unique_ptr<ChildProcess> manager;
};

/** The backend is this test's own, and goes with it. */
class OwnBackend
{
public:
    OwnBackend()
    {
        ::setenv ("KIKITORI_BACKEND", KIKITORI_BIN "/kikitori-backend", 1);
        ::setenv ("KIKITORI_RUNTIME_DIR", (folder / "runtime").c_str(), 1);
        ::setenv ("KIKITORI_LOCAL_IDLE_SECONDS", "5", 1);
        ::setenv ("XDG_CONFIG_HOME", (folder / "config").c_str(), 1);
    }

    ~OwnBackend()
    {
        std::ifstream file (folder / "runtime" + "/backend.json");
        const auto json = nlohmann::json::parse (file, nullptr, false);
        if (json.is_object() && json.value ("pid", 0) > 0)
        {
            ::kill (json["pid"].get<int>(), SIGTERM);
            ChildProcess::waitForEnd (json["pid"].get<int>(), 10s);
        }
        for (const auto* name : { "KIKITORI_BACKEND", "KIKITORI_RUNTIME_DIR", "KIKITORI_LOCAL_IDLE_SECONDS" })
            ::unsetenv (name);
    }

private:
    TemporaryFolder folder;
};

/** What the user does, on a thread of its own beside the message thread. */
class User
{
public:
    explicit User (plugin::KikitoriEditor& editorToUse) : editor (editorToUse) {}

    template <typename Function>
    auto onMessageThread (Function function)
    {
        std::optional<std::invoke_result_t<Function>> result;
        juce::WaitableEvent done;
        juce::MessageManager::callAsync (
            [&]
            {
                result = function();
                done.signal();
            });
        REQUIRE (done.wait (20000));
        return *result;
    }

    template <typename Condition>
    bool sees (Condition condition, std::chrono::seconds limit = 60s)
    {
        const auto end = std::chrono::steady_clock::now() + limit;
        while (std::chrono::steady_clock::now() < end)
        {
            if (onMessageThread ([&] { return bool (condition()); }))
                return true;
            std::this_thread::sleep_for (20ms);
        }
        return false;
    }

    juce::Component* find (const juce::String& title, juce::Component* in = nullptr)
    {
        auto* parent = in != nullptr ? in : &editor;
        for (auto* child : parent->getChildren())
        {
            if (! child->isVisible())
                continue;
            if (child->getTitle() == title)
                return child;
            if (auto* deeper = find (title, child))
                return deeper;
        }
        return nullptr;
    }

    /** Moves the pointer there and presses the button, as the X server's own events. */
    void click (const juce::String& title)
    {
        INFO (title.toStdString());
        const auto place = onMessageThread (
            [&]
            {
                auto* control = find (title);
                return control != nullptr ? control->getScreenBounds().getCentre() : juce::Point<int>();
            });
        REQUIRE (place.x > 0);
        Display::xdotool ({ "mousemove", std::to_string (place.x), std::to_string (place.y), "sleep", "0.1", "mousedown",
                            "1", "sleep", "0.1", "mouseup", "1" });
    }

    void press (const std::string& key) { Display::xdotool ({ "key", key }); }
    void type (const std::string& text) { Display::xdotool ({ "type", text }); }

private:
    plugin::KikitoriEditor& editor;
};

/** For people to look at, and for the readme. */
bool photograph (juce::Component& window)
{
    const juce::File file (KIKITORI_BIN "/../screenshots/window.png");
    file.getParentDirectory().createDirectory();
    file.deleteFile();
    juce::FileOutputStream stream (file);
    return stream.openedOk()
           && juce::PNGImageFormat().writeImageToStream (
               window.createComponentSnapshot (window.getLocalBounds(), true, 2.0f), stream);
}

} // namespace

TEST_CASE ("With mouse and keys on a display, a real backend writes down what is said")
{
    const Display display;
    const OwnBackend backend;
    const juce::ScopedJuceInitialiser_GUI juceIsUp;
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
                        block.setSample (channel, i, at + static_cast<std::size_t> (i) < samples.size()
                                                         ? samples[at + static_cast<std::size_t> (i)]
                                                         : 0.0f);
                at = std::min (samples.size(), at + 480);
                hasSpoken = isSpeaking && at == samples.size();
                processor.processBlock (block, midi);
                next += 10ms; // the host's clock
                std::this_thread::sleep_until (next);
            }
        });

    std::atomic<bool> isThrough{ false };
    const auto scenes = [&]
    {
        User user (editor);
        const auto status = [&] { return plugin::statusText (processor.snapshot(), plugin::Words()).headline; };
        const auto transcript = [&]
        {
            auto* view = dynamic_cast<plugin::TranscriptView*> (user.find ("Transcript"));
            return view != nullptr ? view->textToCopy() : juce::String();
        };

        CHECK (user.sees ([&] { return editor.isShowing() && status() == "Idle"; }));
        user.click ("Start");
        CHECK (user.sees ([&] { return status() == "Listening"; }, 120s));
        speaks = true;
        CHECK (user.sees ([&] { return hasSpoken && transcript().isNotEmpty(); }));
        // "he turned sharply and faced gregson across the table": how well is another test's question
        CHECK (user.sees ([&] { return transcript().startsWith ("he ") && transcript().contains (" and "); }));

        CHECK (user.onMessageThread ([&] { return photograph (editor); }));
        user.press ("space"); // Stop, whatever has the focus
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
        user.click ("Undo");
        CHECK (user.sees ([&] { return transcript().isNotEmpty(); }));
        isThrough = true;
    };

    std::thread scenario (
        [&]
        {
            try
            {
                scenes();
            }
            catch (...) // a REQUIRE has told already what failed
            {
            }

            isDone = true;
            juce::MessageManager::callAsync ([] { juce::MessageManager::getInstance()->stopDispatchLoop(); });
        });

    juce::MessageManager::getInstance()->runDispatchLoop();
    scenario.join();
    audio.join();
    CHECK (isThrough);
}
