#include "Backend/Download/FileServer.h"
#include "RestScene.h"

using namespace kikitori::backend;
using kikitori::testing::FileServer;
using nlohmann::json;
namespace fs = std::filesystem;

namespace
{
/** The scene's data sets: one folder in JSUT's layout, and one without a source. */
class DatasetScene : public RestScene
{
public:
    DatasetScene()
    {
        fs::create_directories (folder.path / "mine/part/wav");
        fs::copy_file (KIKITORI_FIXTURES "/audio/tone.wav", folder.path / "mine/part/wav/ONE.wav");
        folder.write ("mine/part/transcript_utf8.txt", "ONE:一\n");
        config.datasetSettings = { { "mine", {} }, { "none", {} } };
        config.datasetSettings["mine"].path = folder.path / "mine";
        open();
    }

    /** A data set that this server gives. */
    void addServed (const std::string& name, const FileServer& server)
    {
        config.datasetSettings[name].url = server.url (name + ".tar.gz");
        open();
    }

    json job() { return askJson ("GET", "/api/dataset/download").second["download"]; }

    int start (const std::string& name)
    {
        return ask ("POST", "/api/dataset/download", json{ { "dataset_name", name } }.dump()).status;
    }
};
} // namespace

TEST_CASE ("data sets are listed, measured or fetched, and described", "[rest][datasets]")
{
    DatasetScene scene;
    auto list = scene.askJson ("GET", "/api/datasets").second["datasets"];
    REQUIRE (list.size() == 2);
    CHECK (list[0]["name"] == "mine");
    CHECK (list[0]["status"] == "not_downloaded");
    CHECK (scene.askJson ("GET", "/api/dataset/download").second["download"].is_null());

    const auto [status, answer] = scene.askJson ("POST", "/api/dataset/download", R"({"dataset_name":"mine"})");
    CHECK (status == 200); // as the reference answers when all is there
    CHECK (answer["path"] == (scene.folder.path / "mine").string());
    CHECK (answer["num_wavs"] == 1);
    CHECK (scene.job()["status"] == "done");
    CHECK (scene.job()["done"] == scene.job()["total"]);
    scene.waitFor ([&]
                   { return ! scene.pushed.empty() && scene.pushed.back().find ("\"done\"") != std::string::npos; });
    const auto pushed = json::parse (scene.pushed.back());
    CHECK (pushed["type"] == "dataset");
    CHECK (pushed["payload"]["topic"] == "dataset");
    CHECK (pushed["payload"]["dataset_name"] == "mine");

    list = scene.askJson ("GET", "/api/datasets").second["datasets"];
    CHECK (list[0]["status"] == "downloaded");
    CHECK (list[0]["num_files"] == 1);
    CHECK (list[0]["size_mb"].get<double>() > 0.1);
    const auto one = scene.askJson ("GET", "/api/datasets/mine").second;
    CHECK (one["statistics"]["utterances"] == 1);

    const auto [again, there] = scene.askJson ("POST", "/api/dataset/download", R"({"dataset_name":"mine"})");
    CHECK (again == 200);
    CHECK (there["message"] == "Dataset 'mine' already exists");
    CHECK (there["num_wavs"] == 1);
}

TEST_CASE ("each mistake in a request for a data set has its code", "[rest][datasets]")
{
    DatasetScene scene;
    const auto status = [&scene] (const std::string& body)
    { return scene.ask ("POST", "/api/dataset/download", body).status; };
    CHECK (status ("") == 422);
    CHECK (status ("[1]") == 422);
    CHECK (status ("{bad") == 422);
    CHECK (status ("{}") == 400);
    CHECK (status (R"({"dataset_name":"nope"})") == 400);
    CHECK (status (R"({"dataset_name":"../mine"})") == 400);
    CHECK (status (R"({"dataset_name":"none"})") == 400);
    CHECK (scene.ask ("GET", "/api/datasets/nope").status == 404);
    CHECK (scene.ask ("DELETE", "/api/dataset/download").status == 404);
    CHECK (scene.ask ("PUT", "/api/dataset/download").status == 405);
}

TEST_CASE ("while one data set is fetched another one is refused, and the first can be cancelled", "[rest][datasets]")
{
    DatasetScene scene;
    FileServer server (std::string (100000, 'x'));
    server.stallAfter = 1000;
    scene.addServed ("remote", server);
    CHECK (scene.start ("remote") == 202);
    scene.waitFor ([&] { return scene.job()["status"] == "downloading"; });
    CHECK (scene.start ("mine") == 409);
    CHECK (scene.start ("remote") == 409);
    CHECK (scene.askJson ("GET", "/api/datasets/remote").second["download"]["status"] == "downloading");
    CHECK (scene.ask ("DELETE", "/api/dataset/download").status == 200);
    scene.waitFor ([&] { return scene.job()["status"] == "cancelled"; });
    CHECK (scene.job()["code"] == "cancelled");
    CHECK (scene.start ("mine") == 200);
}

