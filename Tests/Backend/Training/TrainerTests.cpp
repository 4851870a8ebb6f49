#include "Backend/Model/SafetensorsFile.h"
#include "Backend/Training/TrainerScene.h"
#include "Support/Catch.h"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <fstream>

#include <sys/resource.h>

using namespace kikitori;
using namespace kikitori::backend;
using kikitori::test::TemporaryFolder;
using kikitori::test::tinyRun;
using kikitori::test::train;
using nlohmann::json;

namespace
{
std::string firstRecording()
{
    std::ifstream in (KIKITORI_FIXTURES "/speech/manifest.jsonl");
    std::string line;
    std::getline (in, line);
    return KIKITORI_FIXTURES "/speech/" + json::parse (line)["audio"].get<std::string>();
}
} // namespace

TEST_CASE ("a training that was stopped inside an epoch and resumed takes the steps of one that was not", "[training]")
{
    const TemporaryFolder whole, parts;
    const auto uninterrupted = train (tinyRun (whole.path));
    REQUIRE (uninterrupted.status.ok());
    REQUIRE (uninterrupted.losses.size() > 6);

    auto run = tinyRun (parts.path);
    const auto stopAfter = uninterrupted.losses.size() - 2; // in the last epoch, past its first step
    auto losses = train (run, stopAfter).losses;
    REQUIRE (losses.size() == stopAfter);
    run["resume"] = "latest";
    const auto rest = train (run);
    REQUIRE (rest.status.ok());
    losses.insert (losses.end(), rest.losses.begin(), rest.losses.end());
    CHECK (losses == uninterrupted.losses);
    CHECK (rest.of ("status").front()["status"] == "resuming");
    CHECK (rest.of ("status").back()["status"] == "completed");
}

TEST_CASE ("a training reports progress to its end, a validation an epoch, and its checkpoints", "[training]")
{
    const TemporaryFolder folder;
    const auto outcome = train (tinyRun (folder.path));
    REQUIRE (outcome.status.ok());
    CHECK (outcome.of ("status").front()["status"] == "starting");
    CHECK (outcome.of ("status").back()["status"] == "completed");
    CHECK (outcome.of ("validation_result").size() == 3);

    const auto progress = outcome.of ("progress");
    REQUIRE_FALSE (progress.empty());
    CHECK (progress.back()["step"] == progress.back()["total_steps"]);
    CHECK (progress.back()["epoch"] == 3);
    CHECK (progress.back()["eta_seconds"] == 0.0);

    const auto checkpoints = outcome.of ("checkpoint");
    REQUIRE (checkpoints.size() == 3);
    CHECK (checkpoints.back()["name"] == "tiny-speech-epoch-3");
    CHECK (std::filesystem::read_symlink (folder.path / "checkpoints" / "tiny-speech-latest") == "tiny-speech-epoch-3");

    for (const auto* file : { "config.json", "model.safetensors", "optimizer.pt", "preprocessor_config.json",
                              "vocab.json", "training_metadata.json" })
        CHECK (std::filesystem::exists (folder.path / "checkpoints" / "tiny-speech-epoch-3" / file));
}

TEST_CASE ("the loss falls", "[training]")
{
    const TemporaryFolder folder;
    auto run = tinyRun (folder.path);
    run["epochs"] = 12;
    run["learning_rate"] = 0.005;
    const auto outcome = train (run);
    REQUIRE (outcome.losses.size() > 12);
    CHECK (outcome.losses.back() < 0.9 * outcome.losses.front());
}

TEST_CASE ("a stop inside an epoch does not overwrite the epoch before", "[training]")
{
    const TemporaryFolder folder;
    auto run = tinyRun (folder.path);
    run["epochs"] = 1;
    const auto steps = train (run).losses.size();
    const auto first = folder.path / "checkpoints" / "tiny-speech-epoch-1";
    const auto before = readTrainingMetadata (first);
    REQUIRE (before.ok());

    run["epochs"] = 3;
    run["resume"] = "latest";
    const auto stopped = train (run, 1);
    CHECK (stopped.of ("status").back()["status"] == "stopped");
    CHECK (stopped.of ("checkpoint").back()["name"] == "tiny-speech-epoch-2");
    CHECK (readTrainingMetadata (first).value() == before.value());
    const auto second = readTrainingMetadata (folder.path / "checkpoints" / "tiny-speech-epoch-2");
    REQUIRE (second.ok());
    CHECK (second.value()["epoch_complete"] == false);
    CHECK (second.value()["step"] == steps + 1);
}

