// The program kikitori-trainer as the backend sees it: a child process with pipes.
#include "TrainerProcess.h"

using kikitori::test::TemporaryFolder;
using kikitori::test::tinyRun;
using kikitori::test::TrainerProcess;
using nlohmann::json;

namespace
{
std::vector<std::string> longRun (const TemporaryFolder& folder)
{
    auto run = tinyRun (folder.path);
    run["epochs"] = 100000;
    kikitori::test::writeFile (folder.path / "run.json", run.dump());
    return { "--config", (folder.path / "run.json").string() };
}

bool hasCheckpoint (const TemporaryFolder& folder)
{
    return std::filesystem::exists (folder.path / "checkpoints" / "tiny-speech-latest" / "training_metadata.json");
}
} // namespace

TEST_CASE ("the word stop, the input's end and SIGTERM each stop a training with a checkpoint and code 0", "[trainer]")
{
    const TemporaryFolder folder;
    TrainerProcess trainer (longRun (folder));
    CHECK (trainer.waitFor ("status")["status"] == "starting");
    trainer.waitFor ("progress");

    SECTION ("the word stop") { trainer.write ("stop\n"); }
    SECTION ("the parent is gone") { trainer.closeInput(); }
    SECTION ("SIGTERM") { trainer.signal (SIGTERM); }

    CHECK (trainer.lastStatus() == "stopped");
    CHECK (trainer.exitCode() == 0);
    CHECK (hasCheckpoint (folder));
}

TEST_CASE ("other words on the input are ignored", "[trainer]")
{
    const TemporaryFolder folder;
    TrainerProcess trainer (longRun (folder));
    trainer.write ("hello\nstopp\n");
    trainer.waitFor ("progress");
    trainer.waitFor ("progress");
    trainer.write ("stop\n");
    CHECK (trainer.lastStatus() == "stopped");
    CHECK (trainer.exitCode() == 0);
}

TEST_CASE ("failures have their exit codes and an error line", "[trainer]")
{
    const TemporaryFolder folder;
    auto run = tinyRun (folder.path);
    auto code = 0;

    SECTION ("bad configuration")
    {
        run["epochs"] = -1;
        code = 2;
    }

    SECTION ("bad data")
    {
        run["manifests"] = { { { "path", (folder.path / "none.jsonl").string() } } };
        code = 3;
    }

    SECTION ("out of memory")
    {
        run["lightweight"] = false;
        run["batch_seconds"] = 3600;
        run["easy_epochs"] = 0;
        run["model"] = { { "d_model", 1024 }, { "n_layers", 24 } };
        run["memory_limit_mb"] = 700;
        code = 4;
    }

    kikitori::test::writeFile (folder.path / "run.json", run.dump());
    TrainerProcess trainer ({ "--config", (folder.path / "run.json").string() });
    const auto error = trainer.waitFor ("error");
    CHECK_FALSE (error["message"].get<std::string>().empty());
    CHECK (error["code"] == (code == 2 ? "bad_config" : code == 3 ? "file_missing" : "out_of_memory"));
    CHECK (trainer.exitCode() == code);
    CHECK_FALSE (hasCheckpoint (folder));
}
