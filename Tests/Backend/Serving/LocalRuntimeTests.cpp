#include "Backend/Serving/LocalRuntime.h"
#include "Support/Catch.h"
#include "Support/TemporaryFolder.h"

using namespace kikitori;
namespace fs = std::filesystem;

namespace
{
constexpr auto ownerOnly = fs::perms::owner_all;
constexpr auto readableByAll = ownerOnly | fs::perms::group_read | fs::perms::group_exec | fs::perms::others_read
                               | fs::perms::others_exec;
} // namespace

TEST_CASE ("a runtime folder that others can read is refused by name and stays as it is", "[runtime]")
{
    const TemporaryFolder temporary;
    fs::permissions (temporary.path, readableByAll);

    const auto claimed = backend::LocalRuntime::claim (temporary.path);
    REQUIRE_FALSE (claimed.ok());
    CHECK (claimed.error().code == "folder_not_private");
    CHECK (claimed.error().message.find (temporary.path.string()) != std::string::npos);
    CHECK (fs::status (temporary.path).permissions() == readableByAll);
    CHECK (fs::is_empty (temporary.path));
}

TEST_CASE ("a runtime folder that we make is the user's alone", "[runtime]")
{
    const TemporaryFolder temporary;
    const auto folder = temporary.path / "run";

    CHECK (backend::LocalRuntime::claim (folder).ok());
    CHECK (fs::status (folder).permissions() == ownerOnly);
}