TEST_CASE ("a training begins with another one's weights when told so", "[training]")
{
    const TemporaryFolder folder, other;
    auto run = tinyRun (folder.path);
    run["epochs"] = 8;
    run["learning_rate"] = 0.005;
    const auto first = train (run);
    auto second = tinyRun (other.path);
    second["epochs"] = 1;
    second["initialise"] = (folder.path / "checkpoints" / "tiny-speech-latest").string();
    const auto outcome = train (second);
    REQUIRE (outcome.status.ok());
    CHECK (outcome.losses.front() < 0.9 * first.losses.front());
}

TEST_CASE ("a training with other characters takes the encoder of the model that it begins with, and says so",
           "[training]")
{
    const TemporaryFolder folder, other;
    REQUIRE (train (tinyRun (folder.path)).status.ok());
    const auto first = folder.path / "checkpoints" / "tiny-speech-latest";
    auto second = tinyRun (other.path);
    json entry{ { "audio", firstRecording() }, { "text", "ちょうめ" }, { "split", "train" } };
    auto lines = entry.dump() + "\n";
    entry["split"] = "dev";
    test::writeFile (other.path / "manifest.jsonl", lines + entry.dump());
    second["initialise"] = first.string();
    second["vocabulary"] = "characters";
    second["learning_rate"] = 1e-9;
    second["epochs"] = 1;
    const auto outcome = train (second);
    REQUIRE (outcome.status.ok());

    const auto logged = outcome.of ("log");
    CHECK (std::any_of (logged.begin(), logged.end(),
                        [&] (const json& log)
                        {
                            const auto text = log["message"].get<std::string>();
                            return text.find ("encoder of " + first.string()) != std::string::npos
                                   && text.find ("6 tokens instead of 29") != std::string::npos;
                        }));

    const auto made = other.path / "checkpoints" / "tiny-speech-latest";
    const auto config = readModelConfig (made);
    REQUIRE (config.ok());
    CHECK (config.value().vocabulary == std::vector<std::string>{ "<blank>", " ", "う", "ち", "め", "ょ" });

    const auto weights = [] (const std::filesystem::path& model, std::vector<std::int64_t> shape)
    {
        const auto file = SafetensorsFile::open (model / "model.safetensors");
        REQUIRE (file.ok());
        return file.value().read ("encoder.layers.1.feed_forward1.linear1.weight", shape).value();
    };
    const std::vector<std::int64_t> shape{ 128, 32 };
    const auto before = weights (first, shape), after = weights (made, shape);
    auto largest = 0.0f;

    for (std::size_t i = 0; i < before.size(); ++i)
        largest = std::max (largest, std::abs (before[i] - after[i]));

    CHECK (largest < 1e-5f);

    auto more = second; // the new tokens stay, whatever the options say of a vocabulary
    more.erase ("initialise");
    more["resume"] = "latest";
    more["epochs"] = 2;
    CHECK (train (more).status.ok());
}

TEST_CASE ("bad data and missing checkpoints are errors that say what is wrong", "[training]")
{
    const TemporaryFolder folder;
    auto run = tinyRun (folder.path);

    SECTION ("no training text in the vocabulary")
    {
        test::writeFile (folder.path / "manifest.jsonl", R"({"audio":"a.wav","text":"ちょうめ","split":"train"})");
        const auto outcome = train (run);
        REQUIRE_FALSE (outcome.status.ok());
        CHECK (outcome.status.error().code == "bad_data");
        CHECK (outcome.of ("log").front()["message"].get<std::string>().find ("ち") != std::string::npos);
    }

    SECTION ("a recording is missing")
    {
        test::writeFile (folder.path / "manifest.jsonl", R"({"audio":"gone.wav","text":"a","split":"train"})");
        const auto outcome = train (run);
        REQUIRE_FALSE (outcome.status.ok());
        CHECK (outcome.status.error().code == "bad_data");
        CHECK (outcome.status.error().message.find ("gone.wav") != std::string::npos);
    }

    SECTION ("nothing to resume from")
    {
        run["resume"] = "latest";
        const auto outcome = train (run);
        REQUIRE_FALSE (outcome.status.ok());
        CHECK (outcome.status.error().code == "checkpoint_missing");
    }
}

namespace
{
void addLine (const std::filesystem::path& folder, const std::string& audio, const std::string& text, const char* split)
{
    std::ofstream (folder / "manifest.jsonl", std::ios::app)
        << nlohmann::json{ { "audio", audio }, { "text", text }, { "split", split } }.dump() << "\n";
}

std::string logOf (const test::Outcome& outcome)
{
    std::string all;
    for (const auto& entry : outcome.of ("log"))
        all += entry["message"].get<std::string>() + "\n";
    return all;
}
} // namespace

