#include "Archives.h"

#include "Backend/Datasets/DatasetIndex.h"

#include <map>

#include <nlohmann/json.hpp>

using namespace kikitori;
using namespace kikitori::backend;
using namespace kikitori::testing;
using nlohmann::json;
namespace fs = std::filesystem;

namespace
{
const IndexProgress goOn = [] (auto, auto) { return true; };

class Rig
{
public:
    /** Makes the index and gives the manifest's lines by their audio. */
    std::map<std::string, json> index (const std::vector<Entry>& entries, const std::string& layout = {})
    {
        unpackTo (folder.path / "data", entries);
        const auto done = writeIndex (folder.path / "data", layout, folder.path / "index", goOn);
        INFO ((done.ok() ? std::string() : done.error().message));
        REQUIRE (done.ok());
        std::map<std::string, json> lines;
        std::ifstream in (folder.path / "index/manifest.jsonl");

        for (std::string line; std::getline (in, line);)
        {
            auto entry = json::parse (line);
            CHECK (fs::exists (folder.path / "index" / entry["audio"].get<std::string>()));
            CHECK (entry["duration"].get<double>() > 0.1);
            lines[fs::path (entry["audio"].get<std::string>()).filename().string()] = entry;
        }

        return lines;
    }

    json statistics() const { return readStatistics (folder.path / "index"); }
    std::string complaint (const std::vector<Entry>& entries, const std::string& layout = {}) const
    {
        unpackTo (folder.path / "data", entries);
        const auto done = writeIndex (folder.path / "data", layout, folder.path / "index", goOn);
        REQUIRE_FALSE (done.ok());
        CHECK (done.error().code == "bad_data");
        CHECK_FALSE (fs::exists (folder.path / "index/manifest.jsonl"));
        return done.error().message;
    }

    const TemporaryFolder folder;
};
} // namespace

TEST_CASE ("LJSpeech becomes a manifest with the texts in words and splits of its own", "[datasets]")
{
    Rig rig;
    const auto lines = rig.index (ljSpeech (100));
    REQUIRE (lines.size() == 100);
    CHECK (lines.at ("LJ001-1000.wav")["text"] == "chapter one");
    CHECK (lines.at ("LJ001-1000.wav")["speaker"] == "LJ");

    const auto facts = rig.statistics();
    CHECK (facts["utterances"] == 100);
    CHECK (facts["speakers"] == 1);
    CHECK (facts["left_out"] == 0);
    CHECK (facts["hours"].get<double>() > 0.0);
    CHECK (facts["splits"]["train"]["utterances"].get<int>() > 80);
    CHECK (facts["splits"]["train"]["utterances"].get<int>() + facts["splits"]["dev"]["utterances"].get<int>()
               + facts["splits"]["test"]["utterances"].get<int>()
           == 100);
    CHECK (facts["durations"]["shortest"] == facts["durations"]["longest"]);

    Rig again;
    for (const auto& [name, line] : again.index (ljSpeech (100)))
        CHECK (line["split"] == lines.at (name)["split"]);
}

TEST_CASE ("JSUT's parts are read together", "[datasets]")
{
    Rig rig;
    const auto lines = rig.index (
        { { "jsut_ver1.1/basic5000/transcript_utf8.txt", "BASIC_1:水をマレーシアから。\r\nBASIC_2:木曜日。\n" },
          { "jsut_ver1.1/basic5000/wav/BASIC_1.wav", tone() },
          { "jsut_ver1.1/basic5000/wav/BASIC_2.wav", tone() },
          { "jsut_ver1.1/loanword128/transcript_utf8.txt", "LOAN_1:コロン:も。" },
          { "jsut_ver1.1/loanword128/wav/LOAN_1.wav", tone() },
          { "jsut_ver1.1/README.txt", "free" } });
    REQUIRE (lines.size() == 3);
    CHECK (lines.at ("BASIC_1.wav")["text"] == "水をマレーシアから。");
    CHECK (lines.at ("LOAN_1.wav")["text"] == "コロン:も。");
}

