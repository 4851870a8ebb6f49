#include "Backend/Import/Import.h"
#include "Backend/Storage/InstalledModels.h"
#include "Backend/Storage/ModelStore.h"
#include "Support/TemporaryFolder.h"

#include <fstream>
#include <future>

#include <nlohmann/json.hpp>

using namespace kikitori;
using namespace kikitori::backend;

namespace
{
const std::filesystem::path fixtures = KIKITORI_FIXTURES;

/** A data folder with an imported streaming model. */
struct Data
{
    Data()
    {
        ImportOptions options;
        options.name = "streaming";
        options.card = { "de", "CC0", {}, { { "LibriSpeech", 4.5 } } };
        REQUIRE (
            importModel (fixtures / "foreign" / "fastconformer_streaming.nemo", userModelFolder (folder.path), options)
                .ok());
    }

    const TemporaryFolder folder;
};

ModelStore::Loaded request (ModelStore& store, const std::string& name)
{
    std::promise<ModelStore::Loaded> promise;
    auto future = promise.get_future();
    store.request (name, [&promise] (const ModelStore::Loaded& loaded) { promise.set_value (loaded); });
    REQUIRE (future.wait_for (std::chrono::seconds (30)) == std::future_status::ready);
    return future.get();
}
} // namespace

TEST_CASE ("What is installed is listed with language, licence, size, latencies and error rates")
{
    const Data data;
    const auto models = listInstalledModels (fixtures, data.folder.path);
    REQUIRE (models.size() == 2);
    CHECK (models[0].name == "streaming");
    CHECK (models[0].language == "de");
    CHECK (models[0].licence == "CC0");
    CHECK (models[0].latenciesMs == std::vector<int>{ 80, 160, 240 });
    CHECK (models[0].wordErrorRates == std::vector<std::pair<std::string, double>>{ { "LibriSpeech", 4.5 } });
    CHECK (models[0].parameters > 10000);
    CHECK (models[0].bytes > 4 * models[0].parameters);
    CHECK (models[1].name == "tiny_model");
    const auto json = toJson (models);
    CHECK (json[0]["wer"]["LibriSpeech"] == 4.5);
    CHECK (json[0]["chunk_ms"][2] == 240);
    CHECK_FALSE (json[1].contains ("wer"));
}

TEST_CASE ("The errors of a language without spaces are told by characters, where its card has them")
{
    const auto models = listInstalledModels (KIKITORI_SOURCE_DIR "/Assets/models", "/nowhere");
    REQUIRE (models.size() == 2);
    CHECK (models[0].name == "conformer");
    CHECK_FALSE (models[0].countsCharacters());
    CHECK (models[1].name == "conformer-ja");
    CHECK (models[1].countsCharacters());
    CHECK (models[1].characterErrorRates
           == std::vector<std::pair<std::string, double>>{ { "tofugu_ja_words", 10.6 } });
    CHECK (toJson (models)[1]["cer"]["tofugu_ja_words"] == 10.6);
    CHECK (toJson (models)[1]["wer"]["tofugu_ja_words"] == 33.9);

    auto other = models[1];
    other.characterErrorRates.clear();
    CHECK_FALSE (other.countsCharacters());
}

TEST_CASE ("What is under way or no model is not listed")
{
    const Data data;
    const auto models = userModelFolder (data.folder.path);
    std::filesystem::copy (models / "streaming", models / ".incomplete-x");
    std::filesystem::create_directory (models / "empty");
    CHECK (listInstalledModels ("/nowhere", data.folder.path).size() == 1);
    CHECK (findModel (".incomplete-x", "/nowhere", data.folder.path).empty());
    CHECK (findModel ("../models/streaming", "/nowhere", data.folder.path).empty());
    CHECK (findModel ("streaming", "/nowhere", data.folder.path) == models / "streaming");
}

TEST_CASE ("An imported model is served without a restart, and one that cannot be loaded leaves the others in service")
{
    const Data data;
    ModelStore store (fixtures, { "tiny_model" });
    store.serveAlso (userModelFolder (data.folder.path));
    const auto streaming = request (store, "streaming");
    REQUIRE (streaming.ok());
    CHECK (streaming.value()->card().language == "de");

    // Imported while the backend runs, and broken.
    const auto models = userModelFolder (data.folder.path);
    REQUIRE (importModel (fixtures / "foreign" / "wav2vec2", models, { "later", {}, false }).ok());
    std::filesystem::resize_file (models / "later" / "model.safetensors", 100);
    const auto broken = request (store, "later");
    REQUIRE_FALSE (broken.ok());
    CHECK (broken.error().code == "model_broken");
    CHECK (broken.error().message.find ("model.safetensors") != std::string::npos);

    CHECK (request (store, "streaming").value() == streaming.value());
    CHECK (request (store, "tiny_model").ok());
    const auto unknown = request (store, "nothing");
    CHECK (unknown.error().code == "unknown_model");
    CHECK (unknown.error().message.find ("streaming") != std::string::npos);
}

TEST_CASE ("A stream's language finds a model that writes it, and stays with the one it names where there is none")
{
    const Data data; // "streaming" writes German
    const TemporaryFolder shipped;
    for (const auto& [name, language] : { std::pair{ "conformer", "en" }, std::pair{ "other", "ja" },
                                          std::pair{ "conformer-ja", "ja" }, std::pair{ "hidden", "fr" } })
    {
        std::filesystem::create_directories (shipped.path / name);
        std::ofstream (shipped.path / name / "config.json") << R"({"language":")" << language << "\"}";
    }
    const auto chosen = [&] (const std::string& name, const std::string& language)
    {
        return modelInLanguage (name, language, { "conformer", "other", "conformer-ja", "realtime" }, shipped.path,
                                data.folder.path);
    };
    CHECK (chosen ("conformer", "") == "conformer");
    CHECK (chosen ("conformer", "en") == "conformer");
    CHECK (chosen ("conformer", "en-US") == "conformer");
    CHECK (chosen ("conformer", "ja") == "conformer-ja");
    CHECK (chosen ("conformer", "JA-jp") == "conformer-ja");
    CHECK (chosen ("conformer-ja", "ja") == "conformer-ja");
    CHECK (chosen ("conformer-ja", "en") == "conformer");
    CHECK (chosen ("realtime", "en") == "realtime"); // has no folder yet, and is the large one meanwhile
    CHECK (chosen ("realtime", "ja") == "other");
    CHECK (chosen ("streaming", "de") == "streaming");
    CHECK (chosen ("streaming", "ja") == "other");
    CHECK (chosen ("conformer", "fr") == "conformer"); // the configuration does not offer it
    CHECK (chosen ("nothing", "ja") == "nothing"); // is refused
}