TEST_CASE ("recordings that cannot be used are left out by name, and the rest is trained on", "[training]")
{
    const TemporaryFolder folder;
    const auto run = tinyRun (folder.path);
    std::vector<float> tone (32000);
    for (std::size_t i = 0; i < tone.size(); ++i)
        tone[i] = 0.2f * static_cast<float> (std::sin (0.1 * static_cast<double> (i)));
    auto broken = tone;
    broken[16000] = 3e38f;
    test::writeFile (folder.path / "broken.wav", test::floatWav (broken, 16000));
    test::writeFile (folder.path / "silent.wav", test::floatWav (std::vector<float> (32000), 16000));
    test::writeFile (folder.path / "text.wav", "no samples");
    test::writeFile (folder.path / "wordy.wav", test::floatWav (tone, 16000));
    for (const auto* name : { "broken.wav", "silent.wav", "text.wav", "gone.wav" })
        addLine (folder.path, name, "one", "train");
    addLine (folder.path, "wordy.wav", std::string (60, 'a'), "train"); // 50 frames of 40 ms, 119 needed

    const test::Outcome outcome = train (run);
    REQUIRE (outcome.status.ok());
    const auto log = logOf (outcome);
    INFO (log);
    CHECK (log.find ("1 recording has samples far beyond full scale: broken.wav.") != std::string::npos);
    CHECK (log.find ("1 recording is silent: silent.wav.") != std::string::npos);
    CHECK (log.find ("2 recordings cannot be read: text.wav, gone.wav.") != std::string::npos);
    CHECK (log.find ("1 recording has more text than fits its time: wordy.wav.") != std::string::npos);
    CHECK (log.find ("8 utterances to train on, 1 to validate on") != std::string::npos);
    for (const auto loss : outcome.losses)
        CHECK (std::isfinite (loss));
}

TEST_CASE ("what is in train and in dev is no measure: it counts for train, and no error rate is told", "[training]")
{
    const TemporaryFolder folder;
    const auto run = tinyRun (folder.path);
    std::ifstream in (folder.path / "manifest.jsonl");
    std::string lines;
    for (std::string line; std::getline (in, line);)
        for (const auto* split : { "train", "dev" })
        {
            auto entry = nlohmann::json::parse (line);
            entry["split"] = split;
            lines += entry.dump() + "\n";
        }
    test::writeFile (folder.path / "manifest.jsonl", lines);

    const auto outcome = train (run);
    REQUIRE (outcome.status.ok());
    CHECK (logOf (outcome).find ("8 recordings for dev or test are also in train") != std::string::npos);
    CHECK (outcome.of ("validation").empty());
}

TEST_CASE ("a run that says another vocabulary or other sizes does not go on, and says what differs", "[training]")
{
    const TemporaryFolder folder;
    auto run = tinyRun (folder.path);
    run["epochs"] = 1;
    REQUIRE (train (run).status.ok());
    run["resume"] = "latest";
    run["epochs"] = 2;

    auto other = run;
    other["vocabulary"] = "sentencepiece";
    const auto refused = train (other);
    REQUIRE_FALSE (refused.status.ok());
    CHECK (refused.status.error().code == "bad_config");
    CHECK (refused.status.error().message.find ("vocabulary is english there and sentencepiece here")
           != std::string::npos);

    other = run;
    other["lightweight"] = false;
    other["model"] = { { "d_model", 64 } };
    CHECK (train (other).status.error().message.find ("d_model is 32 there and 64 here") != std::string::npos);
    run["vocabulary"] = "english";
    CHECK (train (run).status.ok());
}

TEST_CASE ("on a full disk a checkpoint ends with disk_failed, and the training goes on from the last one", "[training]")
{
    const TemporaryFolder folder;
    auto run = tinyRun (folder.path);
    run["epochs"] = 1;
    run["cache_dir"] = (folder.path / "cache").string();
    REQUIRE (train (run).status.ok());
    const auto before = folder.path / "checkpoints" / "tiny-speech-epoch-1";
    REQUIRE (readTrainingMetadata (before).ok());
    run["resume"] = "latest";
    run["epochs"] = 2;

    // As a full disk: no file of this process grows past 100 kB.
    const rlimit small{ 100'000, RLIM_INFINITY };
    rlimit usual{};
    ::getrlimit (RLIMIT_FSIZE, &usual);
    const auto handler = std::signal (SIGXFSZ, SIG_IGN);
    ::setrlimit (RLIMIT_FSIZE, &small);
    const auto outcome = train (run);
    ::setrlimit (RLIMIT_FSIZE, &usual);
    std::signal (SIGXFSZ, handler);

    REQUIRE_FALSE (outcome.status.ok());
    CHECK (outcome.status.error().code == "disk_failed");
    CHECK (outcome.status.error().message.find (" MB") != std::string::npos);
    CHECK (readTrainingMetadata (before).ok());
    CHECK (train (run).status.ok());
}
