#include "Platform/UserFolders.h"

#include "Support/Catch.h"

#include <cstdlib>
#include <optional>

using namespace kikitori::platform;

namespace
{
/** An environment variable that is as it was at the end. */
class Variable
{
public:
    Variable (const char* variable, const char* value) : name (variable)
    {
        if (const auto* present = std::getenv (name))
            before = present;

        value != nullptr ? ::setenv (name, value, 1) : ::unsetenv (name);
    }
    ~Variable() { before ? ::setenv (name, before->c_str(), 1) : ::unsetenv (name); }
    Variable (const Variable&) = delete;
    Variable& operator= (const Variable&) = delete;

private:
    const char* name;
    std::optional<std::string> before;
};
} // namespace

TEST_CASE ("The user's folders follow the environment, and relative ones are ignored")
{
    const Variable home ("HOME", "/home/ann");
    {
        const Variable config ("XDG_CONFIG_HOME", nullptr), data ("XDG_DATA_HOME", nullptr);
        CHECK (userConfigFolder() == "/home/ann/.config/kikitori");
        CHECK (userDataFolder() == "/home/ann/.local/share/kikitori");
    }
    {
        const Variable config ("XDG_CONFIG_HOME", "/c"), data ("XDG_DATA_HOME", "/d");
        CHECK (userConfigFolder() == "/c/kikitori");
        CHECK (userDataFolder() == "/d/kikitori");
    }
    {
        const Variable config ("XDG_CONFIG_HOME", "c"), data ("XDG_DATA_HOME", "");
        CHECK (userConfigFolder() == "/home/ann/.config/kikitori");
        CHECK (userDataFolder() == "/home/ann/.local/share/kikitori");
    }
}
