// Trainings of one model and data set in one folder: none touches what an earlier one left.
#include "Backend/Model/SafetensorsFile.h"
#include "Backend/Storage/RunNames.h"
#include "Backend/Training/TrainerScene.h"

using namespace kikitori::backend;
using kikitori::test::TemporaryFolder;
using kikitori::test::tinyRun;
using kikitori::test::train;
using nlohmann::json;
namespace fs = std::filesystem;

namespace
{
/** The bytes of all weights below the folder, by the run and the epoch of their checkpoint. */
std::map<std::pair<std::string, int>, std::string> weightsIn (const fs::path& folder)
{
    std::map<std::pair<std::string, int>, std::string> found;

    for (const auto& entry : fs::directory_iterator (folder))
        if (const auto metadata = metadataOf (entry.path()); ! entry.is_symlink() && ! metadata.empty())
        {
            std::ifstream in (entry.path() / "model.safetensors", std::ios::binary);
            found[{ runOf (metadata), metadata["epoch"] }] = { std::istreambuf_iterator<char> (in), {} };
        }

    return found;
}

std::string runIn (const fs::path& checkpoint) { return runOf (metadataOf (checkpoint)); }
} // namespace

TEST_CASE ("a new training of the same model and data set leaves the old run whole, and takes its names", "[training]")
{
    const TemporaryFolder folder;
    const auto checkpoints = folder.path / "checkpoints";
    auto run = tinyRun (folder.path);
    REQUIRE (train (run).status.ok());
    const auto first = runIn (checkpoints / "tiny-speech-latest");
    const auto before = weightsIn (checkpoints);
    REQUIRE (before.size() == 3);

    run["seed"] = 2;
    run["epochs"] = 1;
    run["run_name"] = "the second";
    REQUIRE (train (run).status.ok());
    const auto second = runIn (checkpoints / "tiny-speech-latest");
    CHECK (second != first);
    CHECK (metadataOf (checkpoints / "tiny-speech-epoch-1")["run_name"] == "the second");
    CHECK (metadataOf (checkpoints / "tiny-speech-epoch-1")["settings"] == run);
    CHECK (runIn (checkpoints / "tiny-speech-epoch-1") == second);
    CHECK (runIn (checkpoints / ("tiny-speech-epoch-1@" + first)) == first);
    CHECK (fs::read_symlink (checkpoints / ("tiny-speech-latest@" + first)) == "tiny-speech-epoch-3@" + first);
    CHECK (fs::exists (checkpoints / ("tiny-speech-average@" + first)));
    CHECK_FALSE (fs::exists (checkpoints / "tiny-speech-average")); // of one epoch there is none
    CHECK (fs::read_symlink (checkpoints / "tiny-speech-best") == "tiny-speech-epoch-1");

    const auto after = weightsIn (checkpoints);
    CHECK (after.size() == 4);
    for (const auto& [key, weights] : before)
        CHECK (after.at (key) == weights);

    // An older run that goes on has the plain names again.
    run = tinyRun (folder.path);
    run["epochs"] = 4;
    run["resume"] = (checkpoints / ("tiny-speech-latest@" + first)).string();
    REQUIRE (train (run).status.ok());
    CHECK (runIn (checkpoints / "tiny-speech-epoch-4") == first);
    CHECK (runIn (checkpoints / "tiny-speech-epoch-3") == first);
    CHECK (runIn (checkpoints / ("tiny-speech-epoch-1@" + second)) == second);
    CHECK (fs::read_symlink (checkpoints / "tiny-speech-latest") == "tiny-speech-epoch-4");
}

TEST_CASE ("a training that resumes from the middle of a run is another one", "[training]")
{
    const TemporaryFolder folder;
    const auto checkpoints = folder.path / "checkpoints";
    auto run = tinyRun (folder.path);
    REQUIRE (train (run).status.ok());
    const auto first = runIn (checkpoints / "tiny-speech-latest");
    const auto before = weightsIn (checkpoints);
    run["resume"] = (checkpoints / "tiny-speech-epoch-1").string();
    run["epochs"] = 2;
    REQUIRE (train (run).status.ok());
    CHECK (runIn (checkpoints / "tiny-speech-epoch-2") != first);
    const auto after = weightsIn (checkpoints);
    CHECK (after.size() == 4);
    for (const auto& [key, weights] : before)
        CHECK (after.at (key) == weights);
}

TEST_CASE ("a training of other sizes, begun anew beside an old run, ends well", "[training]")
{
    const TemporaryFolder folder;
    auto run = tinyRun (folder.path);
    run["lightweight"] = false;
    run["model"] = { { "subsampling_channels", 8 }, { "d_model", 16 }, { "n_layers", 1 }, { "n_heads", 2 }, { "left_context", 8 } };
    run["epochs"] = 2;
    REQUIRE (train (run).status.ok());
    run["model"]["d_model"] = 32;
    const auto other = train (run);
    REQUIRE (other.status.ok());
    CHECK (other.of ("status").back()["status"] == "completed");
    const auto average = readModelConfig (folder.path / "checkpoints" / "tiny-speech-average");
    REQUIRE (average.ok());
    CHECK (average.value().modelSize == 32);
}

TEST_CASE ("runs that were written over each other before there were ids are told apart by their beginning", "[training]")
{
    const TemporaryFolder folder;
    const auto add = [&folder] (const std::string& name, const std::string& began, int step)
    {
        fs::create_directories (folder.path / name);
        kikitori::test::writeFile (folder.path / name / "training_metadata.json",
                                   json{ { "started_at", began }, { "step", step } }.dump());
    };
    add ("m-d-epoch-1", "2026-02-01T10:00:00Z", 10);
    add ("m-d-epoch-2", "2026-01-31T12:00:00Z", 20);
    add ("m-d2-epoch-1", "2026-01-31T12:00:00Z", 10);
    fs::create_directory_symlink ("m-d-epoch-1", folder.path / "m-d-latest");
    CHECK (runToContinue (folder.path / "m-d-epoch-1") == "20260201-100000");
    REQUIRE (makeNewest (folder.path, "m-d", "20260201-100000").ok());
    CHECK (fs::exists (folder.path / "m-d-epoch-1"));
    CHECK (fs::exists (folder.path / "m-d-epoch-2@20260131-120000"));
    CHECK (fs::exists (folder.path / "m-d2-epoch-1"));
    CHECK (fs::is_symlink (folder.path / "m-d-latest"));

    REQUIRE (makeNewest (folder.path, "m-d", newRunId()).ok());
    CHECK_FALSE (fs::exists (folder.path / "m-d-epoch-1"));
    CHECK (fs::read_symlink (folder.path / "m-d-latest@20260201-100000") == "m-d-epoch-1@20260201-100000");
    CHECK (newRunId() != newRunId());
}
