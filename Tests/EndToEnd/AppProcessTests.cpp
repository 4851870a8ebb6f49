// The app itself, on a display of the test's own.
#include "OwnDisplay.h"

using namespace kikitori::testing;

TEST_CASE ("The app saves and ends in order on SIGTERM and SIGHUP, in the user's folders and for its user alone", "[app]")
{
    const Display display;

    for (const auto number : { SIGTERM, SIGHUP })
    {
        INFO ("signal " << number);
        const TemporaryFolder home;
        ChildProcess app (KIKITORI_BIN "/KikitoriApp", {},
                          { { "HOME", home.path() },
                            { "XDG_CONFIG_HOME", home / "config" },
                            { "XDG_DATA_HOME", home / "data" },
                            { "KIKITORI_RUNTIME_DIR", home / "runtime" } });
        ChildProcess window ("/usr/bin/xdotool", { "search", "--sync", "--onlyvisible", "--name", "^Kikitori$" });
        REQUIRE (window.wait (60s) == 0);
        app.signal (number);
        INFO (app.errors());
        CHECK (app.wait (60s) == 0);
        const std::filesystem::path settings (home / "config/kikitori/app.json");
        REQUIRE (std::filesystem::exists (settings));
        CHECK ((std::filesystem::status (settings).permissions() & std::filesystem::perms (077))
               == std::filesystem::perms::none);
        CHECK_FALSE (std::filesystem::exists (home / "kikitori"));
    }
}
