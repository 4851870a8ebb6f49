// The program kikitori-trainer as the backend sees it: a child process with pipes.
#include "Backend/Training/TrainingFixture.h"
#include "Support/Catch.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

extern char** environ;

using kikitori::test::TemporaryFolder;
using kikitori::test::tinyRun;
using nlohmann::json;

namespace
{
constexpr int patienceMilliseconds = 60000;

class TrainerProcess
{
public:
    explicit TrainerProcess (std::vector<std::string> arguments)
    {
        int in[2], out[2];
        REQUIRE (::pipe2 (in, O_CLOEXEC) == 0);
        REQUIRE (::pipe2 (out, O_CLOEXEC) == 0);
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init (&actions);
        ::posix_spawn_file_actions_adddup2 (&actions, in[0], 0);
        ::posix_spawn_file_actions_adddup2 (&actions, out[1], 1);
        arguments.insert (arguments.begin(), KIKITORI_BIN "/kikitori-trainer");
        std::vector<char*> pointers;

        for (auto& argument : arguments)
            pointers.push_back (argument.data());

        pointers.push_back (nullptr);
        REQUIRE (::posix_spawn (&child, pointers[0], &actions, nullptr, pointers.data(), environ) == 0);
        ::posix_spawn_file_actions_destroy (&actions);
        ::close (in[0]);
        ::close (out[1]);
        input = in[1];
        output = out[0];
    }

    ~TrainerProcess()
    {
        closeInput();
        ::close (output);

        if (child > 0)
        {
            ::kill (child, SIGKILL);
            ::waitpid (child, nullptr, 0);
        }
    }

    TrainerProcess (const TrainerProcess&) = delete;
    TrainerProcess& operator= (const TrainerProcess&) = delete;

    /** The next message; null at the end or when none comes in time. */
    json next()
    {
        for (;;)
        {
            if (const auto end = buffer.find ('\n'); end != std::string::npos)
            {
                auto message = json::parse (buffer.substr (0, end));
                buffer.erase (0, end + 1);
                return message;
            }

            char bytes[4096];
            pollfd watched{ output, POLLIN, 0 };

            if (::poll (&watched, 1, patienceMilliseconds) <= 0)
                return nullptr;

            const auto count = ::read (output, bytes, sizeof (bytes));

            if (count <= 0)
                return nullptr;

            buffer.append (bytes, static_cast<std::size_t> (count));
        }
    }

    json waitFor (const std::string& type)
    {
        for (auto message = next(); ! message.is_null(); message = next())
            if (message["type"] == type)
                return message["payload"];

        FAIL ("no " << type);
        return nullptr;
    }

    /** Reads to the end of the output, and gives the last status's word. */
    std::string lastStatus()
    {
        std::string last;

        for (auto message = next(); ! message.is_null(); message = next())
            if (message["type"] == "status")
                last = message["payload"]["status"].get<std::string>();

        return last;
    }

    void write (const std::string& text) const
    {
        CHECK (::write (input, text.data(), text.size()) == static_cast<ssize_t> (text.size()));
    }

    void closeInput()
    {
        if (input >= 0)
            ::close (input);

        input = -1;
    }

    void signal (int number) const { ::kill (child, number); }

    int exitCode()
    {
        auto status = 0;
        ::waitpid (child, &status, 0);
        child = -1;
        return WIFEXITED (status) ? WEXITSTATUS (status) : -WTERMSIG (status);
    }

private:
    pid_t child = -1;
    int input = -1, output = -1;
    std::string buffer;
};

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
