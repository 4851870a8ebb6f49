// The REST routes through real sockets: what lies below the routes themselves.
#include "RawClient.h"
#include "ServerProcess.h"
#include "Support/Catch.h"

#include <fstream>
#include <iterator>

#include <nlohmann/json.hpp>

using namespace kikitori::testing;
using nlohmann::json;
namespace fs = std::filesystem;

namespace
{
std::string request (const std::string& method,
                     const std::string& target,
                     const std::string& body = {},
                     const std::string& headers = {})
{
    return method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers
           + (body.empty() ? "" : "Content-Length: " + std::to_string (body.size()) + "\r\n") + "\r\n" + body;
}

int statusOf (const std::string& reply)
{
    const auto space = reply.find (' ');
    return reply.starts_with ("HTTP/1.1 ") ? std::stoi (reply.substr (space + 1)) : 0;
}

std::string bodyOf (const std::string& reply)
{
    const auto end = reply.find ("\r\n\r\n");
    return end == std::string::npos ? std::string() : reply.substr (end + 4);
}

/** The chunks of a reply put together; empty when the last one is missing. */
std::string unchunked (const std::string& body)
{
    std::string whole;

    for (std::size_t at = 0; at < body.size();)
    {
        const auto lineEnd = body.find ("\r\n", at);
        const auto size = std::stoul (body.substr (at, lineEnd - at), nullptr, 16);

        if (size == 0)
            return whole;

        whole += body.substr (lineEnd + 2, size);
        at = lineEnd + 2 + size + 2;
    }

    return {};
}

void addCheckpoint (const ServerProcess& backend, const std::string& name, const std::string& content)
{
    fs::create_directories (backend.dataFolder() / "checkpoints" / name);
    std::ofstream (backend.dataFolder() / "checkpoints" / name / "model.safetensors") << content;
}

const std::string multipart = "Content-Type: multipart/form-data; boundary=cut\r\n";

std::string uploadOf (const std::string& file)
{
    std::ifstream in (KIKITORI_FIXTURES "/audio/" + file, std::ios::binary);
    const std::string bytes ((std::istreambuf_iterator<char> (in)), {});
    return "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + file + "\"\r\n\r\n" + bytes
           + "\r\n--cut--\r\n";
}
} // namespace

TEST_CASE ("errors name no folder of the backend, neither by REST nor on a stream; its log does", "[backend][rest]")
{
    ServerProcess backend;
    const auto root = backend.dataFolder().parent_path().string();
    addCheckpoint (backend, "conformer-ljspeech-epoch-1", "broken");
    const auto reply = RawClient::ask (backend.port(), post ("/api/models/conformer-ljspeech-epoch-1/use", ""));
    INFO (reply);
    CHECK (statusOf (reply) == 422);
    CHECK (bodyOf (reply).find ("conformer-ljspeech-epoch-1/") != std::string::npos);
    CHECK (reply.find (root) == std::string::npos);

    for (const auto& entry : fs::directory_iterator (backend.modelFolder()))
        std::ofstream (entry.path() / "config.json") << "{";

    RawClient client (backend.port());
    REQUIRE (client.upgrade());
    client.sendText (R"({"type":"start","protocol":2,"sample_rate":16000,"model_name":"conformer"})");
    const auto error = client.readUntil ("message");
    INFO (error);
    CHECK (error.find ("config.json") != std::string::npos);
    CHECK (error.find (root) == std::string::npos);

    const auto log = backend.process().errors();
    CHECK (log.find (root) != std::string::npos);
}

TEST_CASE ("no way of writing a name leads out of the checkpoints' folder", "[backend][rest]")
{
    ServerProcess backend;
    fs::create_directories (backend.dataFolder() / "keep");
    std::ofstream (backend.dataFolder() / "keep/file") << "x";

    for (const auto* name : { "..", "../keep", "%2e%2e", "%2e%2e%2fkeep", "..%2fkeep", "%2e%2e/keep", "a/../../keep",
                              "%252e%252e%252fkeep", "..%5ckeep", "a%2Fb", "....//keep", "%00", "%c0%ae%c0%ae" })
    {
        INFO (name);
        const auto status = statusOf (
            RawClient::ask (backend.port(), request ("DELETE", std::string ("/api/models/") + name)));
        CHECK (((status >= 400 && status < 500) || status == 0)); // 0: libwebsockets closes on a byte of zero
    }

    CHECK (fs::exists (backend.dataFolder() / "keep/file"));
    CHECK (statusOf (RawClient::ask (backend.port(), get ("/healthz", "Connection: close\r\n"))) == 200);
}

