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
        : server ("/usr/bin/Xvfb", { "-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp", "-noreset" })
    {
        // The server's own choice: a number chosen here might be that of a test beside this one.
        for (int nap = 0; nap < 1000 && ! server.output().ends_with ('\n'); ++nap)
            std::this_thread::sleep_for (10ms);
        REQUIRE (server.output().ends_with ('\n'));
        const auto name = ":" + server.output().substr (0, server.output().size() - 1);
        ::setenv ("DISPLAY", name.c_str(), 1);
        REQUIRE (answers ("getdisplaygeometry")); // a window manager that finds no answer ends at once
        manager = std::make_unique<ChildProcess> ("/usr/bin/openbox", std::vector<std::string>{ "--sm-disable" });
        REQUIRE (answers ("get_num_desktops")); // only a window manager knows
    }

    ~Display()
    {
        manager.reset();
        server.signal (SIGTERM); // it clears its socket away
        server.wait (5s);
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

    ChildProcess server;
    std::unique_ptr<ChildProcess> manager;
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