TEST_CASE ("LibriSpeech's folders give splits and speakers", "[datasets]")
{
    Rig rig;
    const auto lines = rig.index ({ { "LibriSpeech/train-clean-100/19/198/19-198.trans.txt", "19-198-0000 NORTH\n" },
                                    { "LibriSpeech/train-clean-100/19/198/19-198-0000.flac", tone() },
                                    { "LibriSpeech/dev-clean/84/1/84-1.trans.txt", "84-1-0000 GO DO\n" },
                                    { "LibriSpeech/dev-clean/84/1/84-1-0000.flac", tone() },
                                    { "LibriSpeech/test-other/7/2/7-2.trans.txt", "7-2-0000 A\n" },
                                    { "LibriSpeech/test-other/7/2/7-2-0000.flac", tone() },
                                    { "LibriSpeech/SPEAKERS.TXT", "" } });
    REQUIRE (lines.size() == 3);
    CHECK (lines.at ("19-198-0000.flac")["split"] == "train");
    CHECK (lines.at ("84-1-0000.flac")["split"] == "dev");
    CHECK (lines.at ("84-1-0000.flac")["text"] == "GO DO");
    CHECK (lines.at ("7-2-0000.flac")["speaker"] == "7");
    CHECK (rig.statistics()["speakers"] == 3);
}

TEST_CASE ("Common Voice's tables are read by the names of their columns", "[datasets]")
{
    Rig rig;
    const auto lines = rig.index ({ { "cv/ja/train.tsv", "client_id\tpath\tsentence\tage\nab\tone.mp3\tこれ\tteens\n" },
                                    { "cv/ja/test.tsv", "path\tclient_id\tsentence\ntwo.mp3\tcd\tそれ\n" },
                                    { "cv/ja/clips/one.mp3", tone() },
                                    { "cv/ja/clips/two.mp3", tone() } });
    REQUIRE (lines.size() == 2);
    CHECK (lines.at ("one.mp3")["speaker"] == "ab");
    CHECK (lines.at ("two.mp3")["split"] == "test");
    CHECK (lines.at ("two.mp3")["text"] == "それ");
}

TEST_CASE ("a manifest of one's own keeps its splits; what cannot be read is left out and counted", "[datasets]")
{
    Rig rig;
    const auto lines = rig.index ({ { "manifest.jsonl", R"({"audio":"a.wav","text":"one","split":"dev","speaker":"x"})"
                                                        "\n\n"
                                                        R"({"audio":"missing.wav","text":"two"})"
                                                        "\n"
                                                        R"({"audio":"broken.wav","text":"three"})" },
                                    { "a.wav", tone() },
                                    { "broken.wav", "no samples" } });
    REQUIRE (lines.size() == 1);
    CHECK (lines.at ("a.wav")["split"] == "dev");
    CHECK (rig.statistics()["left_out"] == 2);
}

TEST_CASE ("broken tables are told with file and line; paths that lead out are refused", "[datasets]")
{
    CHECK (Rig()
               .complaint ({ { "metadata.csv", "a|b\nnothing\n" }, { "wavs/a.wav", tone() } })
               .find ("metadata.csv line 2")
           != std::string::npos);
    CHECK (Rig().complaint ({ { "metadata.csv", "../../etc/x|b\n" }, { "wavs/a.wav", tone() } }).find ("line 1")
           != std::string::npos);
    CHECK (Rig().complaint ({ { "manifest.jsonl", R"({"audio":"../../a.wav","text":"x"})" } }).find ("inside")
           != std::string::npos);
    CHECK (Rig().complaint ({ { "manifest.jsonl", R"({"audio":"a.wav","split":"all"})" } }).find ("train, dev or test")
           != std::string::npos);
    CHECK (Rig().complaint ({ { "train.tsv", "a\tb\n" }, { "clips/x.mp3", "" } }).find ("client_id")
           != std::string::npos);
    CHECK (Rig().complaint ({ { "notes.txt", "x" } }).find ("none of the known layouts") != std::string::npos);
    CHECK (Rig().complaint ({ { "notes.txt", "x" } }, "ljspeech").find ("metadata.csv") != std::string::npos);
}

TEST_CASE ("statistics of a manifest leave the manifest as it is", "[datasets]")
{
    const TemporaryFolder folder;
    const std::string text = R"({"audio":"a.wav","text":"one","split":"train","duration":2.5})";
    unpackTo (folder.path, { { "manifest.jsonl", text }, { "a.wav", tone() } });
    REQUIRE (writeStatistics (folder.path / "manifest.jsonl", folder.path / "facts", goOn).ok());
    CHECK (readStatistics (folder.path / "facts")["durations"]["mean"] == 2.5);
    std::ifstream in (folder.path / "manifest.jsonl");
    CHECK (std::string ((std::istreambuf_iterator<char> (in)), {}) == text);
}

TEST_CASE ("an index that is cut off leaves none", "[datasets]")
{
    const TemporaryFolder folder;
    unpackTo (folder.path / "data", ljSpeech (3));
    const auto done =
        writeIndex (folder.path / "data", {}, folder.path / "index", [] (auto count, auto) { return count < 2; });
    REQUIRE_FALSE (done.ok());
    CHECK (done.error().code == "cancelled");
    CHECK (fs::is_empty (folder.path / "index"));
}
