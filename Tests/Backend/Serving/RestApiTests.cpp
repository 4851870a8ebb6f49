#include "Backend/Serving/RestApi.h"
#include "Support/TemporaryFolder.h"

#include <fstream>
#include <map>

#include <nlohmann/json.hpp>

using namespace kikitori::backend;
using nlohmann::json;

namespace
{
class Rig
{
public:
    Rig()
    {
        config.datasets["ljspeech"] = "/nowhere/manifest.jsonl";
        config.dataFolder = folder.path;
    }

    std::pair<int, json> ask (const std::string& method, const std::string& path, const std::string& body = {})
    {
        const auto reply = api.handle ({ method, path, body });
        return { reply.status, json::parse (reply.body, nullptr, false) };
    }

    const TemporaryFolder folder;
    BackendConfig config;
    TrainerSupervisor trainer{ "/nowhere/kikitori-trainer", [] (const auto&) {} };
    ModelStore models{ folder.path, config.models };
    int streams = 0;
    RestApi api{ config, trainer, models, { [this] { return streams; }, [] (auto task) { task(); } } };
};

/** The keys of the recorded answer that ours must have, with values of the same kind. */
void checkShape (const json& ours, const json& recorded)
{
    for (const auto& [key, value] : recorded.items())
    {
        INFO (key);
        REQUIRE (ours.contains (key));
        CHECK (((ours[key].type() == value.type()) || (ours[key].is_number() && value.is_number())));
    }
}
} // namespace

TEST_CASE ("the served routes answer as recorded from the reference", "[rest]")
{
    const auto recordings = json::parse (std::ifstream (KIKITORI_FIXTURES "/protocol/rest.json"));
    Rig rig;
    auto compared = 0;

    for (const auto* name :
         { "root", "debug", "test", "status_after_stopped", "progress_after_complete", "train_stop_idle_404",
           "train_start_empty_object", "train_start_bad_json", "train_start_missing_checkpoint", "get_on_train_start",
           "options_config", "root_no_prefix_config" })
    {
        INFO (name);
        REQUIRE (recordings.contains (name));
        const auto& recorded = recordings[name];
        auto body = recorded["request"].value ("json", json()).dump();
        if (std::string (name) == "train_start_missing_checkpoint")
            body =
                R"({"model_name":"conformer","dataset_name":"ljspeech","specific_checkpoint":"conformer-ljspeech-epoch-9"})";
        if (std::string (name) == "train_start_empty_object")
            body = "{}";
        if (std::string (name) == "train_start_bad_json")
            body = "{bad";
        const auto [status, answer] = rig.ask (recorded["request"]["method"], recorded["request"]["path"], body);
        CHECK (status == recorded["status"]);
        if (recorded["body"].is_object())
            checkShape (answer, recorded["body"]);
        ++compared;
    }

    CHECK (compared == 12);
}

TEST_CASE ("numbers of the wrong kind are refused with the field's name", "[rest]")
{
    Rig rig;
    for (const auto* field :
         { R"("batch_size":"16")", R"("batch_size":0)", R"("epochs":1.5)", R"("limit_samples":-1)" })
    {
        INFO (field);
        const auto [status, answer] =
            rig.ask ("POST", "/api/train/start",
                     std::string (R"({"model_name":"conformer","dataset_name":"ljspeech",)") + field + "}");
        CHECK (status == 422);
        CHECK (answer["detail"].is_array());
    }
}

TEST_CASE ("a training's settings are obeyed, or refused by name", "[rest]")
{
    Rig rig;
    const auto start = [&rig] (const std::string& more)
    {
        return rig.ask ("POST", "/api/train/start",
                        R"({"model_name":"conformer","dataset_name":"ljspeech",)" + more + "}");
    };

    for (const auto& [field, name] : std::initializer_list<std::pair<const char*, const char*>>{
             { R"("learning_rat":0.1)", "learning_rat" },
             { R"("learning_rate":"0.1")", "learning_rate" },
             { R"("learning_rate":2)", "learning_rate" },
             { R"("warmup_steps":1.5)", "warmup_steps" },
             { R"("seed":-1)", "seed" },
             { R"("augment":1)", "augment" },
             { R"("lightweight":"yes")", "lightweight" },
             { R"("resume_from_checkpoint":0)", "resume_from_checkpoint" },
             { R"("specific_checkpoint":7)", "specific_checkpoint" } })
    {
        INFO (field);
        const auto [status, answer] = start (field);
        CHECK (status == 422);
        CHECK (answer["detail"][0]["loc"] == json::array ({ "body", name }));
    }

    CHECK (start (R"("learning_rate":0.0005,"seed":7,"warmup_steps":20,"augment":false,"log_interval":3,"dropout":null,)"
                  R"("validation_utterances":50,"batch_seconds":30)")
               .first
           == 500); // there is no trainer
    const auto run = json::parse (std::ifstream (rig.folder.path / "runs/run.json"));
    CHECK (run["learning_rate"] == 0.0005);
    CHECK (run["seed"] == 7);
    CHECK (run["warmup_steps"] == 20);
    CHECK (run["augment"] == false);
    CHECK (run["progress_steps"] == 3);
    CHECK (run["validation_utterances"] == 50);
    CHECK (run["batch_seconds"] == 30);
    CHECK_FALSE (run.contains ("batch_size"));
    CHECK_FALSE (run.contains ("dropout"));
}

