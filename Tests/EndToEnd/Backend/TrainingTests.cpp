// Training as a service of a backend that also streams.
#include "Backend/Training/TrainingFixture.h"
#include "RawClient.h"
#include "ServerProcess.h"
#include "StuckThread.h"
#include "Support/Catch.h"

#include <csignal>

using namespace kikitori::testing;
using namespace std::chrono_literals;
using nlohmann::json;

namespace
{
/** Four recordings to train on, seven to be measured by. */
std::filesystem::path manifestWithSevenToMeasure (const std::filesystem::path& folder)
{
    const auto file = kikitori::test::writeManifest (folder, 10);
    std::ifstream in (file);
    std::string lines, line;

    for (int i = 0; std::getline (in, line); ++i)
    {
        auto entry = json::parse (line);
        entry["split"] = i < 4 ? "train" : "dev";
        lines += entry.dump() + "\n";
    }

    in.close();
    kikitori::test::writeFile (file, lines);
    return file;
}

class Rig
{
public:
    explicit Rig (const std::map<std::string, std::string>& environment = {})
        : manifest (manifestWithSevenToMeasure (folder.path)),
          backend ({},
                   environment,
                   "available_datasets: [speech]\ndatasets: {speech: " + manifest.string()
                       + "}\ntraining: {serve_best: true}\n")
    {
    }

    json ask (const std::string& request) const
    {
        const auto reply = RawClient::ask (backend.port(), request);
        return json::parse (reply.substr (reply.find ("\r\n\r\n") + 4), nullptr, false);
    }

    void train (int epochs, const json& more = json::object()) const
    {
        json body{
            { "model_name", "conformer" }, { "dataset_name", "speech" }, { "epochs", epochs }, { "lightweight", true }
        };
        body.update (more);
        const auto started = ask (post ("/api/train/start", body.dump()));
        REQUIRE (started["message"] == "Training started in background.");
    }

    /** A socket that hears the training's messages. */
    std::unique_ptr<RawClient> listen() const
    {
        auto client = std::make_unique<RawClient> (backend.port(), 60s);
        REQUIRE (client->upgrade());
        return client;
    }

    /** The trainer's process, from the system's list of the backend's children. */
    pid_t trainer()
    {
        const auto pid = std::to_string (backend.process().pid());
        pid_t child = 0;

        for (const auto& task : std::filesystem::directory_iterator ("/proc/" + pid + "/task"))
            if (pid_t found = 0; std::ifstream (task.path() / "children") >> found)
                child = found;

        return child;
    }

    const kikitori::test::TemporaryFolder folder;
    const std::filesystem::path manifest;
    ServerProcess backend;
};
} // namespace

TEST_CASE ("a training runs to its end, tells every socket, and its best model goes into service",
           "[backend][training]")
{
    Rig rig;
    // What serves writes letters at random; the training begins with a model that works.
    std::filesystem::copy (KIKITORI_FIXTURES "/../../Assets/models/conformer", rig.backend.modelFolder() / "starter");
    const auto stream = rig.listen();
    stream->sendText (R"({"type":"start","protocol":2,"sample_rate":16000})");
    REQUIRE (stream->receiveUntil ("\"ready\""));
    rig.train (2, { { "initialise_from", "starter" } });
    CHECK (rig.ask (post ("/api/train/start", R"({"model_name":"conformer","dataset_name":"speech"})"))["detail"]
           == "Training is already in progress.");
    CHECK (stream->receiveUntil ("grad_norm"));
    CHECK (stream->receiveUntil ("validation_result"));
    CHECK (stream->receiveUntil ("\"completed\""));
    CHECK (rig.backend.process().waitForOutput ("conformer is now conformer-speech-epoch-", 20s));

    const auto progress = rig.ask (get ("/api/progress"));
    CHECK (progress["progress"] == 1.0);
    CHECK (progress["current_grad_norm"].get<double>() > 0.0);
    CHECK (progress.contains ("wer"));
    CHECK (std::filesystem::exists (rig.backend.dataFolder() / "checkpoints" / "conformer-speech-latest"));

    // The stream that ran goes on with its model; a new one gets the new one.
    stream->sendBinary (std::string (64000, '\0'));
    stream->sendText (R"({"type":"stop"})");
    CHECK (stream->receiveUntil ("\"stopped\""));
    const auto next = rig.listen();
    next->sendText (R"({"type":"start","protocol":2,"sample_rate":16000})");
    CHECK (next->receiveUntil ("\"ready\""));
}

