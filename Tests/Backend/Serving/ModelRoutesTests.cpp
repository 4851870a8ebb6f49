#include "RestScene.h"

using namespace kikitori::backend;
using nlohmann::json;

TEST_CASE ("names that leave the folder are refused by every route of models, also encoded", "[rest][models]")
{
    RestScene scene;
    std::ofstream (scene.folder.path / "secret") << "s";

    for (const auto* name : { "..", "%2e%2e", "%252e%252e", "..%5c..", "a%5cb", ".hidden", "a%00b", "%0a" })
    {
        INFO (name);
        CHECK (scene.ask ("DELETE", std::string ("/api/models/") + name).status == 400);
        CHECK (scene.ask ("GET", std::string ("/api/models/bulk-download?model_names=") + name).status == 400);
        CHECK (scene.ask ("POST", std::string ("/api/inference?checkpoint_path=") + name).status == 400);
    }

    // What has a slash is no such route.
    CHECK (scene.ask ("DELETE", "/api/models/..%2f..%2fsecret").status == 404);
    CHECK (scene.ask ("DELETE", "/api/models/").status == 404);
    CHECK (scene.ask ("GET", "/api/models/bulk-download?model_names=../../secret").status == 400);
    CHECK (std::filesystem::exists (scene.folder.path / "secret"));
}

TEST_CASE ("a list of names is deleted as far as possible, and each failure has its reason", "[rest][models]")
{
    RestScene scene;
    scene.addCheckpoint ("conformer-ljspeech-epoch-1");
    scene.addCheckpoint ("conformer-ljspeech-epoch-2");
    const auto [status, answer] =
        scene.askJson ("DELETE", "/api/models", R"(["conformer-ljspeech-epoch-1","nope","../x"])");
    CHECK (status == 200);
    CHECK (answer["deleted"] == json::array ({ "conformer-ljspeech-epoch-1" }));
    CHECK (answer["failed"] == json::array ({ "nope", "../x" }));
    CHECK (answer["reasons"]["../x"] == "Invalid model name");
    CHECK (answer["message"].is_string());

    for (const auto* body : { "", "{}", "[1]", "null", "[\"a\"", "\"a\"" })
        CHECK (scene.ask ("DELETE", "/api/models", body).status == 422);

    CHECK (scene.askJson ("GET", "/api/models").second["models"].size() == 1);
}

TEST_CASE ("a training's checkpoints are deleted only when that is said", "[rest][models]")
{
    RestScene scene;
    scene.addCheckpoint ("realtime-ljspeech-epoch-1");
    scene.addCheckpoint ("conformer-ljspeech-epoch-1");
    REQUIRE (scene.ask ("POST", "/api/train/start", R"({"model_name":"realtime","dataset_name":"ljspeech"})").status
             == 200);

    const auto models = scene.askJson ("GET", "/api/models").second["models"];
    CHECK (models[0]["in_use"] == false);
    CHECK (models[1]["in_use"] == true);
    const auto [status, answer] = scene.askJson ("DELETE", "/api/models/realtime-ljspeech-epoch-1");
    CHECK (status == 409);
    CHECK (answer["detail"].get<std::string>().find ("force=true") != std::string::npos);
    CHECK (scene.askJson ("DELETE", "/api/models", R"(["realtime-ljspeech-epoch-1"])").second["failed"].size() == 1);
    CHECK (scene.ask ("DELETE", "/api/models/conformer-ljspeech-epoch-1").status == 200);
    CHECK (scene.ask ("DELETE", "/api/models/realtime-ljspeech-epoch-1?force=true").status == 200);
}

