#include "Archives.h"

#include "Backend/Datasets/SafeExtraction.h"

using namespace kikitori;
using namespace kikitori::backend;
using namespace kikitori::testing;
namespace fs = std::filesystem;

namespace
{
class Rig
{
public:
    Status extract (const std::string& archive)
    {
        const auto file = folder.path / "archive";
        std::ofstream (file, std::ios::binary) << archive;
        return extractSafely (file, folder.path / "in/here", [] (auto, auto) { return true; });
    }

    bool has (const std::string& name) const { return fs::exists (folder.path / name); }

    const TemporaryFolder folder;
};
} // namespace

TEST_CASE ("files of tar and ZIP archives are unpacked below the folder", "[extraction]")
{
    for (const auto isZip : { false, true })
    {
        Rig rig;
        REQUIRE (rig.extract (pack ({ { "a/b/c.txt", "text" }, { "./d.txt", "more" } }, isZip)).ok());
        CHECK (rig.has ("in/here/a/b/c.txt"));
        CHECK (rig.has ("in/here/d.txt"));
    }
}

TEST_CASE ("a path that leads out makes the archive a bad one, and writes nothing outside", "[extraction]")
{
    for (const auto* name : { "../out.txt", "a/../../out.txt", "/tmp/kikitori-out.txt", "..", "a\\..\\..\\out.txt" })
        for (const auto isZip : { false, true })
        {
            INFO (name << (isZip ? " zip" : " tar"));
            Rig rig;
            const auto done = rig.extract (pack ({ { "fine.txt", "x" }, { name, "evil" } }, isZip));
            REQUIRE_FALSE (done.ok());
            CHECK (done.error().code == "bad_archive");
            CHECK_FALSE (rig.has ("in/out.txt"));
            CHECK_FALSE (rig.has ("out.txt"));
            CHECK_FALSE (fs::exists ("/tmp/kikitori-out.txt"));
        }
}

TEST_CASE ("links are left out, so that no file goes through one", "[extraction]")
{
    Rig rig;
    fs::create_directories (rig.folder.path / "outside");
    const auto done = rig.extract (pack ({ { "link", "", (rig.folder.path / "outside").string() },
                                           { "link/evil.txt", "evil" },
                                           { "passwd", "", "/etc/passwd" },
                                           { "hard", "", "", "/etc/passwd" },
                                           { "fine.txt", "x" } }));
    REQUIRE (done.ok());
    CHECK_FALSE (rig.has ("outside/evil.txt"));
    CHECK_FALSE (fs::is_symlink (rig.folder.path / "in/here/link"));
    CHECK_FALSE (rig.has ("in/here/passwd"));
    CHECK_FALSE (rig.has ("in/here/hard"));
    CHECK (rig.has ("in/here/fine.txt"));
}

TEST_CASE ("what is damaged, cut off, empty or no archive is said to be", "[extraction]")
{
    const auto good = pack ({ { "a", std::string (100000, 'x') }, { "b", tone() } });
    for (const auto& bad : { good.substr (0, good.size() / 2), std::string ("no archive at all"), pack ({}) })
    {
        Rig rig;
        const auto done = rig.extract (bad);
        REQUIRE_FALSE (done.ok());
        CHECK (done.error().code == "bad_archive");
    }
}

TEST_CASE ("an archive of empty files and folders stops as soon as it is told to", "[extraction]")
{
    std::vector<Entry> entries;
    for (int i = 0; i < 2000; ++i)
        entries.push_back ({ "f" + std::to_string (i), "", i % 2 == 0 ? "" : "elsewhere" });
    const TemporaryFolder folder;
    const auto file = folder.write ("archive", pack (entries));
    auto asked = 0;
    const auto done = extractSafely (file, folder.path / "out", [&asked] (auto, auto) { return ++asked < 10; });
    REQUIRE_FALSE (done.ok());
    CHECK (done.error().code == "cancelled");
    CHECK (std::distance (fs::directory_iterator (folder.path / "out"), {}) < 10);
}

TEST_CASE ("an archive with more entries than a data set has is refused", "[extraction]")
{
    std::vector<Entry> entries;
    for (int i = 0; i < 200'001; ++i)
        entries.push_back ({ "link", "", "elsewhere" }); // links cost no file
    Rig rig;
    const auto done = rig.extract (pack (entries));
    REQUIRE_FALSE (done.ok());
    CHECK (done.error().code == "bad_archive");
    CHECK (done.error().message.find ("200000 entries") != std::string::npos);
}

TEST_CASE ("unpacking stops when it is told to", "[extraction]")
{
    const TemporaryFolder folder;
    const auto file = folder.write ("archive", pack ({ { "a", tone() }, { "b", tone() } }));
    const auto done = extractSafely (file, folder.path / "out", [] (auto, auto) { return false; });
    REQUIRE_FALSE (done.ok());
    CHECK (done.error().code == "cancelled");
}
