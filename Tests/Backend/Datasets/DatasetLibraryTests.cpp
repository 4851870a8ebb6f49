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
        library = std::make_unique<DatasetLibrary> (std::move (settings), folder.path / "datasets", largestDownload,
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
    std::uint64_t largestDownload = 1u << 30;
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
        CHECK (job.done == job.total);
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

TEST_CASE ("an archive that has no end is cut off at the configured size", "[datasets]")
{
    FileServer server (std::string (65536, 'x'));
    server.isEndless = true;
    Rig rig;
    rig.largestDownload = 3'000'000;
    rig.open ({ { "lj", from (server) } });
    const auto job = rig.run ("lj");
    CHECK (job.phase == Phase::failed);
    REQUIRE (job.error);
    CHECK (job.error->code == "too_large");
    CHECK (job.error->message.find ("3 MB") != std::string::npos);
    CHECK (fs::is_empty (rig.folder.path / "datasets/.downloads"));
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

TEST_CASE ("a folder that is added by hand is measured, remembered, and forgotten without touching it", "[datasets]")
{
    Rig rig;
    const auto folder = rig.folder.path / "own voice (1)";
    auto number = 0;
    for (const auto* take : { "take1", "take2", "take3" })
    {
        unpackTo (folder, { { std::string (take) + ".wav", tone (++number) } });
        rig.folder.write (folder / (std::string (take) + ".txt"), "one\r\ntwo\n");
    }
    rig.folder.write (folder / "notes.txt", "no recording has this name");

    rig.open ({ { "mine", {} } });
    CHECK (rig.library->add (rig.folder.path / "nowhere").error().code == "bad_data");
    fs::create_directories (rig.folder.path / "bare");
    const auto refused = rig.library->add (rig.folder.path / "bare");
    REQUIRE_FALSE (refused.ok());
    CHECK (refused.error().message.find ("take1.txt") != std::string::npos); // what to do
    const auto name = rig.library->add (folder);
    REQUIRE (name.ok());
    CHECK (name.value() == "own-voice--1");
    CHECK (rig.library->add (folder).value() == name.value());
    CHECK_FALSE (rig.library->find (name.value())->isThere);
    REQUIRE (rig.run (name.value()).phase == Phase::done);

    rig.open ({ { "mine", {} } }); // the next time
    const auto there = rig.library->find (name.value());
    REQUIRE (there);
    CHECK (there->isThere);
    CHECK (there->isOwn);
    CHECK (there->statistics["utterances"] == 3);
    CHECK (there->statistics["splits"]["dev"]["utterances"] == 1);
    CHECK (rig.library->ownManifests().at (name.value())
           == rig.folder.path / "datasets" / name.value() / "manifest.jsonl");
    std::ifstream index (rig.library->ownManifests().at (name.value()));
    std::string line;
    REQUIRE (std::getline (index, line));
    CHECK (line.find ("one") != std::string::npos);
    CHECK (line.find ("\\n") == std::string::npos);

    CHECK (rig.library->remove ("mine").error().code == "unknown_dataset"); // config.yaml's
    REQUIRE (rig.library->remove (name.value()).ok());
    CHECK_FALSE (rig.library->find (name.value()));
    CHECK_FALSE (fs::exists (rig.folder.path / "datasets" / name.value()));
    CHECK (fs::exists (folder / "take1.wav"));
}

TEST_CASE ("recorders' names and editors' marks are understood, texts that are none are told", "[datasets]")
{
    Rig rig;
    const auto folder = rig.folder.path / "takes";
    fs::create_directories (folder);
    fs::copy_file (KIKITORI_FIXTURES "/audio/tone.wav", folder / "REC1.WAV");
    const auto text = [&] (const std::string& content) { rig.folder.write ("takes/REC1.TXT", content); };
    text ("\xef\xbb\xbfhello");
    rig.open ({});
    const auto name = rig.library->add (folder);
    REQUIRE (name.ok());
    REQUIRE (rig.run (name.value()).phase == Phase::done);
    std::ifstream index (rig.library->ownManifests().at (name.value()));
    std::string line;
    REQUIRE (std::getline (index, line));
    CHECK (line.find ("\"hello\"") != std::string::npos);

    for (const auto& [content, what] :
         { std::pair{ std::string (" \n"), "has no text" }, std::pair{ std::string ("\xff\xfeh\0", 4), "UTF-8" },
           std::pair{ std::string (200000, 'a'), "more text than fits" } })
    {
        text (content);
        const auto job = rig.run (name.value());
        REQUIRE (job.error);
        CHECK (job.error->message.find ("REC1.") != std::string::npos);
        CHECK (job.error->message.find (what) != std::string::npos);
    }
}

TEST_CASE ("folders of the same name, and one of config.yaml's, get names of their own", "[datasets]")
{
    Rig rig;
    for (const auto* place : { "a/mine", "b/mine", "c/???" })
        rig.folder.write (rig.folder.path / place / "manifest.jsonl",
                          (fs::create_directories (rig.folder.path / place), R"({"audio":"x.wav","text":"x"})"));
    rig.open ({ { "mine", {} } });
    CHECK (rig.library->add (rig.folder.path / "a/mine").value() == "mine-2");
    CHECK (rig.library->add (rig.folder.path / "b/mine/manifest.jsonl").value() == "mine-3");
    CHECK (rig.library->add (rig.folder.path / "c/???").value() == "recordings");
    CHECK (rig.library->list().size() == 4);
}

TEST_CASE ("a list of folders that is broken, or names what no folder may be, does no harm", "[datasets]")
{
    Rig rig;
    fs::create_directories (rig.folder.path / "datasets");
    rig.folder.write ("datasets/own.json", "{broken");
    rig.open ({});
    CHECK (rig.library->list().empty());
    CHECK (fs::exists (rig.folder.path / "datasets/own.json.broken"));
    rig.folder.write ("datasets/own.json", R"({"../evil":"/tmp","fine":"/nowhere","odd":3})");
    rig.open ({});
    REQUIRE (rig.library->list().size() == 1);
    CHECK (rig.library->list()[0].name == "fine");
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
