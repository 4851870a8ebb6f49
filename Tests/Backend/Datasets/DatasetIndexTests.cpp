#include "Archives.h"

#include "Backend/Datasets/DatasetIndex.h"

#include <cmath>
#include <cstring>
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
        const auto done = writeIndex (folder.path / "data", layout, folder.path / "index", mayBeAbsolute, goOn);
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
        const auto done = writeIndex (folder.path / "data", layout, folder.path / "index", mayBeAbsolute, goOn);
        REQUIRE_FALSE (done.ok());
        CHECK (done.error().code == "bad_data");
        CHECK_FALSE (fs::exists (folder.path / "index/manifest.jsonl"));
        return done.error().message;
    }

    const TemporaryFolder folder;
    bool mayBeAbsolute = false;
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
          { "jsut_ver1.1/basic5000/wav/BASIC_1.wav", tone (1) },
          { "jsut_ver1.1/basic5000/wav/BASIC_2.wav", tone (2) },
          { "jsut_ver1.1/loanword128/transcript_utf8.txt", "LOAN_1:コロン:も。" },
          { "jsut_ver1.1/loanword128/wav/LOAN_1.wav", tone (3) },
          { "jsut_ver1.1/README.txt", "free" } });
    REQUIRE (lines.size() == 3);
    CHECK (lines.at ("BASIC_1.wav")["text"] == "水をマレーシアから。");
    CHECK (lines.at ("LOAN_1.wav")["text"] == "コロン:も。");
}

TEST_CASE ("LibriSpeech's folders give splits and speakers", "[datasets]")
{
    Rig rig;
    const auto lines = rig.index ({ { "LibriSpeech/train-clean-100/19/198/19-198.trans.txt", "19-198-0000 NORTH\n" },
                                    { "LibriSpeech/train-clean-100/19/198/19-198-0000.flac", tone (4) },
                                    { "LibriSpeech/dev-clean/84/1/84-1.trans.txt", "84-1-0000 GO DO\n" },
                                    { "LibriSpeech/dev-clean/84/1/84-1-0000.flac", tone (5) },
                                    { "LibriSpeech/test-other/7/2/7-2.trans.txt", "7-2-0000 A\n" },
                                    { "LibriSpeech/test-other/7/2/7-2-0000.flac", tone (6) },
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
                                    { "cv/ja/clips/one.mp3", tone (7) },
                                    { "cv/ja/clips/two.mp3", tone (8) } });
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
                                    { "a.wav", tone (9) },
                                    { "broken.wav", "no samples" } });
    REQUIRE (lines.size() == 1);
    CHECK (lines.at ("a.wav")["split"] == "dev");
    CHECK (rig.statistics()["left_out"] == 2);
}

TEST_CASE ("byte order marks and ids with endings are read", "[datasets]")
{
    const std::string mark = "\xef\xbb\xbf";
    Rig lj;
    const auto lines = lj.index ({ { "metadata.csv", mark + "a|hello|hello\r\nb.wav|two|two\nc|three\n" },
                                   { "wavs/a.wav", tone (1) },
                                   { "wavs/b.wav", tone (2) },
                                   { "wavs/c.flac", tone (3) } });
    CHECK (lines.size() == 3);
    CHECK (lines.at ("a.wav")["text"] == "hello");
    CHECK (lines.at ("b.wav")["text"] == "two");
    CHECK (lines.count ("c.flac") == 1);

    Rig cv;
    const auto rows = cv.index ({ { "train.tsv", mark + "client_id\tpath\tsentence\nx\ta.wav\thello\nx\tb\tworld\n" },
                                  { "clips/a.wav", tone (1) },
                                  { "clips/b.mp3", tone (2) } });
    CHECK (rows.size() == 2);
    Rig manifest;
    CHECK (manifest
               .index ({ { "manifest.jsonl", mark + R"({"audio":"a.wav","text":"one"})" }, { "a.wav", tone() } })
               .size()
           == 1);
}

TEST_CASE ("other encodings are refused by name, with what to do", "[datasets]")
{
    const auto refused = [] (const std::string& text)
    { return Rig().complaint ({ { "takes/a.wav", tone() }, { "takes/a.txt", text } }); };
    CHECK (refused ("\x82\xb1\x82\xf1\x82\xc9\x82\xbf\x82\xcd\x90\xa2\x8a\x45").find ("SHIFT_JIS") != std::string::npos);
    CHECK (refused ("\xa4\xb3\xa4\xf3\xa4\xcb\xa4\xc1\xa4\xcf\xc0\xa4\xb3\xa6").find ("EUC-JP") != std::string::npos);
    CHECK (refused ("caf\xe9 au lait").find ("iconv -f WINDOWS-1252 -t UTF-8") != std::string::npos);
    CHECK (refused (std::string ("\xff\xfeh\0i\0", 6)).find ("UTF-16") != std::string::npos);
    CHECK (refused ("caf\xe9").find ("a.txt") != std::string::npos);
    CHECK (Rig()
               .complaint ({ { "metadata.csv", "a|one\nb|caf\xe9\n" }, { "wavs/a.wav", tone() } })
               .find ("metadata.csv line 2 is not UTF-8")
           != std::string::npos);
}

