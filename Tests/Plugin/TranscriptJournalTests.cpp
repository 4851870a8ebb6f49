#include "Plugin/Processor/TranscriptJournal.h"

#include "JournalScene.h"
#include "Support/FullDisk.h"
#include "Support/TemporaryFolder.h"

#include <atomic>

using namespace kikitori;
using namespace kikitori::test;
using namespace kikitori::plugin;
using namespace std::chrono_literals;

using Texts = std::vector<std::string>;

namespace
{
struct Scene
{
    Texts onDisk() const
    {
        const auto content = readJournal (file);
        return content.ok() ? textsOf (content.value().transcript) : Texts{ "no file" };
    }

    TemporaryFolder folder;
    const std::filesystem::path file = folder.path / "a.journal";
    std::atomic<int> opened{ 0 }, failures{ 0 };
    std::optional<TranscriptJournal> journal{ std::in_place,
                                              [this]
                                              {
                                                  ++opened;
                                                  return JournalFile::create (file);
                                              },
                                              [this] (const Error&) { ++failures; } };
};
} // namespace

TEST_CASE ("Without words there is no file and no thread", "[journal]")
{
    Scene scene;
    CHECK (scene.journal->flush (0ms));
    scene.journal.reset();
    CHECK (scene.opened == 0);
}

TEST_CASE ("What was offered last is on the disk after flush(), and at the latest when the journal goes", "[journal]")
{
    Scene scene;

    for (int i = 0; i < 1000; ++i)
        scene.journal->offer (transcriptOf (Texts (static_cast<std::size_t> (i), "w")));

    scene.journal->offer (transcriptOf ({ "a", "b" }));
    REQUIRE (scene.journal->flush (10s));
    CHECK (scene.onDisk() == Texts{ "a", "b" });
    scene.journal->offer (transcriptOf ({ "a", "b", "c" }));
    scene.journal.reset();
    CHECK (scene.onDisk() == Texts{ "a", "b", "c" });
    CHECK (scene.opened == 1);
}

TEST_CASE ("A full disk is told once, and the journal catches up when there is room", "[journal]")
{
    Scene scene;
    {
        const FullDisk full (0);

        for (const auto& texts : { Texts{ "a" }, Texts{ "a", "b" }, Texts{ "a", "b", "c" } })
        {
            scene.journal->offer (transcriptOf (texts));
            REQUIRE (scene.journal->flush (10s));
        }

        CHECK (scene.journal->hasFailed());
    }

    CHECK (scene.failures == 1);
    scene.journal->offer (transcriptOf ({ "a", "b", "c", "d" }));
    REQUIRE (scene.journal->flush (10s));
    CHECK_FALSE (scene.journal->hasFailed());
    CHECK (scene.onDisk() == Texts{ "a", "b", "c", "d" });
}

TEST_CASE ("Jobs run on the journal's thread in their order and can close the file", "[journal]")
{
    Scene scene;
    scene.journal->offer (transcriptOf ({ "a" }));
    REQUIRE (scene.journal->flush (10s));
    std::atomic<int> done{ 0 };
    scene.journal->run ([&] { scene.journal->finishFile (transcriptOf ({ "a", "b" })); });
    scene.journal->run ([&] { done = static_cast<int> (scene.onDisk().size()); });
    REQUIRE (scene.journal->flush (10s));
    CHECK (done == 2);
    scene.journal->offer (transcriptOf ({ "new" }));
    scene.journal->run ([&] { scene.journal->endFile(); });
    REQUIRE (scene.journal->flush (10s));
    CHECK (scene.opened == 2);
}
