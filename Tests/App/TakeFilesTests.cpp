#include "Standalone/App/TakeFiles.h"

#include "Plugin/JournalScene.h"
#include "Plugin/Processor/JoinedTranscripts.h"
#include "Support/FullDisk.h"
#include "Support/TemporaryFolder.h"

using namespace kikitori;
using namespace kikitori::test;
using namespace kikitori::app;

using Texts = std::vector<std::string>;

namespace
{
Texts earlierTexts (const std::filesystem::path& folder)
{
    TakeFiles files (folder);
    return textsOf (files.restore().transcript);
}

/** A run of the app that says something and ends, or is killed. */
void run (const std::filesystem::path& folder, const Texts& said, bool isKilled = false)
{
    TakeFiles files (folder);
    const auto before = files.restore();
    CHECK_FALSE (before.trouble);
    auto file = files.open();
    REQUIRE (file.ok());
    REQUIRE (file.value().write (plugin::joinTranscripts (before.transcript, transcriptOf (said))).ok());
    if (! isKilled)
        REQUIRE (file.value().end().ok());
}

std::ptrdiff_t countOf (const std::filesystem::path& folder)
{
    std::ptrdiff_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator (folder))
        count += entry.path().extension() == ".journal" ? 1 : 0;
    return count;
}
} // namespace

TEST_CASE ("Each run has a file of its own, and the next one gets what all of them said", "[app]")
{
    const TemporaryFolder folder;
    CHECK (earlierTexts (folder.path).empty());
    CHECK (countOf (folder.path) == 0);
    run (folder.path, { "a", "b" });
    run (folder.path, { "c" });
    run (folder.path, { "d" }, true);
    CHECK (countOf (folder.path) == 3);
    TakeFiles files (folder.path);
    const auto all = files.restore();
    CHECK (textsOf (all.transcript) == Texts{ "a", "b", "c", "d" });
    CHECK (all.wasKilled);
}

TEST_CASE ("Many runs grow no file: each holds its own words alone", "[app]")
{
    const TemporaryFolder folder;
    const std::string text (1000, 'x');
    for (int i = 0; i < 30; ++i)
        run (folder.path, Texts (10, text));
    for (const auto& entry : std::filesystem::recursive_directory_iterator (folder.path))
        if (entry.is_regular_file())
            CHECK (entry.file_size() < 20000);
    CHECK (earlierTexts (folder.path).size() == 300);
}

TEST_CASE ("Two apps at once have files of their own; afterwards both are there", "[app]")
{
    const TemporaryFolder folder;
    run (folder.path, { "before" });
    {
        TakeFiles first (folder.path), second (folder.path);
        const auto mine = first.restore();
        CHECK (textsOf (mine.transcript) == Texts{ "before" });
        CHECK (second.restore().transcript == nullptr);
        auto one = first.open();
        auto two = second.open();
        REQUIRE (one.ok());
        REQUIRE (two.ok());
        CHECK (one.value().path() != two.value().path());
        REQUIRE (one.value().write (plugin::joinTranscripts (mine.transcript, transcriptOf ({ "first" }))).ok());
        REQUIRE (two.value().write (transcriptOf ({ "second" })).ok());
        REQUIRE (one.value().end().ok());
        REQUIRE (two.value().end().ok());
    }
    CHECK (earlierTexts (folder.path) == Texts{ "before", "first", "second" });
    CHECK (earlierTexts (folder.path) == Texts{ "before", "first", "second" });
    run (folder.path, { "later" });
    CHECK (earlierTexts (folder.path) == Texts{ "before", "first", "second", "later" });
}

TEST_CASE ("What the user cleared is gone from the disk at the next start", "[app]")
{
    const TemporaryFolder folder;
    run (folder.path, { "secret" });
    run (folder.path, { "too" });
    {
        TakeFiles files (folder.path);
        CHECK (textsOf (files.restore().transcript) == Texts{ "secret", "too" });
        auto file = files.open();
        REQUIRE (file.ok());
        REQUIRE (file.value().write (transcriptOf ({ "anew" })).ok());
    }
    CHECK (countOf (folder.path) == 3);
    CHECK (earlierTexts (folder.path) == Texts{ "anew" });
    CHECK (countOf (folder.path) == 1);
    CHECK (earlierTexts (folder.path) == Texts{ "anew" });
    run (folder.path, { "more" });
    CHECK (earlierTexts (folder.path) == Texts{ "anew", "more" });
}

TEST_CASE ("A damaged file gives what can be read, is told, and stays", "[app]")
{
    const TemporaryFolder folder;
    run (folder.path, { "a" });
    run (folder.path, { "b" });
    const auto file = folder.path / "1" / "000000000000001.journal";
    std::ofstream (file) << "garbage\n";
    TakeFiles files (folder.path);
    const auto all = files.restore();
    CHECK (textsOf (all.transcript) == Texts{ "a", "b" });
    CHECK (all.damaged == file);
    CHECK (std::filesystem::exists (file));
}

TEST_CASE ("A folder that cannot be made is told", "[app]")
{
    const TemporaryFolder folder;
    TakeFiles files (folder.write ("file", "") / "app");
    const auto all = files.restore();
    REQUIRE (all.trouble.has_value());
    CHECK (all.trouble->code == "write_failed");
    CHECK_FALSE (files.open().ok());
}
