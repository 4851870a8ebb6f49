// Malformed requests to the routes of models, checkpoints, data sets, files and downloads, from a seed.
#include "Fuzz.h"
#include "RawClient.h"
#include "ServerProcess.h"
#include "Support/Catch.h"
#include "Support/LongRun.h"

#include <fstream>
#include <iterator>
#include <set>
#include <thread>

using namespace kikitori::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace
{
const std::string config = "available_datasets: [speech, remote]\n"
                           "datasets:\n"
                           "  speech: " KIKITORI_FIXTURES "/speech/manifest.jsonl\n"
                           "  remote: {url: 'http://127.0.0.1:1/remote.tar.gz'}\n";

constexpr const char* names[]{ "conformer-speech-epoch-1",
                               "conformer-speech-epoch-2",
                               "conformer-speech-latest",
                               "conformer",
                               "mine",
                               "speech",
                               "remote",
                               "broken",
                               "empty",
                               "nobody",
                               "..",
                               "%2e%2e",
                               "%2e%2e%2f%2e%2e%2fkeep",
                               "..%5ckeep",
                               "%00",
                               "%ff%fe",
                               "%",
                               "%zz",
                               "a%20b",
                               "%E6%97%A5%E6%9C%AC",
                               "use",
                               "bulk-download",
                               "",
                               "a/b",
                               ".hidden" };

constexpr const char* bodies[]{ "",
                                "{}",
                                "[]",
                                "null",
                                "{bad",
                                "[\"conformer-speech-epoch-1\",\"../keep\",\"nobody\"]",
                                "[1,null,{}]",
                                "[[[[[[[[[[[[[[[[[[[[",
                                "{\"serve_as\":\"conformer\"}",
                                "{\"serve_as\":\"realtime\"}",
                                "{\"serve_as\":\"../keep\"}",
                                "{\"serve_as\":[]}",
                                "{\"dataset_name\":\"speech\"}",
                                "{\"dataset_name\":\"speech\",\"again\":true}",
                                "{\"dataset_name\":\"remote\",\"again\":\"yes\"}",
                                "{\"dataset_name\":\"../keep\"}",
                                "{\"dataset_name\":{\"dataset_name\":1e999}}",
                                "\xff\xfe\x00" };

constexpr const char* parts[]{ "--cut\r\n",
                               "--cut--\r\n",
                               "--cut",
                               "Content-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\n",
                               "Content-Disposition: form-data; name=\"file\"\r\n\r\n",
                               "Content-Disposition: form-data; name=\"file\"; filename=\"../../keep\"\r\n\r\n",
                               "Content-Disposition: form-data; name=\"\\\"; filename=\r\n\r\n",
                               "Content-Type: audio/wav\r\n\r\n",
                               "RIFF\xff\xff\xff\xffWAVEfmt ",
                               "\r\n\r\n",
                               "\r\n" };

class RouteFuzz : public Fuzz
{
public:
    using Fuzz::Fuzz;

    std::string request()
    {
        const auto isUpload = chance (4);
        hasRightLength = true;
        const auto body = isUpload ? upload() : std::string (oneOf (bodies));
        auto text = (isUpload && ! chance (8) ? "POST /api/inference" + arguments() : line())
                    + " HTTP/1.1\r\nHost: localhost\r\n";
        text += chance (20) ? "" : "Connection: close\r\n";
        text += isUpload ? type() : chance (3) ? "Content-Type: application/json\r\n" : "";

        if (chance (12))
            text += chance (2) ? "Expect: 100-continue\r\n" : "Transfer-Encoding: chunked\r\n";
        if (! body.empty() && ! chance (15))
            text += "Content-Length: " + length (body.size()) + "\r\n";

        text += "\r\n" + body;

        isWhole = hasRightLength;

        if (chance (15)) // one behind the other on one connection
            text += request();

        if (chance (3))
        {
            text = damaged (text);
            isWhole = false;
        }

        return text;
    }

    /** Can the backend answer the last request without waiting for more? */
    bool isWhole = true;

private:
    std::string line()
    {
        static constexpr const char* methods[]{ "GET", "POST", "DELETE", "PUT", "HEAD" };
        static constexpr const char* fixed[]{ "/api/models",      "/api/checkpoints", "/api/models/bulk-download",
                                              "/api/inference",   "/api/datasets",    "/api/dataset/download",
                                              "/api/models//use", "/api/models/use",  "/openapi.json",
                                              "/api/config",      "/metrics",         "/api/test" };
        const std::string name = oneOf (names);

        switch (below (6))
        {
            case 0:
                return std::string (chance (6) ? oneOf (methods) : "POST") + " /api/models/" + name + "/use"
                       + arguments();
            case 1: return std::string (chance (6) ? oneOf (methods) : "DELETE") + " /api/models/" + name + arguments();
            case 2: return std::string (oneOf (methods)) + " /api/inference/" + name + arguments();
            case 3: return std::string (oneOf (methods)) + " /api/datasets/" + name + arguments();
            default: return std::string (oneOf (methods)) + " " + oneOf (fixed) + arguments();
        }
    }

    std::string arguments()
    {
        static constexpr const char* keys[]{ "model_names", "model_name", "dataset_name", "checkpoint_path", "job_id",
                                             "tokens",      "wait",       "force",        "token",           "%00" };
        std::string text;

        for (auto count = below (4); count > 0; --count)
            text += std::string (text.empty() ? "?" : "&") + oneOf (keys) + (chance (10) ? "" : "=")
                    + (chance (4)   ? "false"
                       : chance (3) ? std::string (names[0]) + "," + oneOf (names)
                                    : oneOf (names));

        return chance (60) ? text + "?" + std::string (below (9000), 'a') : text;
    }

    std::string type()
    {
        static constexpr const char* types[]{
            "multipart/form-data; boundary=cut", "multipart/form-data; boundary=\"cut\"",
            "multipart/form-data; boundary=",    "multipart/form-data",
            "multipart/mixed; boundary=cut",     "audio/wav"
        };
        return std::string ("Content-Type: ") + (chance (3) ? oneOf (types) : types[0]) + "\r\n";
    }

    std::string upload()
    {
        if (chance (3))
            return damaged (std::string (parts[0]) + parts[3] + tone + "\r\n--cut--\r\n");

        std::string body;

        for (auto count = below (10); count > 0; --count)
            body += chance (5) ? bytes (300) : std::string (oneOf (parts));

        return body;
    }

    std::string length (std::size_t real)
    {
        static constexpr const char* wrong[]{ "-1", "0", "1", "99999999999", "18446744073709551616", "5, 5", "x", "" };
        hasRightLength = ! chance (8);
        return hasRightLength ? std::to_string (real) : oneOf (wrong);
    }

    bool hasRightLength = true;
    /** A fraction of a second, so that what is right takes no time. */
    const std::string tone = []
    {
        std::ifstream in (KIKITORI_FIXTURES "/audio/tone.wav", std::ios::binary);
        std::string whole ((std::istreambuf_iterator<char> (in)), {});
        return whole.substr (0, 20000);
    }();
};

void addCheckpoints (const ServerProcess& backend)
{
    const auto folder = backend.dataFolder() / "checkpoints";
    std::error_code ignored;
    fs::create_directories (folder / "empty");

    for (const auto* name : { "conformer-speech-epoch-1", "conformer-speech-epoch-2", "broken" })
        if (! fs::exists (folder / name))
            fs::copy (KIKITORI_FIXTURES "/tiny_model", folder / name, fs::copy_options::recursive);

    fs::resize_file (folder / "broken/model.safetensors", 1000);
    fs::create_directory_symlink ("conformer-speech-epoch-2", folder / "conformer-speech-latest", ignored);
}

/** The status of a reply's first line; 0 where there is none. */
int statusOf (const std::string& reply)
{
    return reply.starts_with ("HTTP/1.") && reply.size() > 12 ? std::atoi (reply.c_str() + 9) : 0;
}

void checkReply (const std::string& reply)
{
    static const std::set<int> documented{ 0,   100, 200, 202, 400, 403, 404, 405, 409, 411, 413,
                                           414, 417, 422, 431, 500, 501, 503, 504, 505, 507 };
    INFO (reply.substr (0, 500));
    CHECK (documented.contains (statusOf (reply)));
    CHECK (reply.find ("Internal error; the backend") == std::string::npos); // an exception that nobody expected
}
} // namespace

