#include "RestScene.h"

#include <future>

using namespace kikitori;
using namespace kikitori::backend;
using nlohmann::json;
namespace fs = std::filesystem;

namespace
{
class UseScene : public RestScene
{
public:
    /** A checkpoint that can be served, told from the others by its card's name. */
    fs::path addModel (const std::string& name, const fs::path& parent) const
    {
        fs::create_directories (parent);
        fs::copy (KIKITORI_FIXTURES "/tiny_model", parent / name, fs::copy_options::recursive);
        auto card = json::parse (std::ifstream (parent / name / "config.json"));
        card["name"] = name;
        std::ofstream (parent / name / "config.json") << card.dump();
        return parent / name;
    }

    fs::path addGood (const std::string& name) const { return addModel (name, config.dataFolder / "checkpoints"); }

    std::pair<int, json> use (const std::string& name, const std::string& body = {})
    {
        return askJson ("POST", "/api/models/" + name + "/use", body);
    }

    std::shared_ptr<const RecognizerModel> served (const std::string& name = "conformer")
    {
        std::promise<ModelStore::Loaded> answer;
        auto future = answer.get_future();
        models->request (name, [&answer] (const auto& loaded) { answer.set_value (loaded); });
        REQUIRE (future.wait_for (std::chrono::seconds (20)) == std::future_status::ready);
        return future.get().value();
    }

    json entry (const std::string& route, const std::string& name)
    {
        const auto answer = askJson ("GET", "/api/" + route).second;

        for (const auto& one : answer[route])
            if (one["name"] == name)
                return one;

        return {};
    }
};

std::string reason (const json& answer) { return answer["detail"][0]["msg"]; }
} // namespace

TEST_CASE ("a checkpoint goes into service at once, is listed so, and who has the old model keeps it", "[rest][use]")
{
    UseScene scene;
    scene.addGood ("conformer-ljspeech-epoch-1");
    scene.addGood ("conformer-ljspeech-epoch-2");
    const auto old = scene.served();
    CHECK (old->card().name == "conformer");
    CHECK (scene.entry ("checkpoints", "conformer-ljspeech-epoch-1")["in_service"] == json::array());

    const auto [status, answer] = scene.use ("conformer-ljspeech-epoch-1");
    CHECK (status == 200);
    CHECK (answer["model_name"] == "conformer");
    CHECK (answer["source"] == "conformer-ljspeech-epoch-1");
    CHECK (answer["message"] == "Model 'conformer' is now 'conformer-ljspeech-epoch-1'.");
    CHECK (scene.served()->card().name == "conformer-ljspeech-epoch-1");
    CHECK (RecognizerStream::create (old, {}).ok());
    CHECK (scene.entry ("checkpoints", "conformer-ljspeech-epoch-1")["in_service"] == json::array ({ "conformer" }));
    CHECK (scene.entry ("models", "conformer-ljspeech-epoch-1")["in_service"] == json::array ({ "conformer" }));
    CHECK (scene.askJson ("GET", "/api/config").second["in_service"]
           == json{ { "conformer", "conformer-ljspeech-epoch-1" } });

    CHECK (scene.use ("conformer-ljspeech-epoch-2").first == 200);
    CHECK (scene.served()->card().name == "conformer-ljspeech-epoch-2");
    CHECK (scene.entry ("checkpoints", "conformer-ljspeech-epoch-1")["in_service"] == json::array());
}

TEST_CASE ("the best, the latest and the average one go into service by their names", "[rest][use]")
{
    UseScene scene;
    const auto first = scene.addGood ("conformer-ljspeech-epoch-1");
    scene.addGood ("conformer-ljspeech-average");
    fs::create_directory_symlink (first.filename(), first.parent_path() / "conformer-ljspeech-best");
    fs::create_directory_symlink (first.filename(), first.parent_path() / "conformer-ljspeech-latest");

    for (const auto* link : { "conformer-ljspeech-best", "conformer-ljspeech-latest" })
        CHECK (scene.use (link).second["source"] == "conformer-ljspeech-epoch-1");

    CHECK (scene.use ("conformer-ljspeech-average").second["model_name"] == "conformer");
    CHECK (scene.served()->card().name == "conformer-ljspeech-average");

    // An average that a training has written anew since is not the one that serves.
    CHECK (scene.entry ("models", "conformer-ljspeech-average")["in_service"] == json::array ({ "conformer" }));
    fs::last_write_time (first.parent_path() / "conformer-ljspeech-average/model.safetensors",
                         fs::file_time_type::clock::now() + std::chrono::seconds (10));
    CHECK (scene.entry ("models", "conformer-ljspeech-average")["in_service"] == json::array());
}

