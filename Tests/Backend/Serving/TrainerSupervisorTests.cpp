#include "Backend/Serving/TrainerSupervisor.h"
#include "Support/TemporaryFolder.h"

#include <algorithm>
#include <cstdlib>

#include <fcntl.h>
#include <unistd.h>

using namespace kikitori;
using namespace kikitori::backend;
using Kind = TrainingMessage::Kind;

namespace
{
/** A supervisor whose trainer is a shell script. */
class Rig
{
public:
    explicit Rig (const std::string& script)
    {
        program = folder.write ("trainer", "#!/bin/sh\n" + script);
        std::filesystem::permissions (program, std::filesystem::perms::owner_all);
    }

    void waitFor (const std::function<bool (const TrainingMessage&)>& condition)
    {
        std::unique_lock lock (mutex);
        REQUIRE (wake.wait_for (lock, std::chrono::seconds (20),
                                [&] { return std::any_of (messages.begin(), messages.end(), condition); }));
    }

    const TemporaryFolder folder;
    std::filesystem::path program;
    std::mutex mutex;
    std::condition_variable wake;
    std::vector<TrainingMessage> messages;
};

std::unique_ptr<TrainerSupervisor> supervise (Rig& rig)
{
    auto supervisor = std::make_unique<TrainerSupervisor> (rig.program,
                                                           [&rig] (const TrainingMessage& message)
                                                           {
                                                               const std::lock_guard lock (rig.mutex);
                                                               rig.messages.push_back (message);
                                                               rig.wake.notify_all();
                                                           });
    REQUIRE (supervisor->start (rig.folder.path / "run.json").ok());
    return supervisor;
}
} // namespace

TEST_CASE ("progress and logs of the trainer are kept and passed on", "[trainer]")
{
    Rig rig (R"(echo '{"type":"progress","payload":{"epoch":2,"total_epochs":5,"step":7,"total_steps":50,"loss":1.5,"learning_rate":0.0003}}'
echo '{"type":"validation_result","payload":{"epoch":2,"val_loss":1.25,"wer":0.383,"val_utterances":60,"val_total":300}}'
echo '{"type":"checkpoint","payload":{"path":"/data/a-b-epoch-2"}}'
echo '{"type":"log","payload":{"level":"info","message":"hello"}}'
echo 'not JSON at all'
echo '{"type":"status","payload":{"status":"completed","message":"done"}}')");
    const auto supervisor = supervise (rig);
    rig.waitFor ([] (const auto& m) { return m.kind == Kind::status && m.status == "completed"; });
    const auto progress = supervisor->progress();
    CHECK (progress.epoch == 2.0);
    CHECK (progress.loss == 1.5);
    CHECK (progress.validationUtterances == 60.0);
    CHECK (progress.validationTotal == 300.0);
    const std::deque<std::string> expected{ "Epoch 2/5, Step 7/50, Loss: 1.5000, LR: 0.000300",
                                            "Validation: epoch=2, val_loss=1.2500",
                                            "Checkpoint written: a-b-epoch-2" };
    REQUIRE (progress.logs.size() >= expected.size());
    CHECK (std::equal (expected.begin(), expected.end(), progress.logs.begin()));
    {
        const std::lock_guard lock (rig.mutex);
        CHECK (std::count_if (rig.messages.begin(), rig.messages.end(),
                              [&expected] (const auto& m)
                              {
                                  return m.kind == Kind::log && m.level == "INFO"
                                         && std::find (expected.begin(), expected.end(), m.message) != expected.end();
                              })
               == 3);
    }
    CHECK (std::find (progress.logs.begin(), progress.logs.end(), "not JSON at all") != progress.logs.end());
    CHECK_FALSE (progress.error);
}

TEST_CASE ("stop reaches the trainer, which ends by itself; a second start is refused meanwhile", "[trainer]")
{
    Rig rig (R"(echo '{"type":"status","payload":{"status":"starting","message":"go"}}'
read word
echo "{\"type\":\"status\",\"payload\":{\"status\":\"stopped\",\"message\":\"got $word\"}}")");
    const auto supervisor = supervise (rig);
    rig.waitFor ([] (const auto& m) { return m.status == "starting"; });
    CHECK (supervisor->isTraining());
    CHECK (supervisor->start (rig.folder.path / "run.json").error().code == "already_running");
    CHECK (supervisor->requestStop());
    rig.waitFor ([] (const auto& m) { return m.message == "got stop"; });
}

TEST_CASE ("a crash and a lack of memory are told with their reason", "[trainer]")
{
    Rig crash ("kill -SEGV $$");
    const auto first = supervise (crash);
    crash.waitFor ([] (const auto& m)
                   { return m.kind == Kind::error && m.message.find ("signal 11") != std::string::npos; });
    CHECK_FALSE (first->isTraining());
    CHECK_FALSE (first->requestStop());

    Rig memory ("exit 4");
    const auto second = supervise (memory);
    memory.waitFor ([] (const auto& m)
                    { return m.kind == Kind::error && m.message.find ("out of memory") != std::string::npos; });
    CHECK (second->progress().error);
}

TEST_CASE ("the trainer's own error is not told twice", "[trainer]")
{
    Rig rig (R"(echo '{"type":"error","payload":{"code":"bad_data","message":"no audio","traceback":""}}'; exit 3)");
    auto supervisor = supervise (rig);
    rig.waitFor ([] (const auto& m) { return m.kind == Kind::error; });
    supervisor.reset(); // joins: every message is there
    CHECK (
        std::count_if (rig.messages.begin(), rig.messages.end(), [] (const auto& m) { return m.kind == Kind::error; })
        == 1);
}

TEST_CASE ("the trainer gets three descriptors, and of the environment no token and nothing that it does not need", "[trainer]")
{
    const auto opened = ::open ("/dev/null", O_RDONLY); // without O_CLOEXEC, as a library might
    const auto leaky = ::fcntl (opened, F_DUPFD, 200);  // a shell has some of its own below
    REQUIRE (leaky >= 200);
    ::setenv ("KIKITORI_TOKEN", "secret", 1);
    ::setenv ("AWS_SECRET_ACCESS_KEY", "secret", 1);
    Rig rig (R"(echo "{\"type\":\"log\",\"payload\":{\"level\":\"info\",\"message\":\"`ls /proc/$$/fd | tr '\\n' ' '`\"}}"
echo "{\"type\":\"log\",\"payload\":{\"level\":\"info\",\"message\":\"`env | cut -d= -f1 | tr '\\n' ' '`\"}}"
echo '{"type":"status","payload":{"status":"completed","message":"done"}}')");
    const auto supervisor = supervise (rig);
    rig.waitFor ([] (const auto& m) { return m.kind == Kind::status && m.status == "completed"; });
    ::unsetenv ("KIKITORI_TOKEN");
    ::unsetenv ("AWS_SECRET_ACCESS_KEY");
    const std::lock_guard lock (rig.mutex);
    REQUIRE (rig.messages.size() >= 3);
    INFO (rig.messages[0].message << "|" << rig.messages[1].message);
    CHECK (rig.messages[0].message.find (" " + std::to_string (leaky) + " ") == std::string::npos);
    CHECK (rig.messages[1].message.find ("PATH") != std::string::npos);
    CHECK (rig.messages[1].message.find ("TOKEN") == std::string::npos);
    CHECK (rig.messages[1].message.find ("SECRET") == std::string::npos);
    ::close (leaky);
    ::close (opened);
}
