// Checkpoints that are not written after each epoch.
#include "Backend/Training/TrainerScene.h"

#include <algorithm>

using namespace kikitori::backend;
using kikitori::test::TemporaryFolder;
using kikitori::test::tinyRun;
using kikitori::test::train;
using nlohmann::json;

TEST_CASE ("checkpoints are written every so many epochs and after the last one; each epoch is validated", "[training]")
{
    const TemporaryFolder folder;
    auto run = tinyRun (folder.path);
    run["epochs"] = 5;
    run["checkpoint_epochs"] = 2;
    const auto outcome = train (run);
    REQUIRE (outcome.status.ok());
    CHECK (outcome.of ("validation_result").size() == 5);
    std::vector<std::string> names;

    for (const auto& checkpoint : outcome.of ("checkpoint"))
        names.push_back (checkpoint["name"]);

    CHECK (names == std::vector<std::string>{ "tiny-speech-epoch-2", "tiny-speech-epoch-4", "tiny-speech-epoch-5" });
    const auto checkpoints = folder.path / "checkpoints";
    CHECK (std::filesystem::read_symlink (checkpoints / "tiny-speech-latest") == "tiny-speech-epoch-5");
    CHECK (readModelConfig (checkpoints / "tiny-speech-average").ok());
    const auto history = readTrainingMetadata (checkpoints / "tiny-speech-latest").value()["history"];
    CHECK (history.size() == 5);

    std::size_t best = 1; // of the epochs that have a checkpoint, counted from 0

    for (const std::size_t epoch : { 3u, 4u })
        if (std::pair (history[epoch]["score"], history[epoch]["val_loss"])
            < std::pair (history[best]["score"], history[best]["val_loss"]))
            best = epoch;

    CHECK (std::filesystem::read_symlink (checkpoints / "tiny-speech-best")
           == "tiny-speech-epoch-" + std::to_string (best + 1));
}

TEST_CASE ("each epoch is measured on all of dev, or on as many recordings as the run says", "[training]")
{
    const TemporaryFolder folder;
    auto run = tinyRun (folder.path);
    std::ifstream in (folder.path / "manifest.jsonl");
    std::string lines, line;

    for (int i = 0; std::getline (in, line); ++i) // three of the nine are dev
    {
        auto entry = json::parse (line);
        entry["split"] = i >= 6 ? "dev" : "train";
        lines += entry.dump() + "\n";
    }

    kikitori::test::writeFile (folder.path / "manifest.jsonl", lines);
    run["epochs"] = 1;
    const auto whole = train (run).of ("validation_result");
    REQUIRE (whole.size() == 1);
    CHECK (whole[0]["val_utterances"] == 3);
    CHECK (whole[0]["val_total"] == 3);

    run["validation_utterances"] = 2;
    const auto part = train (run).of ("validation_result");
    REQUIRE (part.size() == 1);
    CHECK (part[0]["val_utterances"] == 2);
    CHECK (part[0]["val_total"] == 3);
    const auto history = readTrainingMetadata (folder.path / "checkpoints" / "tiny-speech-latest").value()["history"];
    CHECK (history[0]["val_total"] == 3);
}

TEST_CASE ("a training without dev recordings claims no error rate", "[training]")
{
    const TemporaryFolder folder;
    auto run = tinyRun (folder.path);
    std::ifstream all (folder.path / "manifest.jsonl");
    std::string training, line;

    while (std::getline (all, line))
        training += line.find ("\"dev\"") == std::string::npos ? line + "\n" : "";

    kikitori::test::writeFile (folder.path / "manifest.jsonl", training);
    run["epochs"] = 1;
    const auto outcome = train (run);
    REQUIRE (outcome.status.ok());
    CHECK (outcome.of ("validation_result").empty());
    const auto logs = outcome.of ("log");
    CHECK (std::any_of (logs.begin(), logs.end(),
                        [] (const auto& message)
                        { return message.dump().find ("no error rate will be measured") != std::string::npos; }));
    const auto history = readTrainingMetadata (folder.path / "checkpoints" / "tiny-speech-epoch-1").value()["history"];
    REQUIRE (history.size() == 1);
    CHECK (history[0]["loss"].get<double>() > 0.0);
    CHECK_FALSE (history[0].contains ("wer"));
    CHECK_FALSE (history[0].contains ("val_loss"));
}