TEST_CASE ("a checkpoint may serve as another model, and an installed model takes its place back", "[rest][use]")
{
    UseScene scene;
    scene.addGood ("conformer-ljspeech-epoch-1");
    scene.addGood ("of-nobody");
    scene.addModel ("mine", scene.config.dataFolder / "models");

    CHECK (scene.use ("conformer-ljspeech-epoch-1", R"({"serve_as":"realtime"})").second["model_name"] == "realtime");
    CHECK (scene.served ("realtime")->card().name == "conformer-ljspeech-epoch-1");
    CHECK (scene.served()->card().name == "conformer");
    CHECK (scene.use ("of-nobody", R"({"serve_as":"conformer"})").first == 200);
    CHECK (scene.served()->card().name == "of-nobody");

    CHECK (scene.use ("mine", R"({"serve_as":"conformer"})").first == 200);
    CHECK (scene.served()->card().name == "mine");
    CHECK (scene.use ("mine").first == 200); // serves under its own name anyway

    const auto [status, answer] = scene.use ("conformer");
    CHECK (status == 200);
    CHECK (answer["message"] == "Model 'conformer' is the installed one.");
    CHECK (scene.served()->card().name == "conformer");
    CHECK (scene.askJson ("GET", "/api/config").second["in_service"]
           == json{ { "realtime", "conformer-ljspeech-epoch-1" } });
}

TEST_CASE ("each mistake in putting a model into service has its code, and what served goes on", "[rest][use]")
{
    UseScene scene;
    const auto broken = scene.addGood ("conformer-ljspeech-epoch-3");
    const auto empty = scene.addGood ("conformer-ljspeech-epoch-4");
    scene.addGood ("conformer-ljspeech-epoch-5");
    scene.addGood ("of-nobody");
    fs::resize_file (broken / "model.safetensors", 1000);
    fs::remove (empty / "vocab.json");
    const auto old = scene.served();

    CHECK (scene.use ("conformer-ljspeech-epoch-9").first == 404);
    CHECK (scene.use ("..").first == 400);
    CHECK (scene.use ("%2e%2e").first == 400);
    CHECK (scene.ask ("POST", "/api/models/a/b/use").status == 404);
    CHECK (scene.ask ("POST", "/api/models//use").status == 404);
    CHECK (scene.ask ("GET", "/api/models/conformer/use").status == 405);

    const auto [status, answer] = scene.use ("conformer-ljspeech-epoch-3");
    CHECK (status == 422);
    CHECK (reason (answer).find ((broken / "model.safetensors").string()) != std::string::npos);
    CHECK (reason (scene.use ("conformer-ljspeech-epoch-4").second).find ("vocab.json") != std::string::npos);

    for (const auto* body : { "[]", "{", "1", R"({"serve_as":1})", R"({"serve_as":"nope"})", R"({"serve_as":"../x"})" })
        CHECK (scene.use ("conformer-ljspeech-epoch-5", body).first == 422);

    CHECK (scene.use ("of-nobody").first == 422); // serves as what?
    CHECK (scene.use ("conformer", R"({"serve_as":"of-nobody"})").first == 422);
    CHECK (scene.use ("conformer-ljspeech-epoch-5", std::string (100000, ' ')).first == 413);

    CHECK (scene.served() == old);
    CHECK (scene.askJson ("GET", "/api/config").second["in_service"].empty());
}

TEST_CASE ("while one model is being put into service another one waits for its client to ask again", "[rest][use]")
{
    UseScene scene;
    scene.addGood ("conformer-ljspeech-epoch-1");
    auto first = scene.api->beginUpload ({ "POST", "/api/models/conformer-ljspeech-epoch-1/use" });
    REQUIRE (first);
    std::optional<RestReply> reply;
    first->finish ([&reply] (RestReply answer) { reply = std::move (answer); });

    // Nothing that is posted runs before waitFor().
    CHECK (scene.use ("conformer-ljspeech-epoch-1").first == 409);
    scene.waitFor ([&reply] { return reply.has_value(); });
    CHECK (reply->status == 200);
    CHECK (scene.use ("conformer-ljspeech-epoch-1").first == 200);
}

TEST_CASE ("a disk that takes no copy is told, and what served goes on", "[rest][use]")
{
    UseScene scene;
    scene.addGood ("conformer-ljspeech-epoch-1");
    const auto old = scene.served();
    std::ofstream (scene.config.dataFolder / "served") << "no folder";
    const auto [status, answer] = scene.use ("conformer-ljspeech-epoch-1");
    CHECK (status == 500);
    CHECK (answer["detail"].get<std::string>().find ("cannot be copied") != std::string::npos);
    CHECK (scene.served() == old);
}
