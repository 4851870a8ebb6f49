/*  A display of a test's own with a window manager, and a backend of its own with its settings and data.

    Threads: one owner.
    Failure: what does not appear in time fails the test.
*/
#pragma once

#include "ChildProcess.h"
#include "Support/Catch.h"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

namespace kikitori::testing
{

using namespace std::chrono_literals;

/** A display with a window manager: JUCE asks for atoms that only one makes. */
class Display
{
public:
    Display()
    {
        // A test beside this one may have the same number. Not from 0 on, where programs look that were told of none.
        for (int number = 300 + ::getpid() % 500; number < 900 && server == nullptr; ++number)
            open (":" + std::to_string (number));
        REQUIRE (server != nullptr);
        REQUIRE (answers ("getdisplaygeometry")); // a window manager that finds no answer ends at once
        manager = std::make_unique<ChildProcess> ("/usr/bin/openbox", std::vector<std::string>{ "--sm-disable" });
        REQUIRE (answers ("get_num_desktops")); // only a window manager knows
    }

    ~Display()
    {
        manager.reset();
        server->signal (SIGTERM); // it clears its socket away
        server->wait (5s);
        ::setenv ("DISPLAY", ":none", 1);
    }

    static void xdotool (const std::vector<std::string>& arguments)
    {
        ChildProcess tool ("/usr/bin/xdotool", arguments);
        CHECK (tool.wait (10s).value_or (-1) == 0);
    }

private:
    /** Ready when it has said its number. One that finds another server there ends. */
    void open (const std::string& name)
    {
        auto started = std::make_unique<ChildProcess> (
            "/usr/bin/Xvfb", std::vector<std::string>{ name, "-displayfd", "1", "-screen", "0", "1280x900x24",
                                                       "-nolisten", "tcp", "-noreset" });
        while (started->output().empty() && ! started->wait (10ms))
            REQUIRE (std::chrono::steady_clock::now() < limit);
        if (started->output().empty())
            return;
        ::setenv ("DISPLAY", name.c_str(), 1);
        server = std::move (started);
    }

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

    const std::chrono::steady_clock::time_point limit = std::chrono::steady_clock::now() + 60s;
    std::unique_ptr<ChildProcess> server, manager;
};

/** The backend is this test's own, and goes with it. */
class OwnBackend
{
public:
    explicit OwnBackend (int idleSeconds = 5)
    {
        ::setenv ("KIKITORI_BACKEND", KIKITORI_BIN "/kikitori-backend", 1);
        ::setenv ("KIKITORI_RUNTIME_DIR", (folder / "runtime").c_str(), 1);
        ::setenv ("KIKITORI_LOCAL_IDLE_SECONDS", std::to_string (idleSeconds).c_str(), 1);
        ::setenv ("XDG_CONFIG_HOME", (folder / "config").c_str(), 1);
        ::setenv ("XDG_DATA_HOME", (folder / "data").c_str(), 1);
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
        for (const auto* name : { "KIKITORI_BACKEND", "KIKITORI_RUNTIME_DIR", "KIKITORI_LOCAL_IDLE_SECONDS",
                                  "XDG_CONFIG_HOME", "XDG_DATA_HOME" })
            ::unsetenv (name);
    }

    /** Where everything lies that the window and it keep of the user's settings. */
    std::filesystem::path configFolder() const { return folder / "config" + "/kikitori"; }

    /** Its config.yaml, before it is started. */
    void configure (const std::string& yaml) const
    {
        std::filesystem::create_directories (configFolder());
        std::ofstream (configFolder() / "config.yaml") << yaml;
    }

    /** The last lines of its log. */
    std::vector<std::string> lastLogLines (std::size_t most = 20) const
    {
        std::ifstream log (folder / "data" + "/kikitori/backend.log");
        std::vector<std::string> lines;
        for (std::string line; std::getline (log, line);)
            lines.push_back (line);
        if (lines.size() > most)
            lines.erase (lines.begin(), lines.end() - static_cast<std::ptrdiff_t> (most));
        return lines;
    }

private:
    TemporaryFolder folder;
};

} // namespace kikitori::testing