TEST_CASE ("config.yaml's validation_utterances means the same as a request's: 0 is none, the default is all", "[rest]")
{
    Rig rig;
    const auto run = [&rig]
    {
        CHECK (rig.ask ("POST", "/api/train/start", R"({"model_name":"conformer","dataset_name":"ljspeech"})").first
               == 500); // there is no trainer
        return json::parse (std::ifstream (rig.folder.path / "runs/run.json"));
    };
    CHECK_FALSE (run().contains ("validation_utterances"));
    rig.config.training.validationUtterances = 0;
    CHECK (run()["validation_utterances"] == 0);
}

TEST_CASE ("limit_samples 0 means no limit", "[rest]")
{
    Rig rig;
    const auto request = R"({"model_name":"conformer","dataset_name":"ljspeech","limit_samples":0})";
    CHECK (rig.ask ("POST", "/api/train/start", request).first == 500); // there is no trainer
    CHECK (json::parse (std::ifstream (rig.folder.path / "runs/run.json"))["limit_samples"] == 0);
}

TEST_CASE ("a lightweight checkpoint is not gone on from by a whole training", "[rest]")
{
    Rig rig;
    const auto latest = rig.folder.path / "checkpoints/conformer-ljspeech-latest";
    std::filesystem::create_directories (latest);
    std::ofstream (latest / "training_metadata.json") << R"({"lightweight":true})";
    const auto start = [&rig] (const std::string& route, const std::string& more) {
        return rig.ask ("POST", "/api/train/" + route,
                        R"({"model_name":"conformer","dataset_name":"ljspeech")" + more + "}");
    };

    for (const auto* route : { "start", "resume" })
    {
        const auto [status, answer] = start (route, "");
        CHECK (status == 409);
        CHECK (answer["detail"].get<std::string>().find ("lightweight") != std::string::npos);
        CHECK (start (route, R"(,"lightweight":true)").first == 500); // there is no trainer
    }

    CHECK (start ("start", R"(,"resume_from_checkpoint":false)").first == 500);
}

