#include "Platform/ReadFile.h"

#include "Disk.h"

using namespace kikitori;
using namespace kikitori::platform;
using namespace kikitori::test;

TEST_CASE ("A file is read whole, up to its limit")
{
    const TemporaryFolder folder;
    const std::string large (200000, 'x');
    CHECK (readFile (folder.write ("empty", ""), 0).value().empty());
    CHECK (readFile (folder.write ("large", large), 200000).value() == large);
    CHECK (readFile (folder.path / "large", 199999).error().code == "file_too_large");
    CHECK (readFile (folder.path / "none", 10).error().code == "file_missing");
    CHECK (readFile (folder.path, 10).error().code == "read_failed");
    CHECK (readFile ("/dev/zero", 10).error().code == "read_failed");
}

TEST_CASE ("A private file is the user's alone and no link")
{
    const TemporaryFolder folder;
    const auto file = folder.write ("secret", "x");
    REQUIRE (::chmod (file.c_str(), 0640) == 0);
    const auto open = readPrivateFile (file, 10);
    REQUIRE_FALSE (open.ok());
    CHECK (open.error().code == "not_private");
    CHECK (open.error().message.find ("chmod 600") != std::string::npos);
    REQUIRE (::chmod (file.c_str(), 0600) == 0);
    CHECK (readPrivateFile (file, 10).value() == "x");
    std::filesystem::create_symlink (file, folder.path / "link");
    CHECK_FALSE (readPrivateFile (folder.path / "link", 10).ok());
}

TEST_CASE ("Two names are one file through links, and only where both exist")
{
    const TemporaryFolder folder;
    const auto file = folder.write ("talk.flac", "x");
    folder.write ("other.flac", "x");
    std::filesystem::create_hard_link (file, folder.path / "hard");
    std::filesystem::create_symlink ("talk.flac", folder.path / "soft");
    CHECK (isSameFile (file, folder.path / "." / "talk.flac"));
    CHECK (isSameFile (file, folder.path / "hard"));
    CHECK (isSameFile (folder.path / "soft", folder.path / "hard"));
    CHECK_FALSE (isSameFile (file, folder.path / "other.flac"));
    CHECK_FALSE (isSameFile (folder.path / "none", folder.path / "none"));
}
