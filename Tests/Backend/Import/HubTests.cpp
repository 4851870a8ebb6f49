#include "Backend/Foreign/AcousticModel.h"
#include "Backend/Import/Hub.h"
#include "Backend/Import/HubServer.h"
#include "Backend/Import/SmallDisk.h"
#include "Support/TemporaryFolder.h"

#include <algorithm>
#include <fstream>
#include <iterator>

using namespace kikitori;
using namespace kikitori::backend;

namespace
{
const std::string fixtures = KIKITORI_FIXTURES "/foreign";

Result<std::filesystem::path> pull (const HubServer& server, const std::filesystem::path& models)
{
    HubOptions hub;
    hub.address = server.address();
    return pullModel ("someone/model", models, {}, hub);
}

void checkNothingInstalled (const std::filesystem::path& models)
{
    for (const auto& entry : std::filesystem::directory_iterator (models))
        CHECK (entry.path().filename() == ".downloads");
}
} // namespace

TEST_CASE ("A model is fetched from the hub, checked, installed with its card and can be loaded")
{
    const TemporaryFolder folder;
    HubServer server;
    server.addFolder (fixtures + "/wav2vec2");
    server.add ("README.md", "---\nlanguage: en\nlicense: apache-2.0\n---\n# A model\n", false);
    server.add ("flax_model.msgpack", "not needed", true);
    std::uint64_t told = 0;
    HubOptions hub;
    hub.address = server.address();
    hub.progress = [&told] (const std::string& file, std::uint64_t bytes, std::uint64_t size)
    {
        told = file == "model.safetensors" && bytes == size ? size : told;
        return true;
    };
    const auto installed = pullModel ("someone/model", folder.path, {}, hub);
    INFO ((installed ? "" : installed.error().message));
    REQUIRE (installed.ok());
    CHECK (installed.value() == folder.path / "model");
    CHECK (told == std::filesystem::file_size (fixtures + "/wav2vec2/model.safetensors"));
    const auto model = AcousticModel::load (installed.value());
    REQUIRE (model.ok());
    CHECK (model.value()->card().licence == "apache-2.0");
    CHECK_FALSE (std::filesystem::exists (folder.path / ".downloads" / "someone--model"));

    for (const auto& request : server.requests())
        CHECK (request.find ("msgpack") == std::string::npos);
}

TEST_CASE ("A folder of transformers 5 is fetched with its processor_config.json")
{
    const TemporaryFolder folder, source;
    std::filesystem::copy (fixtures + "/wav2vec2", source.path, std::filesystem::copy_options::recursive);
    std::filesystem::remove (source.path / "preprocessor_config.json");
    source.write ("processor_config.json", R"({"feature_extractor":{"sampling_rate":8000}})");
    HubServer server;

    for (const auto& entry : std::filesystem::directory_iterator (source.path))
    {
        std::ifstream in (entry.path(), std::ios::binary);
        server.add (entry.path().filename().string(), { std::istreambuf_iterator<char> (in), {} }, false);
    }

    const auto pulled = pull (server, folder.path);
    REQUIRE_FALSE (pulled.ok());
    CHECK (pulled.error().message.find ("\"sampling_rate\" is 8000") != std::string::npos);
}

TEST_CASE ("A .nemo archive is fetched and installed")
{
    const TemporaryFolder folder;
    HubServer server;
    std::stringstream content;
    content << std::ifstream (fixtures + "/conformer_ctc.nemo", std::ios::binary).rdbuf();
    server.add ("stt_de_conformer.nemo", content.str(), true);
    server.add ("README.md", "no card at all", false);
    const auto installed = pull (server, folder.path);
    REQUIRE (installed.ok());
    CHECK (AcousticModel::load (installed.value()).ok());
}

