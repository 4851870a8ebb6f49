#include "RestScene.h"

#include <future>

#include <fstream>

using namespace kikitori::backend;
using nlohmann::json;

namespace
{
const std::string type = "multipart/form-data; boundary=cut";

std::string fileBody (const std::string& content, const std::string& name = "talk.wav")
{
    return "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name + "\"\r\n\r\n" + content
           + "\r\n--cut--\r\n";
}

std::string tone()
{
    std::ifstream in (KIKITORI_FIXTURES "/audio/tone.wav", std::ios::binary);
    return { std::istreambuf_iterator<char> (in), {} };
}

json parsed (const RestReply& reply) { return json::parse (reply.body, nullptr, false); }
} // namespace

TEST_CASE ("a file becomes text with times, and tokens when asked for", "[rest][inference]")
{
    RestScene scene;
    const auto plain = scene.ask ("POST", "/api/inference", fileBody (tone()), type);
    CHECK (plain.status == 200);
    const auto answer = parsed (plain);
    CHECK (answer["transcription"].is_string());
    CHECK (answer["total_time_ms"].get<double>() >= answer["inference_time_ms"].get<double>());
    CHECK (answer["audio_seconds"].get<double>() > 0.1);
    CHECK_FALSE (answer.contains ("tokens"));
    CHECK (parsed (scene.ask ("POST", "/api/inference?tokens=true", fileBody (tone()), type))["tokens"].is_array());
    CHECK (std::filesystem::is_empty (scene.config.dataFolder / "uploads"));
}

TEST_CASE ("each mistake in a request for inference has its code", "[rest][inference]")
{
    RestScene scene;
    scene.addCheckpoint ("conformer-ljspeech-epoch-1");
    const auto status = [&scene] (const std::string& arguments, const std::string& body, const std::string& kind = type)
    { return scene.ask ("POST", "/api/inference" + arguments, body, kind).status; };

    CHECK (status ("?model_name=nope", fileBody (tone())) == 400);
    CHECK (status ("?model_name=", fileBody (tone())) == 400);
    CHECK (status ("?checkpoint_path=/etc/passwd", fileBody (tone())) == 400);
    CHECK (status ("?checkpoint_path=nope", fileBody (tone())) == 404);
    CHECK (status ("?dataset_name=jsut", fileBody (tone())) == 404);
    CHECK (status ("?job_id=a%20b", fileBody (tone())) == 422);
    CHECK (status ("", "abc", "multipart/form-data") == 400);
    CHECK (status ("", fileBody (tone()).substr (0, 5000)) == 400);
    CHECK (status ("", "--cut junk\r\n") == 400);
    CHECK (status ("", "RIFF", "audio/wav") == 422);
    CHECK (status ("", "--cut--\r\n") == 422);
    CHECK (status ("", fileBody ("no samples at all")) == 400);
    CHECK (scene.ask ("GET", "/api/inference/nope").status == 404);
    CHECK (scene.ask ("DELETE", "/api/inference/nope").status == 404);

    // A checkpoint without weights: the log has the reason, the answer no path.
    const auto broken =
        scene.ask ("POST", "/api/inference?checkpoint_path=conformer-ljspeech-epoch-1", fileBody (tone()), type);
    CHECK (broken.status == 500);
    CHECK (broken.body.find (scene.folder.path.string()) == std::string::npos);
    CHECK (std::filesystem::is_empty (scene.config.dataFolder / "uploads"));
}

TEST_CASE ("a model that the user has imported is used like any other", "[rest][inference]")
{
    RestScene scene;
    const auto target = userModelFolder (scene.config.dataFolder) / "mine";
    std::filesystem::create_directories (target.parent_path());
    const auto ask = [&scene]
    { return scene.ask ("POST", "/api/inference?model_name=mine", fileBody (tone()), type).status; };
    CHECK (ask() == 400);
    std::filesystem::copy (KIKITORI_FIXTURES "/tiny_model", target);
    CHECK (ask() == 200);
}

TEST_CASE ("a checkpoint is used by its name, its path or as the latest of its data set", "[rest][inference]")
{
    RestScene scene;
    const auto checkpoint = scene.config.dataFolder / "checkpoints/conformer-ljspeech-epoch-1";
    std::filesystem::copy (KIKITORI_FIXTURES "/tiny_model", checkpoint);
    std::filesystem::create_directory_symlink ("conformer-ljspeech-epoch-1",
                                               scene.config.dataFolder / "checkpoints/conformer-ljspeech-latest");

    for (const auto& arguments :
         { "?checkpoint_path=" + checkpoint.string(), std::string ("?checkpoint_path=conformer-ljspeech-epoch-1"),
           std::string ("?dataset_name=ljspeech") })
    {
        INFO (arguments);
        CHECK (scene.ask ("POST", "/api/inference" + arguments, fileBody (tone()), type).status == 200);
    }
}

TEST_CASE ("a job that nobody waits for can be looked at by its id", "[rest][inference]")
{
    RestScene scene;
    const auto reply = scene.ask ("POST", "/api/inference?wait=false&job_id=mine", fileBody (tone()), type);
    CHECK (reply.status == 202);
    CHECK (parsed (reply)["job_id"] == "mine");
    json state;
    scene.waitFor (
        [&]
        {
            state = scene.askJson ("GET", "/api/inference/mine").second;
            return state["status"] == "done";
        });
    CHECK (state["progress"] == 1.0);
    CHECK (state["result"]["transcription"].is_string());
    CHECK (state["file_name"] == "talk.wav");
    CHECK (scene.askJson ("GET", "/api/inference").second["jobs"].size() == 1);
    CHECK (scene.ask ("DELETE", "/api/inference/mine").status == 409);
    CHECK (scene.ask ("POST", "/api/inference?job_id=mine", fileBody (tone()), type).status == 409);
}

