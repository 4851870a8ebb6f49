#include "Platform/FileFacts.h"
#include "Support/TemporaryFolder.h"

using namespace kikitori;
namespace fs = std::filesystem;

TEST_CASE ("what cannot be looked at is not there, and nothing throws", "[files]")
{
    const TemporaryFolder folder;
    const auto tooLong = folder.path / std::string (300, 'n');
    const auto loop = folder.path / "loop";
    fs::create_symlink ("loop", loop);

    for (const auto& path : { tooLong, loop, loop / "inside", folder.path / "none", fs::path() })
    {
        INFO (path);
        CHECK_FALSE (platform::exists (path));
        CHECK_FALSE (platform::isFolder (path));
        CHECK_FALSE (platform::isPlainFile (path));
        CHECK (platform::entriesOf (path).empty());
        CHECK_FALSE (platform::folderProblem (path).empty());
    }
}

TEST_CASE ("a folder's entries come by name", "[files]")
{
    const TemporaryFolder folder;
    folder.write ("b", "");
    folder.write ("a", "");
    fs::create_directory (folder.path / "c");
    CHECK (platform::entriesOf (folder.path)
           == std::vector<fs::path>{ folder.path / "a", folder.path / "b", folder.path / "c" });
    CHECK (platform::folderProblem (folder.path).empty());
    CHECK (platform::isFolder (folder.path / "c"));
    CHECK (platform::isPlainFile (folder.path / "a"));
}