TEST_CASE ("A download that is cut off goes on where it ended, within one command and in the next")
{
    const TemporaryFolder folder;
    HubServer server;
    server.addFolder (fixtures + "/wav2vec2");
    const std::string resolve = "GET /someone/model/resolve/main/", wanted = resolve + "model.safetensors";

    SECTION ("within one command")
    {
        server.cutOffAfter (15000, 2);
        REQUIRE (pull (server, folder.path).ok());
        const auto requests = server.requests();
        CHECK (std::count (requests.begin(), requests.end(), wanted + " bytes=15000-") == 1);
        CHECK (std::count (requests.begin(), requests.end(), wanted + " bytes=30000-") == 1);
    }

    SECTION ("in the next command, of which the first was stopped")
    {
        HubOptions hub;
        hub.address = server.address();
        hub.progress = [] (const std::string& file, std::uint64_t bytes, std::uint64_t)
        { return file != "model.safetensors" || bytes == 0; };
        server.cutOffAfter (15000, 1);
        const auto stopped = pullModel ("someone/model", folder.path, {}, hub);
        REQUIRE_FALSE (stopped.ok());
        CHECK (stopped.error().code == "cancelled");
        checkNothingInstalled (folder.path);
        REQUIRE (pull (server, folder.path).ok());
        const auto requests = server.requests();
        CHECK (std::any_of (requests.begin(), requests.end(),
                            [&] (const auto& r) { return r.starts_with (wanted + " bytes="); }));
        CHECK (std::count (requests.begin(), requests.end(), resolve + "config.json") == 1);
    }

    SECTION ("from the beginning with a server that knows no ranges")
    {
        server.ignoreRanges();
        server.cutOffAfter (15000, 1);
        REQUIRE (pull (server, folder.path).ok());
    }
}

TEST_CASE ("What is not what the hub announced is not installed")
{
    const TemporaryFolder folder;
    HubServer server;
    server.addFolder (fixtures + "/wav2vec2");
    std::string code;

    SECTION ("a large file with another hash")
    {
        server.corrupt ("model.safetensors");
        code = "wrong_hash";
    }

    SECTION ("a small file with another hash")
    {
        server.corrupt ("config.json");
        code = "wrong_hash";
    }

    SECTION ("a file that is missing")
    {
        server.lose ("model.safetensors");
        code = "not_found";
    }

    SECTION ("a connection that never delivers the end")
    {
        server.cutOffAfter (0, 1000);
        code = "network_failed";
    }

    const auto failed = pull (server, folder.path);
    REQUIRE_FALSE (failed.ok());
    CHECK (failed.error().code == code);
    CHECK (failed.error().message.find (server.address()) != std::string::npos);
    checkNothingInstalled (folder.path);
}

TEST_CASE ("A hub without the model, without a hub and without a name each get their own error")
{
    const TemporaryFolder folder;
    HubServer server;
    HubOptions hub;
    hub.address = server.address();
    CHECK (pullModel ("someone/else", folder.path, {}, hub).error().code == "not_found");
    CHECK (pull (server, folder.path).error().code == "model_unsupported");
    CHECK (pullModel ("../../etc/passwd", folder.path, {}, hub).error().code == "bad_name");
    CHECK (pullModel ("nonsense", folder.path, {}, hub).error().code == "bad_name");
    hub.address = "http://127.0.0.1:1";
    CHECK (pullModel ("someone/model", folder.path, {}, hub).error().code == "network_failed");
    hub.address = "file:///etc";
    CHECK (pullModel ("someone/model", folder.path, {}, hub).error().code == "network_failed");
}

TEST_CASE ("A model that the disk has no room for is not begun, and the message says how much it takes")
{
    const TemporaryFolder folder;
    HubServer server;
    server.addFolder (fixtures + "/wav2vec2");
    checkOnSmallDisk (folder.path,
                      [&]
                      {
                          const auto failed = pull (server, folder.path);
                          return ! failed && failed.error().code == "disk_full"
                                 && failed.error().message.find ("Nothing was fetched") != std::string::npos;
                      });

    for (const auto& request : server.requests())
        CHECK (request.find ("/resolve/") == std::string::npos);
}
