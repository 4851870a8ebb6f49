#include "Backend/Training/Checkpoint.h"
#include "Backend/Training/CheckpointKeeper.h"
#include "Backend/Training/TrainingFixture.h"
#include "Support/Catch.h"

#include <set>

using namespace kikitori::backend;
using kikitori::test::TemporaryFolder;
using nlohmann::json;

namespace
{
class Rig
{
public:
    Rig()
    {
        options.modelName = "tiny";
        options.datasetName = "speech";
        options.checkpointFolder = folder.path;
        options.keepCheckpoints = 2;
        options.keepBest = 2;
    }

    /** An epoch's checkpoint with this error rate; true: the best so far. */
    bool write (int epoch, std::optional<double> errorRate)
    {
        auto config = readModelConfig (KIKITORI_FIXTURES "/tiny_model");
        REQUIRE (config.ok());
        TrainingState state (config.value(), options);
        state.position = { epoch, 0, epoch };
        json entry{ { "val_loss", 1.0 } };

        if (errorRate)
            entry["score"] = *errorRate;

        const auto path = writeCheckpoint (state, options, { { "history", { entry } } });
        REQUIRE (path.ok());
        // The order of writing decides, not how fine the file system's clock is.
        std::filesystem::last_write_time (path.value() / "training_metadata.json",
                                          std::filesystem::file_time_type::clock::now()
                                              + std::chrono::hours (++written));
        const auto kept = CheckpointKeeper (options).tidy (path.value());
        REQUIRE (kept.ok());
        return kept.value().isBest;
    }

    std::set<std::string> names() const
    {
        std::set<std::string> found;

        for (const auto& entry : std::filesystem::directory_iterator (folder.path))
            found.insert (entry.path().filename().string());

        return found;
    }

    const TemporaryFolder folder;
    TrainingOptions options;
    int written = 0;
};
} // namespace

TEST_CASE ("the newest and the best checkpoints stay, with links and an average", "[training]")
{
    Rig rig;
    CHECK (rig.write (1, 0.5));
    CHECK (rig.write (2, 0.2));
    CHECK_FALSE (rig.write (3, 0.3));
    CHECK_FALSE (rig.write (4, 0.9));
    CHECK_FALSE (rig.write (5, 0.8));

    CHECK (rig.names()
           == std::set<std::string>{ "tiny-speech-epoch-2", "tiny-speech-epoch-3", "tiny-speech-epoch-4",
                                     "tiny-speech-epoch-5", "tiny-speech-latest", "tiny-speech-best",
                                     "tiny-speech-average" });
    CHECK (std::filesystem::read_symlink (rig.folder.path / "tiny-speech-best") == "tiny-speech-epoch-2");
    CHECK (readModelConfig (rig.folder.path / "tiny-speech-average").ok());

    CHECK (rig.write (6, 0.1));
    CHECK (std::filesystem::read_symlink (rig.folder.path / "tiny-speech-best") == "tiny-speech-epoch-6");
    CHECK_FALSE (rig.names().contains ("tiny-speech-epoch-3"));
}

TEST_CASE ("a training without validation keeps the newest, and one it resumed from is never deleted", "[training]")
{
    Rig rig;
    rig.write (1, std::nullopt);
    rig.options.resume = rig.folder.path / "tiny-speech-epoch-1";
    rig.write (2, std::nullopt);
    rig.write (3, std::nullopt);
    rig.write (4, std::nullopt);
    CHECK (rig.names()
           == std::set<std::string>{ "tiny-speech-epoch-1", "tiny-speech-epoch-3", "tiny-speech-epoch-4",
                                     "tiny-speech-latest" });
}

TEST_CASE ("other trainings' checkpoints are left alone", "[training]")
{
    Rig rig;
    std::filesystem::create_directory (rig.folder.path / "tiny-speech-epoch-1-copy");
    std::filesystem::create_directory (rig.folder.path / "tiny-other-epoch-1");

    for (int epoch = 1; epoch < 5; ++epoch)
        rig.write (epoch, std::nullopt);

    CHECK (rig.names().contains ("tiny-speech-epoch-1-copy"));
    CHECK (rig.names().contains ("tiny-other-epoch-1"));
}

TEST_CASE ("another run's checkpoints are neither the best nor averaged nor deleted", "[training]")
{
    Rig rig;
    rig.options.runId = "first";
    rig.write (1, 0.1);
    rig.options.runId = "second";
    CHECK (rig.write (2, 0.9));
    CHECK (std::filesystem::read_symlink (rig.folder.path / "tiny-speech-best") == "tiny-speech-epoch-2");
    CHECK_FALSE (rig.names().contains ("tiny-speech-average"));

    for (int epoch = 3; epoch < 8; ++epoch)
        rig.write (epoch, std::nullopt);

    CHECK (rig.names().contains ("tiny-speech-epoch-1"));
}

TEST_CASE ("an average that cannot be made is told and leaves none; the checkpoint and the best stay", "[training]")
{
    Rig rig;
    rig.write (1, 0.5);
    rig.write (2, 0.4);
    REQUIRE (rig.names().contains ("tiny-speech-average"));
    std::filesystem::remove (rig.folder.path / "tiny-speech-epoch-2" / "model.safetensors");
    rig.options.keepBest = 3;
    const auto third = rig.folder.path / "tiny-speech-epoch-3";
    CHECK (rig.write (3, 0.3));
    CHECK (std::filesystem::exists (third / "model.safetensors"));
    CHECK_FALSE (rig.names().contains ("tiny-speech-average"));
    CHECK_FALSE (CheckpointKeeper (rig.options).tidy (third).value().average.ok());
    CHECK (std::filesystem::read_symlink (rig.folder.path / "tiny-speech-best") == "tiny-speech-epoch-3");
}
