#include "Backend/Storage/RunNames.h"
#include "RestScene.h"

using namespace kikitori::backend;
using nlohmann::json;
namespace fs = std::filesystem;

namespace
{
/** A checkpoint whose training says what it is. */
void add (const RestScene& scene, const std::string& name, json metadata)
{
    metadata.update ({ { "model_name", "conformer" }, { "dataset_name", "ljspeech" } });
    std::ofstream (scene.addCheckpoint (name) / "training_metadata.json") << metadata.dump();
}

json history (double first, double second)
{
    return { { { "epoch", 1 }, { "score", first }, { "wer", first } }, { { "epoch", 2 }, { "score", second } } };
}
} // namespace

TEST_CASE ("runs are listed newest first, with their checkpoints and their best epoch; old ones too", "[rest][runs]")
{
    RestScene scene;
    add (scene, "conformer-ljspeech-epoch-2", { { "run_id", "20260301-100000-abcd" }, { "run_name", "big" }, { "step", 20 },
                                                { "history", history (0.3, 0.4) }, { "settings", { { "epochs", 9 } } } });
    add (scene, "conformer-ljspeech-epoch-1", { { "run_id", "20260301-100000-abcd" }, { "step", 10 } });
    add (scene, "conformer-ljspeech-epoch-3@20260131-120000", { { "started_at", "2026-01-31T12:00:00Z" } });
    const auto runs = scene.askJson ("GET", "/api/runs").second["runs"];
    REQUIRE (runs.size() == 2);
    CHECK (runs[0]["id"] == "20260301-100000-abcd");
    CHECK (runs[0]["name"] == "big");
    CHECK (runs[0]["total_epochs"] == 9);
    CHECK (runs[0]["best"]["epoch"] == 1);
    CHECK (runs[0]["checkpoints"] == json::array ({ "conformer-ljspeech-epoch-2", "conformer-ljspeech-epoch-1" }));
    CHECK (runs[1]["id"] == "conformer-ljspeech@20260131-120000");
    CHECK (runs[1]["checkpoints"] == json::array ({ "conformer-ljspeech-epoch-3@20260131-120000" }));
    CHECK (runs[1]["best"].is_null());
    CHECK (scene.askJson ("GET", "/api/runs?dataset_name=jsut").second["runs"].empty());

    const auto list = scene.askJson ("GET", "/api/checkpoints").second["checkpoints"];
    CHECK (list[0]["name"] == "conformer-ljspeech-epoch-3@20260131-120000");
    CHECK (list[0]["epoch"] == 3);
    CHECK (list[1]["run_id"] == "20260301-100000-abcd");
    const auto one = scene.askJson ("GET", "/api/runs/20260301-100000-abcd").second;
    CHECK (one["history"].size() == 2);
    CHECK (one["settings"]["epochs"] == 9);
    CHECK (scene.ask ("GET", "/api/runs/nope").status == 404);
}

TEST_CASE ("a run can be renamed and deleted, and others stay", "[rest][runs]")
{
    RestScene scene;
    add (scene, "conformer-ljspeech-epoch-1", { { "run_id", "second" } });
    add (scene, "conformer-ljspeech-epoch-1@first", { { "run_id", "first" } });
    scene.addCheckpoint ("conformer-ljspeech-average@first");
    scene.addCheckpoint ("conformer-ljspeech-average");
    const auto checkpoints = scene.config.dataFolder / "checkpoints";
    fs::create_directory_symlink ("conformer-ljspeech-epoch-1@first", checkpoints / "conformer-ljspeech-latest@first");

    CHECK (scene.ask ("POST", "/api/runs/first", R"({"name":"小さい"})").status == 200);
    CHECK (scene.askJson ("GET", "/api/runs/first").second["name"] == "小さい");
    for (const auto* body : { "", "{}", R"({"name":""})", R"({"name":7})", R"({"name":"a\nb"})" })
        CHECK (scene.ask ("POST", "/api/runs/first", body).status == 422);
    CHECK (scene.ask ("POST", "/api/runs/nope", R"({"name":"x"})").status == 404);

    CHECK (scene.ask ("DELETE", "/api/runs/first").status == 200);
    CHECK (scene.ask ("DELETE", "/api/runs/first").status == 404);
    CHECK_FALSE (fs::exists (checkpoints / "conformer-ljspeech-epoch-1@first"));
    CHECK_FALSE (fs::exists (checkpoints / "conformer-ljspeech-average@first"));
    CHECK_FALSE (fs::exists (fs::symlink_status (checkpoints / "conformer-ljspeech-latest@first")));
    CHECK_FALSE (fs::exists (scene.config.dataFolder / "runs" / "first"));
    CHECK (fs::exists (checkpoints / "conformer-ljspeech-epoch-1"));
    CHECK (fs::exists (checkpoints / "conformer-ljspeech-average"));
}

TEST_CASE ("a run keeps the settings of each start, and is not deleted while it trains", "[rest][runs]")
{
    RestScene scene;
    const auto start = [&scene] (const std::string& more)
    {
        return scene
            .askJson ("POST", "/api/train/start", R"({"model_name":"conformer","dataset_name":"ljspeech")" + more + "}")
            .second.value ("run_id", "");
    };
    const auto end = [&scene]
    {
        REQUIRE (scene.ask ("POST", "/api/train/stop").status == 200);
        scene.waitFor ([&scene] { return ! scene.trainer->isTraining(); });
    };
    const auto first = start (R"(,"run_name":"one","epochs":3)");
    REQUIRE_FALSE (first.empty());
    CHECK (scene.askJson ("GET", "/api/progress").second["run_id"] == first);
    CHECK (scene.askJson ("GET", "/api/runs/" + first).second["in_use"] == true);
    CHECK (scene.ask ("DELETE", "/api/runs/" + first).status == 409);
    end();

    add (scene, "conformer-ljspeech-epoch-1", { { "run_id", first }, { "run_name", "one" }, { "step", 5 } });
    fs::create_directory_symlink ("conformer-ljspeech-epoch-1",
                                  scene.config.dataFolder / "checkpoints" / "conformer-ljspeech-latest");
    CHECK (start (R"(,"epochs":7)") == first); // goes on
    end();
    const auto folder = scene.config.dataFolder / "runs" / first;
    CHECK (json::parse (std::ifstream (folder / "run.json"))["epochs"] == 7);
    CHECK (json::parse (std::ifstream (folder / "run.json"))["run_name"] == "one");
    CHECK (json::parse (std::ifstream (folder / "run-1.json"))["epochs"] == 3);

    CHECK (start (R"(,"resume_from_checkpoint":false)") != first);
    end();
    CHECK (scene.askJson ("GET", "/api/runs").second["runs"].size() == 2);
    CHECK (scene.ask ("DELETE", "/api/runs/" + first).status == 200);
}

TEST_CASE ("metadata that names a place outside makes no run", "[rest][runs]")
{
    RestScene scene;
    std::ofstream (scene.addCheckpoint ("conformer-ljspeech-epoch-1") / "training_metadata.json")
        << R"({"run_id":"../../x","model_name":"../..","dataset_name":"y"})";
    CHECK (scene.askJson ("GET", "/api/runs").second["runs"].empty());
}