TEST_CASE ("checkpoints come newest epoch first, with the facts of their training", "[rest][models]")
{
    RestScene scene;
    for (const auto* name : { "conformer-ljspeech-epoch-9", "conformer-ljspeech-epoch-10", "realtime-jsut-epoch-3" })
        scene.addCheckpoint (name);
    std::ofstream (scene.config.dataFolder / "checkpoints/conformer-ljspeech-epoch-10/training_metadata.json")
        << R"({"epoch":10,"started_at":"2026-11-25T10:00:00Z","saved_at":"2026-11-25T11:00:00Z","training_params":{"epochs":30}})";

    const auto list = scene.askJson ("GET", "/api/checkpoints").second["checkpoints"];
    REQUIRE (list.size() == 3);
    CHECK (list[0]["name"] == "conformer-ljspeech-epoch-10");
    CHECK (list[0]["epoch"] == 10);
    CHECK (list[2]["dataset_name"] == "jsut");
    CHECK (scene.askJson ("GET", "/api/checkpoints?dataset_name=jsut").second["checkpoints"].size() == 1);
    CHECK (scene.askJson ("GET", "/api/checkpoints?model_name=realtime&dataset_name=ljspeech")
               .second["checkpoints"]
               .empty());

    const auto model = scene.askJson ("GET", "/api/models").second["models"][0];
    CHECK (model["training_start_time"] == "2026-11-25T10:00:00Z");
    CHECK (model["training_end_time"] == "2026-11-25T11:00:00Z");
    CHECK (model["training_params"]["epochs"] == 30);
    CHECK (model["training_metadata"]["epoch"] == 10);
}

TEST_CASE ("a download needs names that are there, and comes as a ZIP in pieces", "[rest][models]")
{
    RestScene scene;
    scene.addCheckpoint ("a-b-epoch-1");
    scene.addCheckpoint ("a-b-epoch-2");
    CHECK (scene.ask ("GET", "/api/models/bulk-download").status == 422);
    CHECK (scene.ask ("GET", "/api/models/bulk-download?model_names=").status == 422);
    CHECK (scene.ask ("GET", "/api/models/bulk-download?model_names=a-b-epoch-1,nope").status == 404);
    CHECK (scene.ask ("POST", "/api/models/bulk-download").status == 405);

    const auto reply = scene.ask ("GET", "/api/models/bulk-download?model_names=a-b-epoch-1&model_names=a-b-epoch-2");
    CHECK (reply.status == 200);
    CHECK (reply.contentType == "application/zip");
    REQUIRE (reply.source);
    std::string zip;

    for (;;)
    {
        const auto piece = reply.source();
        REQUIRE (piece.ok());
        if (piece.value().empty())
            break;
        zip += piece.value();
    }

    CHECK (zip.starts_with ("PK"));
    CHECK (zip.find ("a-b-epoch-2/model.safetensors") != std::string::npos);
}

TEST_CASE ("a deletion that fails is told as such, and the model stays whole", "[rest][models]")
{
    // So deep that the name under which it would be deleted is longer than a path may be, for root too.
    constexpr std::size_t longestPath = 4095, deletionPrefix = 10;
    const std::string name = "conformer-ljspeech-epoch-1", end = "/checkpoints/" + name + "/x";
    RestScene scene;
    auto deep = scene.config.dataFolder;

    while (deep.string().size() + end.size() + 1 < longestPath)
    {
        const auto room = longestPath - deep.string().size() - end.size() - 1;
        deep /= std::string (room > 300 ? 200 : std::min<std::size_t> (room, 150), 'd');
    }

    REQUIRE (deep.string().size() + end.size() > longestPath - deletionPrefix + 2);
    scene.config.dataFolder = deep;
    std::filesystem::create_directories (deep / "checkpoints");
    scene.open();
    scene.addCheckpoint (name, "x");

    const auto [status, answer] = scene.askJson ("DELETE", "/api/models/" + name);
    CHECK (status == 500);
    CHECK (answer["detail"].get<std::string>().find ("'" + name + "' cannot be deleted") != std::string::npos);
    CHECK (answer["detail"].get<std::string>().find (deep.string()) == std::string::npos);
    const auto several = scene.askJson ("DELETE", "/api/models", json::array ({ name }).dump()).second;
    CHECK (several["failed"] == json::array ({ name }));
    CHECK (several["reasons"][name].get<std::string>().find ("cannot be deleted") != std::string::npos);
    CHECK (scene.askJson ("GET", "/api/models").second["models"][0]["file_count"] == 1);
}