TEST_CASE ("counts are whole numbers, a wrong method is told the right ones", "[rest]")
{
    Rig rig;
    const auto progress = rig.ask ("GET", "/api/progress").second;

    for (const auto* key : { "current_epoch", "current_step", "total_epochs", "total_steps" })
        CHECK (progress[key].is_number_integer());

    const auto reply = rig.api.handle ({ "PUT", "/api/models" });
    CHECK (reply.status == 405);
    CHECK (reply.headers == decltype (reply.headers){ { "allow", "GET, DELETE" } });
    using namespace std::chrono;
    CHECK (httpDate (sys_days (1994y / November / 6) + 8h + 49min + 37s) == "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST_CASE ("checkpoint names cannot leave the folder", "[rest]")
{
    Rig rig;
    for (const auto* name : { "..", "../..", "a/../../etc", "%2e%2e",
                              ""
                              "/etc" })
    {
        const auto [status, answer] = rig.ask (
            "POST", "/api/train/start",
            json{ { "model_name", "conformer" }, { "dataset_name", "ljspeech" }, { "specific_checkpoint", name } }
                .dump());
        INFO (name);
        CHECK (status == 404);
    }
}

TEST_CASE ("resuming needs a checkpoint, and a missing trainer is said plainly", "[rest]")
{
    Rig rig;
    const auto request = R"({"model_name":"conformer","dataset_name":"ljspeech"})";
    CHECK (rig.ask ("POST", "/api/train/resume", request).first == 404);
    const auto [status, answer] = rig.ask ("POST", "/api/train/start", request);
    CHECK (status == 500);
    CHECK (answer["detail"].get<std::string>().find ("/nowhere/kikitori-trainer") != std::string::npos);
}

TEST_CASE ("a training begins with an installed model's weights, gently, and not with an imported one's", "[rest]")
{
    Rig rig;
    rig.config.modelFolder = rig.folder.path / "models";
    const auto install = [&] (const std::string& name, const std::string& architecture)
    {
        std::filesystem::create_directories (rig.config.modelFolder / name);
        std::ofstream (rig.config.modelFolder / name / "config.json") << json{ { "architecture", architecture } };
    };
    install ("conformer", "fastconformer_ctc");
    install ("large", "wav2vec2_ctc");
    const auto start = [&] (const json& more)
    {
        json body{ { "model_name", "conformer" }, { "dataset_name", "ljspeech" } };
        body.update (more);
        return rig.ask ("POST", "/api/train/start", body.dump());
    };

    const auto told = rig.ask ("GET", "/api/config").second;
    REQUIRE (told["installed_models"].size() == 2);
    for (const auto& entry : told["installed_models"])
        CHECK (entry["trainable"] == (entry["name"] == "conformer"));

    start ({ { "initialise_from", "conformer" } });
    const auto run = json::parse (std::ifstream (rig.folder.path / "runs/run.json"));
    CHECK (run["initialise"] == (rig.config.modelFolder / "conformer").string());
    CHECK (run["resume"] == "");
    CHECK (run["easy_epochs"] == 0);
    CHECK (run["learning_rate"].get<double>() < rig.config.training.learningRate);
    CHECK_FALSE (run.contains ("vocabulary")); // its own

    CHECK (start ({ { "initialise_from", "large" } }).first == 422);
    CHECK (start ({ { "initialise_from", "nope" } }).first == 404);
    CHECK (start ({ { "initialise_from", "conformer" }, { "specific_checkpoint", "conformer-ljspeech-epoch-1" } }).first
           == 422);
}

TEST_CASE ("what /api/config tells of trainings is what their runs are told", "[rest]")
{
    Rig rig;
    rig.config.training.logInterval = 25;
    rig.config.training.checkpointInterval = 4;
    const auto told = rig.ask ("GET", "/api/config").second["training_config"];
    CHECK (told["log_interval"] == 25);
    CHECK (told["checkpoint_interval"] == 4);

    rig.ask ("POST", "/api/train/start", R"({"model_name":"conformer","dataset_name":"ljspeech"})");
    const auto run = json::parse (std::ifstream (rig.folder.path / "runs/run.json"));
    CHECK (run["progress_steps"] == 25);
    CHECK (run["checkpoint_epochs"] == 4);

    for (const auto& [inConfig, inRun] :
         { std::pair{ "learning_rate", "learning_rate" }, std::pair{ "weight_decay", "weight_decay" },
           std::pair{ "warmup_steps", "warmup_steps" }, std::pair{ "batch_size", "batch_size" },
           std::pair{ "num_epochs", "epochs" }, std::pair{ "grad_clip_thresh", "grad_clip_thresh" },
           std::pair{ "checkpoint_retention", "keep_checkpoints" } })
    {
        INFO (inConfig);
        CHECK (told[inConfig] == run[inRun]);
    }
}

TEST_CASE ("readiness follows the number of streams, health does not", "[rest]")
{
    Rig rig;
    CHECK (rig.ask ("GET", "/readyz").first == 200);
    rig.streams = rig.config.serving.sessions;
    CHECK (rig.ask ("GET", "/readyz").first == 503);
    const auto [status, health] = rig.ask ("GET", "/healthz");
    CHECK (status == 200);
    CHECK (health["protocol"] == 2);
}

TEST_CASE ("no GET changes anything, whichever route a page makes a browser ask", "[rest]")
{
    Rig rig;
    std::filesystem::create_directories (rig.folder.path / "checkpoints" / "conformer-ljspeech-epoch-1");
    std::ofstream (rig.folder.path / "checkpoints" / "conformer-ljspeech-epoch-1" / "model.safetensors") << "x";
    const auto look = [&rig]
    {
        std::map<std::string, std::filesystem::file_time_type> found;
        for (const auto& entry : std::filesystem::recursive_directory_iterator (rig.folder.path))
            found[entry.path()] = entry.last_write_time();
        return found;
    };
    const auto before = look();
    auto asked = 0;

    for (const auto& [method, path] : RestApi::routes())
    {
        if (method != "GET")
        {
            CHECK ((method == "POST" || method == "DELETE"));
            continue;
        }

        auto target = path;
        if (const auto open = target.find ('{'); open != std::string::npos)
            target = target.substr (0, open) + "conformer-ljspeech-epoch-1";
        rig.ask ("GET", target, R"({"model_name":"conformer","dataset_name":"ljspeech"})");
        ++asked;
    }

    CHECK (asked > 15);
    CHECK (look() == before);
    CHECK_FALSE (rig.trainer.isTraining());

    // What changes something answers no GET, not even one that names it.
    for (const auto* path : { "/api/train/start", "/api/train/resume", "/api/train/stop", "/api/models/x/use" })
        CHECK (rig.ask ("GET", path).first == 405);
}
