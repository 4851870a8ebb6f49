#include "Archives.h"
#include "Backend/Download/FileServer.h"

#include "Backend/Datasets/DatasetLibrary.h"

#include <set>

using namespace kikitori;
using namespace kikitori::backend;
using namespace kikitori::testing;
namespace fs = std::filesystem;
using Phase = DatasetJob::Phase;

namespace
{
class Rig
{
public:
    void open (std::map<std::string, DatasetSettings> settings)
    {
        library = std::make_unique<DatasetLibrary> (std::move (settings), folder.path / "datasets",
                                                    [this] (const DatasetJob& job)
                                                    {
                                                        const std::lock_guard lock (mutex);
                                                        phases.insert (job.phase);
                                                        ended = job.hasEnded() ? std::optional (job) : ended;
                                                        wake.notify_all();
                                                    });
    }

    DatasetJob run (const std::string& name)
    {
        ended.reset();
        const auto started = library->start (name);
        REQUIRE (started.ok());
        return waitForEnd();
    }

    DatasetJob waitForEnd()
    {
        std::unique_lock lock (mutex);
        REQUIRE (wake.wait_for (lock, std::chrono::seconds (60), [this] { return ended.has_value(); }));
        return *ended;
    }

    void waitFor (Phase phase)
    {
        std::unique_lock lock (mutex);
        REQUIRE (wake.wait_for (lock, std::chrono::seconds (60), [&] { return phases.contains (phase); }));
    }

    const TemporaryFolder folder;
    std::mutex mutex;
    std::condition_variable wake;
    std::set<Phase> phases;
    std::optional<DatasetJob> ended;
    std::unique_ptr<DatasetLibrary> library;
};

DatasetSettings from (const FileServer& server, const std::string& name = "corpus.tar.gz")
{
    DatasetSettings settings;
    settings.url = server.url (name);
    return settings;
}
} // namespace

TEST_CASE ("a data set is fetched, unpacked and measured, and then it is there", "[datasets]")
{
    for (const auto isZip : { false, true })
    {
        FileServer server (pack (ljSpeech (5), isZip));
        Rig rig;
        rig.open ({ { "lj", from (server) } });
        CHECK_FALSE (rig.library->find ("lj")->isThere);

        const auto job = rig.run ("lj");
        INFO ((job.error ? job.error->message : ""));
        REQUIRE (job.phase == Phase::done);
        CHECK (rig.phases == std::set{ Phase::downloading, Phase::extracting, Phase::indexing, Phase::done });
        const auto status = rig.library->find ("lj");
        CHECK (status->isThere);
        CHECK (status->statistics["utterances"] == 5);
        CHECK (fs::exists (manifestOf ("lj", status->settings, rig.folder.path / "datasets")));
        CHECK (fs::is_empty (rig.folder.path / "datasets/.downloads"));
        CHECK_FALSE (rig.library->isBusy());
    }
}

TEST_CASE ("what fails leaves no data set, and says why", "[datasets]")
{
    FileServer evil (pack ({ { "../../evil.txt", "x" } })), broken ("no archive"),
        strange (pack ({ { "a.txt", "x" } })), good (pack (ljSpeech (1)));
    Rig rig;
    auto wrongHash = from (good);
    wrongHash.sha256 = std::string (64, '0');
    rig.open (
        { { "evil", from (evil) }, { "broken", from (broken) }, { "strange", from (strange) }, { "hash", wrongHash } });

    for (const auto& [name, code] : { std::pair{ "evil", "bad_archive" }, std::pair{ "broken", "bad_archive" },
                                      std::pair{ "strange", "bad_data" }, std::pair{ "hash", "wrong_hash" } })
    {
        INFO (name);
        const auto job = rig.run (name);
        CHECK (job.phase == Phase::failed);
        REQUIRE (job.error);
        CHECK (job.error->code == code);
        CHECK_FALSE (rig.library->find (name)->isThere);
        CHECK_FALSE (fs::exists (rig.folder.path / "datasets" / name));
        CHECK (fs::is_empty (rig.folder.path / "datasets/.downloads"));
    }

    CHECK_FALSE (fs::exists (rig.folder.path / "evil.txt"));
}

TEST_CASE ("a download is cancelled, keeps what it has, and goes on at the next start", "[datasets]")
{
    const auto archive = pack (ljSpeech (5));
    FileServer server (archive);
    server.stallAfter = archive.size() / 2;
    Rig rig;
    rig.open ({ { "lj", from (server) }, { "other", from (server) } });
    REQUIRE (rig.library->start ("lj").ok());
    rig.waitFor (Phase::downloading);
    CHECK (rig.library->start ("other").error().code == "busy");
    CHECK_FALSE (rig.library->cancel ("other"));
    CHECK (rig.library->cancel ("lj"));
    CHECK (rig.waitForEnd().phase == Phase::cancelled);
    CHECK_FALSE (rig.library->cancel());

    server.stallAfter = 0;
    CHECK (rig.run ("lj").phase == Phase::done);
}

TEST_CASE ("a folder of one's own stays where it is and gets an index beside it", "[datasets]")
{
    Rig rig;
    unpackTo (rig.folder.path / "mine", ljSpeech (2));
    DatasetSettings settings;
    settings.path = rig.folder.path / "mine";
    rig.open ({ { "mine", settings } });
    CHECK_FALSE (rig.library->find ("mine")->isThere);
    REQUIRE (rig.run ("mine").phase == Phase::done);
    CHECK (rig.library->find ("mine")->isThere);
    CHECK (rig.library->find ("mine")->path == rig.folder.path / "mine");
    CHECK (fs::exists (rig.folder.path / "datasets/mine/manifest.jsonl"));
    CHECK_FALSE (fs::exists (rig.folder.path / "mine/manifest.jsonl"));
}

TEST_CASE ("names that are not in the configuration, and sets without a source, are refused", "[datasets]")
{
    Rig rig;
    rig.open ({ { "empty", {} } });
    CHECK (rig.library->start ("../evil").error().code == "unknown_dataset");
    CHECK (rig.library->start ("empty").error().code == "no_source");
    CHECK_FALSE (rig.library->job());
}

TEST_CASE ("ending in the middle of a download ends it", "[datasets]")
{
    const auto archive = pack (ljSpeech (2));
    FileServer server (archive);
    server.stallAfter = 1000;
    Rig rig;
    rig.open ({ { "lj", from (server) } });
    REQUIRE (rig.library->start ("lj").ok());
    rig.waitFor (Phase::downloading);
    rig.library.reset();
    CHECK (rig.ended->phase == Phase::cancelled);
}
