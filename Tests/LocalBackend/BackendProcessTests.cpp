#include "LocalBackend/BackendProcess.h"

#include "Support/Catch.h"
#include "Support/TemporaryFolder.h"

#include <cstdlib>
#include <set>

#include <sys/wait.h>

using namespace kikitori;

namespace
{
/** The names of the variables that a child of ours finds. */
std::set<std::string> environmentOfChild()
{
    const TemporaryFolder folder;
    const auto child = launchProcess ("/bin/sh", { "-c", "exec env > '" + (folder.path / "env").string() + "'" });
    REQUIRE (child.ok());
    REQUIRE (::waitpid (child.value().id(), nullptr, 0) == child.value().id());

    std::set<std::string> names;
    std::ifstream file (folder.path / "env");

    for (std::string line; std::getline (file, line);)
        names.insert (line.substr (0, line.find ('=')));

    return names;
}
} // namespace

TEST_CASE ("the local backend gets what it needs of a host's environment and nothing else", "[local_backend]")
{
    const std::set<std::string> needed{ "HOME", "LANG", "LC_ALL", "PATH", "XDG_DATA_HOME", "https_proxy", "KIKITORI_TEST" };
    const std::set<std::string> harmful{ "LD_LIBRARY_PATH", "PYTHONHOME", "GTK_PATH", "SECRET_TOKEN" };

    for (const auto& name : { needed, harmful })
        for (const auto& variable : name)
            REQUIRE (::setenv (variable.c_str(), "/tmp", 0) == 0);

    const auto found = environmentOfChild();

    for (const auto& name : needed)
        CHECK (found.contains (name));
    for (const auto& name : harmful)
        CHECK_FALSE (found.contains (name));

    for (const auto* name : { "LC_ALL", "XDG_DATA_HOME", "https_proxy", "KIKITORI_TEST", "LD_LIBRARY_PATH", "PYTHONHOME",
                              "GTK_PATH", "SECRET_TOKEN" })
        ::unsetenv (name);
}