TEST_CASE ("the steps to come are known from the first one on, easy epochs and all", "[training]")
{
    const TemporaryFolder folder;
    auto run = tinyRun (folder.path);
    run["epochs"] = 4;
    run["easy_epochs"] = 2;
    const auto progress = train (run).of ("progress");
    REQUIRE_FALSE (progress.empty());
    const auto total = progress.back()["step"].get<double>();

    for (const auto& one : progress)
        CHECK (one["total_steps"].get<double>() == Approx (total).margin (1.0)); // an epoch's draw may have one more
}

TEST_CASE ("a warm-up longer than the training is shortened, and that is said before the first step", "[training]")
{
    const TemporaryFolder folder;
    auto run = tinyRun (folder.path);
    run["lightweight"] = false;
    run["model"] = { { "subsampling_channels", 8 }, { "d_model", 16 }, { "n_layers", 1 }, { "n_heads", 2 }, { "left_context", 8 } };
    run["batch_size"] = 1;
    run["progress_steps"] = 1;
    run["epochs"] = 5; // forty steps
    run["easy_epochs"] = 0;
    run["learning_rate"] = 0.001;
    run["decay_part"] = 0;
    run["warmup_steps"] = 500;
    const auto outcome = train (run);
    const auto logs = outcome.of ("log");
    CHECK (std::any_of (logs.begin(), logs.end(),
                        [] (const json& log)
                        {
                            return log["level"] == "WARNING"
                                   && log["message"] == "warmup_steps is 500, but this training has about 40 steps: its "
                                                        "learning rate rises over the first 4";
                        }));
    const auto progress = outcome.of ("progress");
    REQUIRE (progress.size() == 40);
    CHECK (progress[0]["learning_rate"].get<double>() == Approx (0.00025));
    CHECK (progress[3]["learning_rate"].get<double>() == Approx (0.001));

    run["warmup_steps"] = 10; // fits
    const auto fitting = train (run);
    CHECK (fitting.of ("progress")[4]["learning_rate"].get<double>() == Approx (0.0005));
}

TEST_CASE ("the mean loss of an epoch that was stopped in its middle is that of all its steps", "[training]")
{
    const TemporaryFolder whole, parts;
    const auto lossOf = [] (const TemporaryFolder& folder)
    {
        return readTrainingMetadata (folder.path / "checkpoints" / "tiny-speech-latest")
            .value()["history"]
            .back()["loss"]
            .get<double>();
    };
    const auto uninterrupted = train (tinyRun (whole.path));
    auto run = tinyRun (parts.path);
    REQUIRE (train (run, uninterrupted.losses.size() - 1).status.ok()); // in the last epoch
    run["resume"] = "latest";
    REQUIRE (train (run).status.ok());
    CHECK (lossOf (parts) == lossOf (whole));
}

TEST_CASE ("a finished run that goes on for longer says that its learning rate jumps", "[training]")
{
    const TemporaryFolder folder;
    auto run = tinyRun (folder.path);
    run["learning_rate"] = 0.001;
    const auto jumps = [] (const kikitori::test::Outcome& outcome)
    {
        const auto logs = outcome.of ("log");
        return std::any_of (logs.begin(), logs.end(), [] (const json& log)
                            { return log["message"].get<std::string>().starts_with ("The learning rate goes from 2e-05 to 0.001 here"); });
    };
    CHECK_FALSE (jumps (train (run)));
    run["resume"] = "latest";
    run["epochs"] = 30;
    CHECK (jumps (train (run, 1)));
}

TEST_CASE ("a stop between two checkpoints leaves one, and the training goes on exactly", "[training]")
{
    const TemporaryFolder whole;
    const auto uninterrupted = train (tinyRun (whole.path));
    const auto progress = uninterrupted.of ("progress"); // one a step
    const auto firstEpoch = static_cast<std::size_t> (
        std::count_if (progress.begin(), progress.end(), [] (const json& step) { return step["epoch"] == 1; }));
    REQUIRE (firstEpoch > 1);

    for (const auto steps : { firstEpoch - 1, firstEpoch, firstEpoch + 1 }) // inside, after, and in the next
    {
        INFO (steps);
        const TemporaryFolder folder;
        auto run = tinyRun (folder.path);
        run["checkpoint_epochs"] = 100;
        const auto stopped = train (run, steps);
        REQUIRE (stopped.of ("checkpoint").size() == 1);
        CHECK (stopped.of ("status").back()["status"] == "stopped");
        auto losses = stopped.losses;
        REQUIRE (losses.size() == steps);
        run["resume"] = "latest";
        const auto rest = train (run);
        losses.insert (losses.end(), rest.losses.begin(), rest.losses.end());
        CHECK (losses == uninterrupted.losses);
        CHECK (rest.of ("checkpoint").size() == 1);
    }
}