TEST_CASE ("a folder for each speaker is read, and recordings without a text are counted", "[datasets]")
{
    Rig rig;
    const auto lines = rig.index ({ { "ann/a.wav", tone (1) },
                                    { "ann/a.txt", "one" },
                                    { "ann/b.wav", tone (2) },
                                    { "bob/room 1/c.wav", tone (3) },
                                    { "bob/room 1/c.txt", "three" },
                                    { "bob/room 1/d.wav", tone (4) },
                                    { "bob/room 1/d.txt", " \n" },
                                    { "README", "two people" } });
    REQUIRE (lines.size() == 2);
    CHECK (lines.at ("a.wav")["speaker"] == "ann");
    CHECK (lines.at ("c.wav")["speaker"] == "bob/room 1");
    const auto facts = rig.statistics();
    CHECK (facts["speakers"] == 2);
    CHECK (facts["left_out"] == 2);
    CHECK (facts["left_out_reasons"]["no_text"]["count"] == 2);
    CHECK (facts["left_out_reasons"]["no_text"]["first"] == json::array ({ "ann/b.wav", "bob/room 1/d.wav" }));
}

TEST_CASE ("NeMo's manifests are read, absolute paths where the folder is its owner's own", "[datasets]")
{
    Rig rig;
    CHECK (rig.index ({ { "manifest.jsonl", R"({"audio_filepath":"a.wav","text":"hello","duration":1.0})" },
                        { "a.wav", tone (1) } })
               .at ("a.wav")["text"]
           == "hello");

    Rig parts;
    const auto lines = parts.index ({ { "train_manifest.json", R"({"audio_filepath":"a.wav","text":"one"})" },
                                      { "validation_manifest.json", R"({"audio_filepath":"b.wav","text":"two"})" },
                                      { "a.wav", tone (1) },
                                      { "b.wav", tone (2) } });
    CHECK (lines.at ("a.wav")["split"] == "train");
    CHECK (lines.at ("b.wav")["split"] == "dev");

    Rig own;
    unpackTo (own.folder.path / "elsewhere", { { "c.wav", tone (3) } });
    const auto absolute = json ({ { "audio_filepath", (own.folder.path / "elsewhere/c.wav").string() },
                                  { "text", "three" } }).dump();
    CHECK (own.complaint ({ { "manifest.jsonl", absolute } }).find ("inside") != std::string::npos);
    own.mayBeAbsolute = true;
    CHECK (own.index ({}).size() == 1);
    CHECK (Rig().complaint ({ { "manifest.jsonl", R"({"audio_filepath":"a.wav","text":"x","offset":3.5})" } })
               .find ("offset")
           != std::string::npos);
}

namespace
{
/** 16 kHz, 32-bit floats. */
std::string floatWav (const std::vector<float>& samples)
{
    const auto word = [] (std::uint32_t value, int size)
    {
        std::string text;
        for (int i = 0; i < size; ++i)
            text += static_cast<char> (value >> (8 * i));
        return text;
    };
    const auto bytes = static_cast<std::uint32_t> (samples.size() * 4);
    std::string data (bytes, '\0');
    std::memcpy (data.data(), samples.data(), bytes);
    return "RIFF" + word (36 + bytes, 4) + "WAVEfmt " + word (16, 4) + word (3, 2) + word (1, 2) + word (16000, 4)
           + word (64000, 4) + word (4, 2) + word (32, 2) + "data" + word (bytes, 4) + data;
}

std::vector<float> sine (double seconds, double hertz)
{
    std::vector<float> samples (static_cast<std::size_t> (seconds * 16000.0));
    for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i] = 0.3f * static_cast<float> (std::sin (2.0 * 3.14159265 * hertz * static_cast<double> (i) / 16000.0));
    return samples;
}
} // namespace