TEST_CASE ("a list of names comes in the body of DELETE; HEAD has no body", "[backend][rest]")
{
    ServerProcess backend;
    addCheckpoint (backend, "conformer-lj-epoch-1", "x");
    const auto reply = RawClient::ask (
        backend.port(), request ("DELETE", "/api/models", R"(["conformer-lj-epoch-1","nope"])"));
    CHECK (statusOf (reply) == 200);
    CHECK (json::parse (bodyOf (reply))["deleted"].size() == 1);
    const auto head = RawClient::ask (backend.port(), request ("HEAD", "/api/config"));
    CHECK (statusOf (head) == 405);
    CHECK (bodyOf (head).empty());
}

TEST_CASE ("models come as a chunked ZIP that is whole", "[backend][rest]")
{
    ServerProcess backend;
    addCheckpoint (backend, "conformer-lj-epoch-1", std::string (3u << 20, 'm'));
    addCheckpoint (backend, "conformer-lj-epoch-2", "small");
    const auto reply = RawClient::ask (
        backend.port(),
        request ("GET", "/api/models/bulk-download?model_names=conformer-lj-epoch-1&model_names=conformer-lj-epoch-2"));
    CHECK (statusOf (reply) == 200);
    const auto zip = unchunked (bodyOf (reply));
    CHECK (zip.size() > (3u << 20));
    CHECK (zip.starts_with ("PK"));
    CHECK (zip.find ("conformer-lj-epoch-2/model.safetensors") != std::string::npos);
}

TEST_CASE ("a checkpoint goes into service by its route: the stream that runs keeps its model, the next gets the new one",
           "[backend][rest]")
{
    ServerProcess backend;
    const auto checkpoint = backend.dataFolder() / "checkpoints/conformer-lj-epoch-1";
    fs::create_directories (checkpoint.parent_path());
    fs::copy (KIKITORI_FIXTURES "/tiny_model", checkpoint, fs::copy_options::recursive);
    auto card = json::parse (std::ifstream (checkpoint / "config.json"));
    card["name"] = "better";
    std::ofstream (checkpoint / "config.json") << card.dump();
    const auto start = R"({"type":"start","protocol":2,"model_name":"conformer","sample_rate":16000,"format":"i16"})";

    RawClient before (backend.port());
    REQUIRE (before.upgrade());
    before.sendText (start);
    REQUIRE (before.receiveUntil (R"("model":"conformer")"));

    const auto reply = RawClient::ask (backend.port(), request ("POST", "/api/models/conformer-lj-epoch-1/use"));
    CHECK (statusOf (reply) == 200);
    CHECK (json::parse (bodyOf (reply))["model_name"] == "conformer");

    RawClient after (backend.port());
    REQUIRE (after.upgrade());
    after.sendText (start);
    CHECK (after.receiveUntil (R"("model":"better")"));

    before.sendBinary (std::string (32000, '\0'));
    before.sendText (R"({"type":"stop"})");
    CHECK (before.receiveUntil ("\"stopped\""));
}

TEST_CASE ("an uploaded file becomes text, also from a client that asks first", "[backend][rest]")
{
    ServerProcess backend;
    const auto body = uploadOf ("tone.wav");
    const auto plain = RawClient::ask (backend.port(), request ("POST", "/api/inference", body, multipart));
    CHECK (statusOf (plain) == 200);
    CHECK (json::parse (bodyOf (plain)).contains ("transcription"));

    RawClient polite (backend.port());
    polite.send ("POST /api/inference HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: 100-continue\r\n"
                 + multipart + "Content-Length: " + std::to_string (body.size()) + "\r\n\r\n");
    CHECK (polite.readUntil ("100 Continue").find ("100 Continue") != std::string::npos);
    polite.send (body);
    CHECK (polite.readAll().find ("transcription") != std::string::npos);
    CHECK (fs::is_empty (backend.dataFolder() / "uploads"));
}

TEST_CASE ("of several requests at once the first one is answered, and the backend goes on", "[backend][rest]")
{
    const ServerProcess backend;

    for (const auto* first : { "GET", "POST", "DELETE", "HEAD", "OPTIONS" })
        for (const auto* firstBody : { "", "Content-Length: 0\r\n\r\n", "Content-Length: 2\r\n\r\n[]" })
        {
            INFO (first << " " << firstBody);
            const std::string end = *firstBody == 0 ? "\r\n" : firstBody;
            const auto reply =
                RawClient::ask (backend.port(), std::string (first) + " /api/models HTTP/1.1\r\nHost: localhost\r\n" + end
                                                    + "POST /api/models HTTP/1.1\r\nHost: localhost\r\n"
                                                      "Content-Length: 2\r\n\r\n[]");
            CHECK (statusOf (reply) > 0);
            CHECK (reply.find ("connection: close") != std::string::npos);
            CHECK (reply.find ("HTTP/1.1", 1) == std::string::npos);
            CHECK (statusOf (RawClient::ask (backend.port(), get ("/healthz"))) == 200);
        }
}