TEST_CASE ("a client that goes before its answer cancels its job; one that gives up its upload leaves no file",
           "[rest][inference]")
{
    RestScene scene;
    RestRequest request{ "POST", "/api/inference" };
    request.contentType = type;
    request.query = { { "job_id", "gone" } };
    auto upload = scene.api->beginUpload (request);
    REQUIRE (upload);
    std::string noise;
    for (int i = 0; i < 50; ++i)
        noise += tone();
    const auto body = fileBody (noise);
    upload->add (body);
    auto wasAnswered = false;
    upload->finish ([&wasAnswered] (const auto&) { wasAnswered = true; });
    upload.reset();
    scene.waitFor ([&] { return ! scene.api->isBusy(); });
    CHECK_FALSE (wasAnswered);
    CHECK (scene.askJson ("GET", "/api/inference/gone").second["status"] != "running");

    request.query.clear();
    upload = scene.api->beginUpload (request);
    upload->add (body.substr (0, 100000));
    upload.reset();
    CHECK (std::filesystem::is_empty (scene.config.dataFolder / "uploads"));
}

TEST_CASE ("when nine files are there already the next one is told to come again, and those that wait are served",
           "[rest][inference]")
{
    RestScene scene;
    // The first one's model comes when this lets the loader go.
    std::promise<void> gate;
    scene.models->request ("realtime", [wait = gate.get_future().share()] (const auto&) { wait.wait(); });

    for (auto i = 0; i < 9; ++i)
        REQUIRE (scene.ask ("POST", "/api/inference?wait=false&job_id=n" + std::to_string (i), fileBody (tone()), type)
                     .status
                 == 202);

    for (const auto* arguments : { "", "?wait=false" })
    {
        const auto full = scene.ask ("POST", std::string ("/api/inference") + arguments, fileBody (tone()), type);
        CHECK (full.status == 503);
        CHECK (full.headers == std::vector<std::pair<std::string, std::string>>{ { "retry-after", "10" } });
        CHECK (parsed (full)["detail"].get<std::string>().find ("later") != std::string::npos);
    }

    CHECK (scene.ask ("DELETE", "/api/inference/n8").status == 200);
    CHECK (scene.askJson ("GET", "/api/inference/n8").second["status"] == "cancelled");
    gate.set_value();
    scene.waitFor ([&] { return ! scene.api->isBusy(); });
    CHECK (scene.askJson ("GET", "/api/inference/n7").second["status"] == "done");
    CHECK (scene.ask ("POST", "/api/inference", fileBody (tone()), type).status == 200);
}

TEST_CASE ("uploads under way take places of the queue, and leave them", "[rest][inference]")
{
    RestScene scene;
    RestRequest request{ "POST", "/api/inference" };
    request.contentType = type;
    std::vector<std::unique_ptr<Upload>> uploads;

    for (auto i = 0; i < 9; ++i)
    {
        uploads.push_back (scene.api->beginUpload (request));
        uploads.back()->add (fileBody (tone()).substr (0, 1000));
    }

    CHECK (scene.ask ("POST", "/api/inference", fileBody (tone()), type).status == 503);
    uploads.pop_back(); // its client has gone
    CHECK (scene.ask ("POST", "/api/inference", fileBody (tone()), type).status == 200);
    uploads.push_back (scene.api->beginUpload (request));
    CHECK (scene.ask ("POST", "/api/inference", fileBody (tone()), type).status == 503);
}

TEST_CASE ("a job that takes too long, is too long or is cancelled is answered with its code", "[rest][inference]")
{
    RestScene scene;
    InferenceLimits limits;
    limits.computeTime = std::chrono::seconds (0);
    scene.open (limits);
    const auto late = scene.ask ("POST", "/api/inference", fileBody (tone()), type);
    CHECK (late.status == 504);
    CHECK (parsed (late)["detail"] == "The job took longer than 0 s.");

    limits = {};
    limits.audioSeconds = 0.01;
    scene.open (limits);
    CHECK (scene.ask ("POST", "/api/inference", fileBody (tone()), type).status == 413);

    scene.open();
    std::promise<void> gate;
    scene.models->request ("realtime", [wait = gate.get_future().share()] (const auto&) { wait.wait(); });
    RestRequest request{ "POST", "/api/inference" };
    request.contentType = type;
    request.query = { { "job_id", "mine" } };
    const auto upload = scene.api->beginUpload (request);
    upload->add (fileBody (tone()));
    std::optional<RestReply> reply;
    upload->finish ([&reply] (RestReply answer) { reply = std::move (answer); });
    CHECK (scene.ask ("DELETE", "/api/inference/mine").status == 200);
    gate.set_value();
    scene.waitFor ([&reply] { return reply.has_value(); });
    CHECK (reply->status == 409);
}

TEST_CASE ("a disk that takes no file is told as full, at its last byte too", "[rest][inference]")
{
    RestScene scene;
    const auto uploads = scene.config.dataFolder / "uploads";
    std::filesystem::create_directories (uploads);
    std::filesystem::create_symlink ("/dev/full", uploads / "upload-1"); // the first one's name
    CHECK (scene.ask ("POST", "/api/inference", fileBody ("short"), type).status == 507);
    CHECK (std::filesystem::is_empty (uploads));

    std::filesystem::remove (uploads);
    std::ofstream (uploads) << "no folder";
    CHECK (scene.ask ("POST", "/api/inference?wait=false", fileBody (tone()), type).status == 507);
}