TEST_CASE ("an archive that the disk has no room for ends the job with its code and what it would need",
           "[rest][datasets]")
{
    DatasetScene scene;
    FileServer server (std::string (1000, 'x'));
    server.announced = std::size_t{ 1 } << 58;
    scene.addServed ("remote", server);
    CHECK (scene.start ("remote") == 202);
    scene.waitFor ([&] { return scene.job()["status"] == "failed"; });
    CHECK (scene.job()["code"] == "disk_full");
    CHECK (scene.job()["message"].get<std::string>().find ("MiB") != std::string::npos);
    CHECK (scene.askJson ("GET", "/api/datasets/remote").second["status"] == "not_downloaded");
}

TEST_CASE ("a name that is no text makes no trouble in what is told", "[rest][datasets]")
{
    DatasetScene scene;
    fs::create_directories (scene.folder.path / "mine/part\xff");
    scene.folder.write ("mine/part\xff/transcript_utf8.txt", "no colon\n");
    CHECK (scene.start ("mine") == 400);
    CHECK (scene.job()["code"] == "bad_data");
    scene.waitFor ([&]
                   { return ! scene.pushed.empty() && scene.pushed.back().find ("bad_data") != std::string::npos; });
}

TEST_CASE ("a training of a folder that was not measured measures it first", "[rest][datasets]")
{
    DatasetScene scene;
    const auto train = [&scene] (const std::string& name)
    {
        return scene.askJson ("POST", "/api/train/start",
                              json{ { "model_name", "conformer" }, { "dataset_name", name } }.dump());
    };
    scene.config = withManifests (scene.config);
    fs::create_directories (scene.folder.path / "empty");
    scene.config.datasets["empty"] = scene.config.dataFolder / "datasets/empty/manifest.jsonl";
    scene.config.datasetSettings["empty"].path = scene.folder.path / "empty";
    scene.open();

    const auto [refused, why] = train ("empty");
    CHECK (refused == 400);
    CHECK (why["detail"].get<std::string>().find ("empty") != std::string::npos);
    CHECK_FALSE (scene.trainer->isTraining());

    CHECK_FALSE (fs::exists (scene.config.datasets["mine"]));
    CHECK (train ("mine").first == 200);
    CHECK (fs::exists (scene.config.datasets["mine"]));
    CHECK (scene.trainer->isTraining());
}

TEST_CASE ("a folder is added, trained with and forgotten, on the user's own machine alone", "[rest][datasets]")
{
    DatasetScene scene;
    fs::create_directories (scene.folder.path / "own");
    fs::copy_file (KIKITORI_FIXTURES "/audio/tone.wav", scene.folder.path / "own/take.wav");
    scene.folder.write ("own/take.txt", "a tone");
    const auto body = json{ { "path", (scene.folder.path / "own").string() } }.dump();
    const auto [refused, why] = scene.askJson ("POST", "/api/datasets", body);
    CHECK (refused == 403);
    CHECK (why["detail"].get<std::string>().find ("config.yaml") != std::string::npos);
    CHECK (scene.ask ("DELETE", "/api/datasets/mine").status == 403);

    scene.config.takesFolders = true;
    scene.open();
    CHECK (scene.ask ("POST", "/api/datasets", "[]").status == 422);
    CHECK (scene.ask ("POST", "/api/datasets", "{}").status == 422);
    CHECK (scene.ask ("POST", "/api/datasets", R"({"path":"relative"})").status == 400);
    CHECK (scene.ask ("DELETE", "/api/datasets/mine").status == 404);
    const auto [status, answer] = scene.askJson ("POST", "/api/datasets", body);
    CHECK (status == 202);
    CHECK (answer["dataset_name"] == "own");
    scene.waitFor ([&] { return scene.job()["status"] == "done"; });
    const auto one = scene.askJson ("GET", "/api/datasets/own").second;
    CHECK (one["own"] == true);
    CHECK (one["num_files"] == 1);
    const auto trainable = scene.askJson ("GET", "/api/config").second["available_datasets"];
    CHECK (std::find (trainable.begin(), trainable.end(), "own") != trainable.end());
    CHECK (scene.ask ("POST", "/api/train/start", R"({"model_name":"conformer","dataset_name":"own"})").status == 200);

    CHECK (scene.ask ("DELETE", "/api/datasets/own").status == 200);
    CHECK (scene.ask ("GET", "/api/datasets/own").status == 404);
    CHECK (fs::exists (scene.folder.path / "own/take.wav"));
}