TEST_CASE ("a POST without a body is done and answered once, whether its length is said or not", "[backend][rest]")
{
    const ServerProcess backend;

    for (const auto* path : { "/api/train/stop", "/api/models/nobody/use", "/api/inference?model_name=nobody" })
        for (const auto* length : { "", "Content-Length: 0\r\n" })
        {
            INFO (path << " " << length);
            const auto begin = std::chrono::steady_clock::now();
            const auto reply = RawClient::ask (backend.port(), request ("POST", path, {}, length));
            CHECK (reply.find ("HTTP/1.1", 1) == std::string::npos);
            CHECK (statusOf (reply) >= 400);
            CHECK (json::parse (bodyOf (reply), nullptr, false).contains ("detail"));
            CHECK (std::chrono::steady_clock::now() - begin < std::chrono::seconds (8)); // the connection has ended
        }
}

TEST_CASE ("an upload that is announced too large is refused before it comes", "[backend][rest]")
{
    ServerProcess backend;
    RawClient client (backend.port());
    client.send ("POST /api/inference HTTP/1.1\r\nHost: localhost\r\n" + multipart
                 + "Content-Length: 99999999999\r\n\r\n--cut");
    CHECK (statusOf (client.readAll()) == 413);
}

TEST_CASE ("a client that goes in the middle of its upload leaves no file, and the backend goes on", "[backend][rest]")
{
    ServerProcess backend;
    const auto body = uploadOf ("tone.wav");
    {
        RawClient client (backend.port());
        client.send ("POST /api/inference HTTP/1.1\r\nHost: localhost\r\n" + multipart
                     + "Content-Length: " + std::to_string (body.size()) + "\r\n\r\n" + body.substr (0, 50000));
        client.reset();
    }
    const auto reply = RawClient::ask (backend.port(), request ("POST", "/api/inference", body, multipart));
    CHECK (statusOf (reply) == 200);
    CHECK (fs::is_empty (backend.dataFolder() / "uploads"));
}

TEST_CASE ("deleting, listing, sending and receiving thousands of files hold the sockets up for 50 ms at most",
           "[backend][rest][load]")
{
    const ServerProcess backend;
    const auto checkpoints = backend.dataFolder() / "checkpoints";

    for (int i = 0; i < 3000; ++i)
    {
        const auto folder = checkpoints / ("conformer-ljspeech-epoch-" + std::to_string (i));
        fs::create_directories (folder);
        std::ofstream (folder / "model.safetensors") << std::string (2000, 'x');
        std::ofstream (folder / "training_metadata.json") << R"({"model_name":"conformer","dataset_name":"ljspeech"})";
    }

    fs::create_directory_symlink ("conformer-ljspeech-epoch-2999", checkpoints / "conformer-ljspeech-latest");
    auto names = json::array();

    for (int i = 2000; i < 3000; ++i)
        names.push_back ("conformer-ljspeech-epoch-" + std::to_string (i));

    CHECK (statusOf (RawClient::ask (backend.port(), request ("GET", "/api/models"))) == 200);
    CHECK (statusOf (RawClient::ask (backend.port(), request ("GET", "/api/checkpoints"))) == 200);
    const auto before = std::chrono::steady_clock::now();
    const auto deleted = RawClient::ask (backend.port(), request ("DELETE", "/api/models", names.dump()));
    const auto took = std::chrono::steady_clock::now() - before;
    CHECK (json::parse (bodyOf (deleted))["deleted"].size() == 1000);
    CHECK (took < std::chrono::seconds (10)); // each with a look at all of them: minutes
    CHECK (fs::read_symlink (checkpoints / "conformer-ljspeech-latest") == "conformer-ljspeech-epoch-1999");

    const auto zip = RawClient::ask (
        backend.port(), request ("GET", "/api/models/bulk-download?model_names=conformer-ljspeech-epoch-1"));
    CHECK (unchunked (bodyOf (zip)).starts_with ("PK"));

    const auto body = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\n"
                      + std::string (32u << 20, 'x') + "\r\n--b--\r\n";
    const auto reply = RawClient::ask (backend.port(), request ("POST", "/api/inference", body,
                                                                "Content-Type: multipart/form-data; boundary=b\r\n"));
    CHECK (statusOf (reply) == 400); // no recording, but whole

    const auto metrics = RawClient::ask (backend.port(), request ("GET", "/metrics"));
    const std::string name = "\nkikitori_io_longest_turn_seconds ";
    const auto at = metrics.find (name);
    REQUIRE (at != std::string::npos);
    INFO (metrics.substr (at, 60));
    CHECK (std::stod (metrics.substr (at + name.size())) < 0.05);
}