TEST_CASE ("malformed requests to models, data sets and files neither crash the backend nor make it grow",
           "[backend][fuzz][load]")
{
    ServerProcess backend ({}, {}, config);
    fs::create_directories (backend.dataFolder() / "keep");
    std::ofstream (backend.dataFolder() / "keep/file") << "x";
    fs::create_directories (backend.dataFolder() / "models");
    fs::copy (KIKITORI_FIXTURES "/tiny_model", backend.dataFolder() / "models/mine", fs::copy_options::recursive);
    const auto count = kikitori::test::shortOrLong (400, 10000);
    RouteFuzz fuzz (414);
    long warm = 0, files = 0;
    std::map<int, int> statuses;

    for (int i = 0; i < count; ++i)
    {
        if (i % 50 == 0)
            addCheckpoints (backend);

        const auto request = fuzz.request();
        RawClient client (backend.port(), fuzz.isWhole ? 3000ms : 300ms);
        client.send (request);

        if (fuzz.chance (8))
        {
            client.reset();
        }
        else
        {
            if (! fuzz.isWhole)
                client.endSending();

            const auto reply = client.readUntil ("\r\n\r\n");
            checkReply (reply);
            ++statuses[statusOf (reply)];
        }

        if (i % 100 == 99)
            REQUIRE (RawClient::ask (backend.port(), get ("/healthz")).starts_with ("HTTP/1.1 200"));

        if (i == count / 3)
        {
            warm = backend.memory();
            files = backend.openFiles();
        }
    }

    // What was right was done, what was wrong was told.
    for (const auto status : { 200, 400, 404, 405, 422 })
    {
        INFO (status);
        CHECK (statuses[status] > 0);
    }

    CHECK (fs::exists (backend.dataFolder() / "keep/file"));
    CHECK (fs::exists (backend.dataFolder() / "models/mine/model.safetensors"));
    INFO (warm << " KiB after a third, " << backend.memory() << " KiB at the end");
    CHECK (backend.memory() < warm + 8192);

    // Clients that went in the middle of a request are noticed within a limit.
    const auto limit = std::chrono::steady_clock::now() + 90s;

    while (backend.openFiles() >= files + 10 && std::chrono::steady_clock::now() < limit)
        std::this_thread::sleep_for (100ms);

    CHECK (backend.openFiles() < files + 10);

    // One that was abandoned may still be under way.
    std::string last;

    for (auto tries = 0; tries < 1000 && (last.empty() || last.starts_with ("HTTP/1.1 409")); ++tries)
        last = RawClient::ask (backend.port(), post ("/api/models/conformer/use", ""));

    CHECK (last.starts_with ("HTTP/1.1 200"));
}
