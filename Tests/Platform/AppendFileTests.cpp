#include "Platform/AppendFile.h"

#include "Disk.h"
#include "Support/FullDisk.h"

using namespace kikitori;
using namespace kikitori::platform;
using namespace kikitori::test;

TEST_CASE ("Records are appended, also to a file that is there already, for its user alone")
{
    const TemporaryFolder folder;
    const auto path = folder.path / "journal";
    {
        auto file = AppendFile::open (path);
        REQUIRE (file.ok());
        CHECK (file.value().size() == 0);
        REQUIRE (file.value().append ("one\n").ok());
        REQUIRE (file.value().sync().ok());
    }
    auto file = AppendFile::open (path);
    REQUIRE (file.ok());
    CHECK (file.value().size() == 4);
    REQUIRE (file.value().append ("two\n").ok());
    CHECK (contentOf (path) == "one\ntwo\n");
    CHECK (modeOf (path) == 0600);
}

TEST_CASE ("A torn record is cut off when the file is opened")
{
    const TemporaryFolder folder;
    const auto path = folder.write ("journal", "one\ntw");
    auto file = AppendFile::open (path, Access::ownerOnly, 4);
    REQUIRE (file.ok());
    REQUIRE (file.value().append ("three\n").ok());
    CHECK (contentOf (path) == "one\nthree\n");
}

TEST_CASE ("A record that does not fit leaves nothing of itself, and the next one does")
{
    const TemporaryFolder folder;
    const auto path = folder.path / "journal";
    auto file = AppendFile::open (path);
    REQUIRE (file.ok());
    REQUIRE (file.value().append ("one\n").ok());
    {
        const FullDisk full (2);
        const auto result = file.value().append ("two\n");
        REQUIRE_FALSE (result.ok());
        CHECK (result.error().code == "write_failed");
    }
    CHECK (contentOf (path) == "one\n");
    REQUIRE (file.value().append ("three\n").ok());
    CHECK (contentOf (path) == "one\nthree\n");
    CHECK_FALSE (AppendFile::open (folder.path / "missing" / "journal").ok());
}