TEST_CASE ("a trainer that is killed is told with its reason, and streams do not notice", "[backend][training]")
{
    Rig rig;
    const auto stream = rig.listen();
    stream->sendText (R"({"type":"start","protocol":2,"sample_rate":16000})");
    REQUIRE (stream->receiveUntil ("\"ready\""));
    rig.train (100000);
    REQUIRE (stream->receiveUntil ("\"progress\""));
    CHECK (rig.ask (get ("/api/status"))["is_training"] == true);
    const auto trainer = rig.trainer();
    REQUIRE (trainer > 0);
    REQUIRE (::kill (trainer, SIGKILL) == 0);
    const auto error = stream->receiveUntil ("signal 9");
    REQUIRE (error);
    CHECK (error->payload.find ("memory") != std::string::npos);
    CHECK (rig.ask (get ("/api/status"))["is_training"] == false);
    CHECK (rig.ask (get ("/api/progress"))["latest_error"]["traceback"].get<std::string>().find ("run_id")
           != std::string::npos);

    stream->sendBinary (std::string (64000, '\0'));
    stream->sendText (R"({"type":"stop"})");
    CHECK (stream->receiveUntil ("\"stopped\""));
}

TEST_CASE ("a stop ends at a safe step, and a resumption goes on from there", "[backend][training]")
{
    Rig rig;
    CHECK (rig.ask (post ("/api/train/stop", "{}"))["detail"] == "No training process is running.");
    const auto listener = rig.listen();
    rig.train (100000);
    REQUIRE (listener->receiveUntil ("\"progress\""));
    CHECK (rig.ask (post ("/api/train/stop", "{}"))["message"] == "Stop signal sent to training process.");
    CHECK (listener->receiveUntil ("\"stopped\""));

    const auto resumed = rig.ask (post ("/api/train/resume", R"({"model_name":"conformer","dataset_name":"speech",
                                                                "epochs":100000,"lightweight":true})"));
    REQUIRE (resumed.value ("message", "") == "Training resumed from checkpoint in background.");
    CHECK (listener->receiveUntil ("\"resuming\""));
    CHECK (listener->receiveUntil ("Resumed after epoch"));
    const auto trainer = rig.trainer();
    rig.backend.process().signal (SIGTERM); // the backend's end is the training's, with a checkpoint
    CHECK (rig.backend.process().wait (60s) == 0);
    CHECK (ChildProcess::waitForEnd (trainer, 10s));
}

TEST_CASE ("a training whose backend has hung itself up goes on by itself when there is a backend again",
           "[backend][training][watchdog]")
{
    Rig rig (std::map<std::string, std::string>{ { "KIKITORI_STUCK_SECONDS", "1" } });
    const auto listener = rig.listen();
    rig.train (100000);
    REQUIRE (listener->receiveUntil ("\"progress\""));
    const auto first = rig.trainer();
    const StuckThread stuck (rig.backend.process().pid());
    REQUIRE (rig.backend.process().wait (30s) == 5);

    ChildProcess second (KIKITORI_BIN "/kikitori-backend",
                         { "--port", "0", "--models", rig.backend.modelFolder(), "--data", rig.backend.dataFolder(),
                           "--config", rig.backend.dataFolder().parent_path() / "config.yaml" });
    CHECK (second.waitForOutput ("goes on", 90s));
    CHECK (ChildProcess::waitForEnd (first, 1ms)); // one trainer at a time
    const auto log = second.errors();
    const auto port = std::stoi (log.substr (log.find (':', log.find ("listening on ")) + 1));
    RawClient heard (port, 60s);
    REQUIRE (heard.upgrade());
    REQUIRE (heard.receiveUntil ("\"progress\""));
    CHECK (RawClient::ask (port, get ("/api/progress")).find ("Resumed after epoch") != std::string::npos);
    second.signal (SIGTERM);
    CHECK (second.wait (90s) == 0);
    CHECK_FALSE (std::filesystem::exists (rig.backend.dataFolder() / "runs" / "run.running"));
}
