/*  A display of the test's own with a window manager, a backend of its own, and a user with mouse and keys.

    Threads: User works on a thread beside the message thread, which the test runs.
    Failure: what does not appear in time fails the test.
*/
#pragma once

#include "ChildProcess.h"
#include "Plugin/Editor/KikitoriEditor.h"
#include "Support/Catch.h"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace kikitori::testing
{

using namespace std::chrono_literals;

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

    /** Clicks until it has an effect, as people do: about one click in thirty is lost here, its press arrives and its
        release does not count (Xvfb, openbox, a busy machine). */
    template <typename Condition>
    bool clickUntil (const juce::String& title, Condition hasEffect)
    {
        for (int attempt = 0; attempt < 4; ++attempt)
        {
            click (title);
            if (sees (hasEffect, 8s))
                return true;
        }
        return false;
    }

    void doubleClick (juce::Point<int> place)
    {
        Display::xdotool ({ "mousemove", std::to_string (place.x), std::to_string (place.y), "sleep", "0.1", "click",
                            "--repeat", "2", "--delay", "60", "1" });
    }

    void press (const std::string& key) { Display::xdotool ({ "key", key }); }
    void type (const std::string& text) { Display::xdotool ({ "type", text }); }

private:
    plugin::KikitoriEditor& editor;
};

} // namespace kikitori::testing
