// A trainer that is killed at any moment leaves only checkpoints that can be read.
#include "Backend/Training/Checkpoint.h"
#include "Support/LongRun.h"
#include "TrainerProcess.h"

#include <random>
#include <thread>

using namespace kikitori::backend;
using kikitori::test::TemporaryFolder;
using kikitori::test::tinyRun;
using kikitori::test::TrainerProcess;

namespace
{
std::vector<std::filesystem::path> listed (const std::filesystem::path& folder)
{
    std::vector<std::filesystem::path> found;

    for (const auto& entry : std::filesystem::directory_iterator (folder))
        if (entry.path().filename().string().starts_with ("tiny-speech-"))
            found.push_back (entry.path());

    return found;
}

void checkReadable (const std::filesystem::path& checkpoint, const TrainingOptions& options)
{
    INFO (checkpoint);
    const auto config = readModelConfig (checkpoint);
    REQUIRE (config.ok());

    if (checkpoint.filename() == "tiny-speech-average") // a model, not a state to resume from
    {
        Conformer model (config.value(), 0.0);
        CHECK (loadWeights (checkpoint, model).ok());
        return;
    }

    TrainingState state (config.value(), options);
    CHECK (readCheckpoint (checkpoint, state).ok());
}
} // namespace

TEST_CASE ("SIGKILL at random moments leaves only whole checkpoints, and the training goes on from them", "[trainer]")
{
    const TemporaryFolder folder;
    auto run = tinyRun (folder.path);
    run["manifests"] = { { { "path", kikitori::test::writeManifest (folder.path, 2).string() },
                           { "name", "speech" } } };
    run["epochs"] = 100000;
    run["keep_checkpoints"] = 2;
    run["keep_best"] = 2;
    run["easy_epochs"] = 0;
    const auto checkpoints = folder.path / "checkpoints";
    const auto options = parseTrainingOptions (run);
    REQUIRE (options.ok());
    const auto kills = kikitori::test::shortOrLong (6, 50);
    std::mt19937 random (5);
    std::uniform_int_distribution<int> delay (0, 400);
    std::size_t seen = 0;
    std::int64_t furthest = -1;

    for (int i = 0; i < kills; ++i)
    {
        INFO ("kill " << i);
        if (std::filesystem::exists (checkpoints / "tiny-speech-latest"))
            run["resume"] = "latest";

        kikitori::test::writeFile (folder.path / "run.json", run.dump());
        TrainerProcess trainer ({ "--config", (folder.path / "run.json").string() });
        // Checkpoints follow each other without a pause: any moment lies in the writing of one.
        trainer.waitFor ("checkpoint");
        std::this_thread::sleep_for (std::chrono::milliseconds (delay (random))); // the moment is what is tested
        trainer.signal (SIGKILL);
        CHECK (trainer.exitCode() == -SIGKILL);

        for (const auto& checkpoint : listed (checkpoints))
        {
            checkReadable (checkpoint, options.value());
            ++seen;
        }

        const auto metadata = readTrainingMetadata (checkpoints / "tiny-speech-latest");
        REQUIRE (metadata.ok());
        const auto step = metadata.value()["step"].get<std::int64_t>();
        CHECK (step > furthest);
        furthest = step;
    }

    CHECK (seen >= static_cast<std::size_t> (3 * kills));
    CHECK (listed (checkpoints).size() <= 2u + 2u + 1u + 3u); // newest, best, one more at a kill; latest, best, average
}