TEST_CASE ("silent, broken, overlong and wordy recordings are left out, each with its reason", "[datasets]")
{
    auto broken = sine (1.0, 300.0);
    broken[8000] = 3e38f;
    Rig rig;
    const auto lines = rig.index ({ { "metadata.csv", "good|one\nsilent|two\nbroken|three\nlong|four\nwordy|"
                                                          + std::string (40, 'a') + "\nnone|x\n" },
                                    { "wavs/good.wav", floatWav (sine (1.0, 200.0)) },
                                    { "wavs/silent.wav", floatWav (std::vector<float> (16000)) },
                                    { "wavs/broken.wav", floatWav (broken) },
                                    { "wavs/long.wav", floatWav (sine (31.0, 250.0)) },
                                    { "wavs/wordy.wav", floatWav (sine (1.0, 350.0)) },
                                    { "wavs/none.wav", "no samples" } });
    CHECK (lines.size() == 1);
    const auto reasons = rig.statistics()["left_out_reasons"];
    for (const auto& [reason, file] : { std::pair{ "silent", "wavs/silent.wav" }, { "broken_sample", "wavs/broken.wav" },
                                        { "too_long", "wavs/long.wav" }, { "text_too_long", "wavs/wordy.wav" },
                                        { "unreadable", "wavs/none.wav" } })
    {
        INFO (reason);
        CHECK (reasons[reason]["count"] == 1);
        CHECK (reasons[reason]["first"][0] == file);
    }

    const auto all = Rig().complaint ({ { "metadata.csv", "a|one\nb|two\n" },
                                        { "wavs/a.wav", floatWav (std::vector<float> (16000)) },
                                        { "wavs/b.wav", floatWav (std::vector<float> (8000)) } });
    CHECK (all.find ("2 recordings are silent: wavs/a.wav, wavs/b.wav.") != std::string::npos);
}

TEST_CASE ("the same sound counts once, for train before dev", "[datasets]")
{
    Rig rig;
    const auto line = [] (const std::string& audio, const std::string& split)
    { return json ({ { "audio", audio }, { "text", "one" }, { "split", split } }).dump() + "\n"; };
    const auto lines = rig.index ({ { "manifest.jsonl", line ("a.wav", "dev") + line ("copy.wav", "train")
                                                            + line ("again.wav", "train") + line ("b.wav", "dev") },
                                    { "a.wav", tone (1) },
                                    { "copy.wav", tone (1) },
                                    { "again.wav", tone (1) },
                                    { "b.wav", tone (2) } });
    REQUIRE (lines.size() == 2);
    CHECK (lines.at ("copy.wav")["split"] == "train");
    CHECK (lines.at ("b.wav")["split"] == "dev");
    CHECK (rig.statistics()["left_out_reasons"]["in_two_parts"]["first"][0] == "a.wav");
    CHECK (rig.statistics()["left_out_reasons"]["twice"]["first"][0] == "again.wav");
}

TEST_CASE ("names that are too long and links in a circle are errors and nothing worse", "[datasets]")
{
    const std::string longName (200, 's');
    CHECK (Rig().complaint ({ { "train-clean/" + longName + "/" + longName + "/a.flac", tone() } }).find ("no utterances")
           != std::string::npos);
    Rig rig;
    fs::create_directories (rig.folder.path / "data");
    for (const auto* name : { "wavs", "clips", "train-x", "metadata.csv", "manifest.jsonl" })
        fs::create_symlink (name, rig.folder.path / "data" / name);
    CHECK (rig.complaint ({}).find ("layouts") != std::string::npos);
    CHECK (writeIndex (rig.folder.path / std::string (5000, 'x'), {}, rig.folder.path / "index", false, goOn)
               .error()
               .message.find ("cannot be read")
           != std::string::npos);
    CHECK_FALSE (writeStatistics (rig.folder.path / std::string (5000, 'x'), rig.folder.path / "index", goOn).ok());
}

TEST_CASE ("broken tables are told with file and line; paths that lead out are refused", "[datasets]")
{
    CHECK (Rig()
               .complaint ({ { "metadata.csv", "a|b\nnothing\n" }, { "wavs/a.wav", tone (10) } })
               .find ("metadata.csv line 2")
           != std::string::npos);
    CHECK (Rig().complaint ({ { "metadata.csv", "../../etc/x|b\n" }, { "wavs/a.wav", tone (11) } }).find ("line 1")
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
    unpackTo (folder.path, { { "manifest.jsonl", text }, { "a.wav", tone (12) } });
    REQUIRE (writeStatistics (folder.path / "manifest.jsonl", folder.path / "facts", goOn).ok());
    CHECK (readStatistics (folder.path / "facts")["durations"]["mean"].get<double>() == Approx (0.5)); // what is there
    std::ifstream in (folder.path / "manifest.jsonl");
    CHECK (std::string ((std::istreambuf_iterator<char> (in)), {}) == text);
}

TEST_CASE ("an index that is cut off leaves none", "[datasets]")
{
    const TemporaryFolder folder;
    unpackTo (folder.path / "data", ljSpeech (3));
    const auto done =
        writeIndex (folder.path / "data", {}, folder.path / "index", false, [] (auto count, auto) { return count < 2; });
    REQUIRE_FALSE (done.ok());
    CHECK (done.error().code == "cancelled");
    CHECK (fs::is_empty (folder.path / "index"));
}
