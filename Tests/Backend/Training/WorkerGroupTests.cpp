// Several processes that train one model together make the steps of one.
#include "Backend/Training/TrainingBatch.h"
#include "TrainerProcess.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

using namespace kikitori::backend;
using kikitori::test::TemporaryFolder;
using kikitori::test::tinyRun;
using kikitori::test::TrainerProcess;
using nlohmann::json;

namespace
{
std::vector<std::string> writeRun (const TemporaryFolder& folder, const json& run)
{
    kikitori::test::writeFile (folder.path / "run.json", run.dump());
    return { "--config", (folder.path / "run.json").string() };
}

json comparableRun (const TemporaryFolder& folder)
{
    auto run = tinyRun (folder.path);
    run["dropout"] = 0.0; // each process draws its own
    run["epochs"] = 2;
    return run;
}

std::vector<double> losses (TrainerProcess& trainer)
{
    std::vector<double> found;

    for (auto message = trainer.next(); ! message.is_null(); message = trainer.next())
        if (message["type"] == "progress")
            found.push_back (message["payload"]["loss"].get<double>());

    return found;
}

/** Not one that a connection of another test may get meanwhile: below those that the system gives by itself. */
std::string freePort()
{
    for (int port = 20000 + ::getpid() % 10000; port < 32000; ++port)
    {
        const auto handle = ::socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
        address.sin_port = htons (static_cast<std::uint16_t> (port));
        const auto isFree = ::bind (handle, reinterpret_cast<sockaddr*> (&address), sizeof address) == 0;
        ::close (handle);

        if (isFree)
            return std::to_string (port);
    }

    FAIL ("no port is free");
    return {};
}

std::vector<std::string> asWorker (int rank, const std::string& port)
{
    return { "RANK=" + std::to_string (rank), "WORLD_SIZE=2", "MASTER_ADDR=127.0.0.1", "MASTER_PORT=" + port };
}
} // namespace

TEST_CASE ("two processes have the losses of one with the same batches", "[trainer][workers]")
{
    const TemporaryFolder alone, together;
    TrainerProcess one (writeRun (alone, comparableRun (alone)));
    const auto expected = losses (one);
    REQUIRE (expected.size() > 4);

    const auto arguments = writeRun (together, comparableRun (together));
    const auto port = freePort();
    TrainerProcess first (arguments, asWorker (0, port));
    TrainerProcess second (arguments, asWorker (1, port));
    const auto found = losses (first);
    CHECK (losses (second).empty()); // the first one tells
    CHECK (first.exitCode() == 0);
    CHECK (second.exitCode() == 0);
    REQUIRE (found.size() == expected.size());

    for (std::size_t i = 0; i < found.size(); ++i)
        CHECK (found[i] == Approx (expected[i]).margin (1e-4));

    CHECK (std::filesystem::exists (together.path / "checkpoints" / "tiny-speech-epoch-2" / "optimizer.pt"));
}

TEST_CASE ("a stop asked of one process stops all of them after the same step", "[trainer][workers]")
{
    const TemporaryFolder folder;
    auto run = comparableRun (folder);
    run["epochs"] = 100000;
    const auto arguments = writeRun (folder, run);
    const auto port = freePort();
    TrainerProcess first (arguments, asWorker (0, port));
    TrainerProcess second (arguments, asWorker (1, port));
    first.waitFor ("progress");
    second.write ("stop\n");
    CHECK (first.lastStatus() == "stopped");
    CHECK (first.exitCode() == 0);
    CHECK (second.exitCode() == 0);
}

TEST_CASE ("a process that goes is told by the others, not waited for", "[trainer][workers]")
{
    const TemporaryFolder folder;
    auto run = comparableRun (folder);
    run["epochs"] = 100000;
    const auto arguments = writeRun (folder, run);
    const auto port = freePort();
    TrainerProcess first (arguments, asWorker (0, port));
    TrainerProcess second (arguments, asWorker (1, port));
    first.waitFor ("progress");
    second.signal (SIGKILL);
    CHECK (first.waitFor ("error")["code"] == "workers_lost");
    CHECK (first.exitCode() == 1);
}

TEST_CASE ("the parts of a batch are the batch", "[training][workers]")
{
    TrainingBatch batch;
    batch.features = torch::randn ({ 3, 16, melBins });
    batch.lengths = torch::tensor ({ 2, 1, 2 }, torch::kLong);
    batch.targets = torch::tensor ({ 1, 2, 3, 4, 5, 6 }, torch::kLong);
    batch.targetLengths = torch::tensor ({ 1, 2, 3 }, torch::kLong);

    const auto first = partOf (batch, 0, 2), second = partOf (batch, 1, 2), none = partOf (batch, 3, 4);
    CHECK (torch::equal (first.features, batch.features.index_select (0, torch::tensor ({ 0, 2 }))));
    CHECK (torch::equal (first.targets, torch::tensor ({ 1, 4, 5, 6 }, torch::kLong)));
    CHECK (torch::equal (second.targets, torch::tensor ({ 2, 3 }, torch::kLong)));
    CHECK (torch::equal (second.lengths, torch::tensor ({ 1 }, torch::kLong)));
    CHECK (none.lengths.numel() == 0);
    CHECK (none.targets.numel() == 0);
}
