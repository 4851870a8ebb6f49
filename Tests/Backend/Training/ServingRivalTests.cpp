// What a training says of the model that it begins with, and of the one that serves.
#include "Backend/Storage/CheckpointPointer.h"
#include "Backend/Training/TrainerScene.h"

#include <algorithm>

using namespace kikitori::backend;
using kikitori::test::Outcome;
using kikitori::test::TemporaryFolder;
using kikitori::test::tinyRun;
using kikitori::test::train;
using nlohmann::json;

namespace
{
/** Two recordings to train on, seven to be measured by. */
json runWithManyToMeasure (const std::filesystem::path& folder)
{
    auto run = tinyRun (folder);
    std::ifstream in (folder / "manifest.jsonl");
    std::string lines, line;

    for (int i = 0; std::getline (in, line); ++i)
    {
        auto entry = json::parse (line);
        entry["split"] = i < 2 ? "train" : "dev";
        lines += entry.dump() + "\n";
    }

    kikitori::test::writeFile (folder / "manifest.jsonl", lines);
    run["epochs"] = 2;
    run["serve_best"] = true;
    return run;
}

std::size_t served (const Outcome& outcome)
{
    const auto checkpoints = outcome.of ("checkpoint");
    return static_cast<std::size_t> (
        std::count_if (checkpoints.begin(), checkpoints.end(), [] (const json& one) { return one["serve"] == true; }));
}

bool says (const Outcome& outcome, const std::string& text)
{
    const auto logs = outcome.of ("log");
    return std::any_of (logs.begin(), logs.end(), [&text] (const json& one)
                        { return one["message"].get<std::string>().find (text) != std::string::npos; });
}
} // namespace

TEST_CASE ("the model that a training begins with is measured as epoch 0", "[training]")
{
    const TemporaryFolder folder;
    auto run = runWithManyToMeasure (folder.path);
    run["initialise"] = KIKITORI_FIXTURES "/tiny_model";
    const auto outcome = train (run);
    REQUIRE (outcome.status.ok());
    const auto results = outcome.of ("validation_result");
    REQUIRE (results.size() == 3);
    CHECK (results[0]["epoch"] == 0);
    CHECK (results[0]["val_utterances"] == 7);
    const auto history = readTrainingMetadata (folder.path / "checkpoints" / "tiny-speech-latest").value()["history"];
    CHECK (history[0]["epoch"] == 0);
    CHECK (history[0]["score"] == results[0]["wer"]);
}

TEST_CASE ("only what beats the model in service by more than chance goes into service", "[training]")
{
    const std::string starter = KIKITORI_FIXTURES "/../../Assets/models/conformer";
    const TemporaryFolder folder;

    // A training that has learnt nothing yet against a model that works.
    auto ruined = runWithManyToMeasure (folder.path);
    ruined["serving"] = starter;
    const auto worse = train (ruined);
    REQUIRE (worse.status.ok());
    CHECK (served (worse) == 0);
    CHECK (says (worse, "Not put into service: an error rate of 100.0 % against "));
    const auto silent = folder.path / "checkpoints" / "tiny-speech-latest";

    // One that begins with the model that works, and leaves it as it is: no better than it, but better than another.
    auto gentle = runWithManyToMeasure (folder.path);
    gentle["initialise"] = starter;
    gentle["learning_rate"] = 1e-9;
    gentle["epochs"] = 1;
    gentle["serving"] = starter;
    gentle["checkpoint_dir"] = (folder.path / "others").string();
    CHECK (served (train (gentle)) == 0);
    gentle["serving"] = resolvePointer (silent).string();
    const auto better = train (gentle);
    REQUIRE (better.status.ok());
    CHECK (served (better) == 1);

    auto first = runWithManyToMeasure (folder.path);
    first["serving"] = ""; // nothing serves
    CHECK (served (train (first)) >= 1);
    first["serving"] = (folder.path / "nothing").string();
    const auto unknown = train (first);
    CHECK (served (unknown) == 0);
    CHECK (says (unknown, "cannot be measured"));
}
