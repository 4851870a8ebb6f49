#include "Backend/Foreign/AcousticModel.h"
#include "Backend/Import/Import.h"
#include "Backend/Import/SmallDisk.h"
#include "Support/TemporaryFolder.h"

#include <sstream>

#include <nlohmann/json.hpp>

using namespace kikitori;
using namespace kikitori::backend;
namespace fs = std::filesystem;

namespace
{
const fs::path fixtures = KIKITORI_FIXTURES "/foreign";

/** The error of importing it, after which nothing may be left. */
Error failure (const fs::path& path)
{
    const TemporaryFolder models;
    const auto imported = importModel (path, models.path, { "model", {}, false });
    REQUIRE_FALSE (imported.ok());
    CHECK (fs::is_empty (models.path));
    return imported.error();
}

std::string contentOf (const fs::path& file)
{
    std::stringstream content;
    content << std::ifstream (file, std::ios::binary).rdbuf();
    return content.str();
}

/** A copy of the fixture's folder in which a file's text is replaced. */
struct Changed
{
    Changed (const std::string& fixture, const std::string& file, const std::string& from, const std::string& to)
    {
        fs::copy (fixtures / fixture, folder.path, fs::copy_options::recursive);
        auto text = contentOf (folder.path / file);
        const auto at = text.find (from);
        REQUIRE (at != std::string::npos);
        folder.write (file, text.replace (at, from.size(), to));
    }

    const TemporaryFolder folder;
};
} // namespace

TEST_CASE ("An imported model has the name, language, licence and error rates of its card, and its own words win")
{
    const TemporaryFolder source, models;
    fs::copy (fixtures / "parakeet", source.path);
    source.write ("README.md", "---\nlanguage:\n- de\nlicense: cc-by-4.0\nmodel-index:\n- name: x\n  results:\n"
                               "  - dataset:\n      name: LibriSpeech (clean)\n    metrics:\n    - name: Test WER\n"
                               "      type: wer\n      value: 1.83\n    - type: cer\n      value: 0.61\n---\ntext\n");
    ImportOptions options;
    options.name = "my-model";
    options.card.licence = "my own";
    const auto imported = importModel (source.path, models.path, options);
    REQUIRE (imported.ok());
    const auto config = contentOf (imported.value() / "config.json");
    CHECK (config.find ("\"language\": \"de\"") != std::string::npos);
    CHECK (config.find ("\"licence\": \"my own\"") != std::string::npos);
    CHECK (config.find ("\"LibriSpeech (clean)\": 1.83") != std::string::npos);
    CHECK (config.find ("\"LibriSpeech (clean)\": 0.61") != std::string::npos);
    CHECK (config.find ("\"name\": \"my-model\"") != std::string::npos);
}

TEST_CASE ("Blank comes first, words begin with a space and special tokens are no text")
{
    const TemporaryFolder models;
    const auto letters = AcousticModel::load (importModel (fixtures / "wav2vec2", models.path, {}).value());
    REQUIRE (letters.ok());
    const auto& words = letters.value()->card().vocabulary;
    CHECK (words[0] == "<blank>");
    CHECK (words[1].empty());
    CHECK (words[4] == " ");
    CHECK (words[5] == "E");
    const auto pieces = AcousticModel::load (importModel (fixtures / "conformer_ctc.nemo", models.path, {}).value());
    REQUIRE (pieces.ok());
    CHECK (pieces.value()->card().vocabulary[0] == "<blank>");
    CHECK (pieces.value()->card().vocabulary[1].empty()); // <unk>
}

TEST_CASE ("A name that is taken is refused, and replaced when asked for")
{
    const TemporaryFolder models;
    REQUIRE (importModel (fixtures / "wav2vec2", models.path, { "model", {}, false }).ok());
    CHECK (importModel (fixtures / "parakeet", models.path, { "model", {}, false }).error().code == "name_taken");
    REQUIRE (importModel (fixtures / "parakeet", models.path, { "model", {}, true }).ok());
    CHECK (contentOf (models.path / "model" / "config.json").find ("conformer_ctc") != std::string::npos);
    CHECK (importModel (fixtures / "parakeet", models.path, { "../model", {}, false }).error().code == "bad_name");
}

TEST_CASE ("A missing file is named")
{
    CHECK (failure ("/nowhere/model.nemo").code == "file_missing");

    for (const auto* file : { "config.json", "model.safetensors", "vocab.json" })
    {
        const Changed copy ("wav2vec2", "vocab.json", "<pad>", "<pad>");
        fs::remove (copy.folder.path / file);
        const auto error = failure (copy.folder.path);
        CHECK (error.code == "file_missing");
        const std::string name = std::string (file) == "vocab.json" ? "tokenizer.json" : file;
        CHECK (error.message.find (name) != std::string::npos);
    }
}

TEST_CASE ("An unknown architecture is named, with those that are known")
{
    const auto type = failure (Changed ("wav2vec2", "config.json", "\"wav2vec2\"", "\"whisper\"").folder.path);
    CHECK (type.code == "model_unsupported");
    CHECK (type.message.find ("whisper") != std::string::npos);
    CHECK (type.message.find ("parakeet_ctc") != std::string::npos);
    const auto activation = failure (
        Changed ("wav2vec2", "config.json", "\"hidden_act\": \"gelu\"", "\"hidden_act\": \"relu\"").folder.path);
    CHECK (activation.code == "model_unsupported");
    CHECK (activation.message.find ("hidden_act") != std::string::npos);
}

TEST_CASE ("What a model's processor says of the sound is read from either file, and nothing that is not understood passes")
{
    // As transformers 5 writes it: no preprocessor_config.json.
    const auto normalises = [] (const fs::path& source)
    {
        const TemporaryFolder models;
        const auto imported = importModel (source, models.path, { "model", {}, false });
        REQUIRE (imported.ok());
        return nlohmann::json::parse (contentOf (models.path / "model" / "config.json"))["normalise_input"].get<bool>();
    };
    const TemporaryFolder folder;
    fs::copy (fixtures / "wav2vec2", folder.path, fs::copy_options::recursive);
    CHECK (normalises (folder.path));
    fs::remove (folder.path / "preprocessor_config.json");
    const auto extractor = [&folder] (const std::string& more)
    {
        folder.write ("processor_config.json",
                      R"({"processor_class":"Wav2Vec2Processor","feature_extractor":{"feature_extractor_type":)"
                      R"("Wav2Vec2FeatureExtractor","feature_size":1,"padding_side":"right","padding_value":0.0,)" + more
                          + "}}");
    };
    extractor (R"("do_normalize":false,"sampling_rate":16000)");
    CHECK_FALSE (normalises (folder.path));

    for (const auto& [more, named] : std::initializer_list<std::pair<const char*, const char*>>{
             { R"("sampling_rate":8000)", "sampling_rate\" is 8000" },
             { R"("do_normalize":"no")", "do_normalize" },
             { R"("do_whiten":true)", "do_whiten" } })
    {
        extractor (more);
        const auto error = failure (folder.path);
        CHECK (error.code == "model_unsupported");
        CHECK (error.message.starts_with ("processor_config.json: "));
        CHECK (error.message.find (named) != std::string::npos);
    }

    // Both files, of which one is wrong.
    extractor (R"("do_normalize":false)");
    folder.write ("preprocessor_config.json", R"({"do_normalize":true})");
    CHECK (failure (folder.path).message.find ("do_normalize") != std::string::npos);
    folder.write ("preprocessor_config.json", "{");
    CHECK (failure (folder.path).code == "model_broken");

    const auto rate = failure (
        Changed ("wav2vec2", "preprocessor_config.json", "16000", "8000").folder.path);
    CHECK (rate.message.find ("preprocessor_config.json: \"sampling_rate\" is 8000") != std::string::npos);
    const auto hop = failure (Changed ("parakeet", "preprocessor_config.json", "\"hop_length\": 160", "\"hop_length\": 80").folder.path);
    CHECK (hop.message.find ("hop_length") != std::string::npos);
}

TEST_CASE ("Wrong shapes are told with both shapes")
{
    const auto error =
        failure (Changed ("wav2vec2", "config.json", "\"hidden_size\": 16", "\"hidden_size\": 18").folder.path);
    CHECK (error.code == "model_broken");
    CHECK (error.message.find ("[16") != std::string::npos);
    CHECK (error.message.find ("[18") != std::string::npos);
    const auto layers = failure (
        Changed ("parakeet", "config.json", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3").folder.path);
    CHECK (layers.code == "model_broken");
    CHECK (layers.message.find ("encoder.layers.2.") != std::string::npos);
}

TEST_CASE ("An archive that is cut off anywhere is told of")
{
    const TemporaryFolder folder;
    const auto whole = contentOf (fixtures / "conformer_ctc.nemo");

    for (const auto share : { 0, 1, 30, 60, 90 })
    {
        const auto file =
            folder.write ("cut.nemo", whole.substr (0, whole.size() * static_cast<std::size_t> (share) / 100));
        const auto error = failure (file);
        INFO (share << " %: " << error.message);
        CHECK ((error.code == "model_broken" || error.code == "file_missing"));
    }

    CHECK (failure (folder.write ("text.nemo", "this is no archive")).code == "model_broken");
}

TEST_CASE ("A pickle with a function in it is refused inside an archive too")
{
    const Changed copy ("wav2vec2_conformer_rotary", "pytorch_model.bin", "_rebuild_tensor_v2", "_rebuild_tensor_v9");
    CHECK (failure (copy.folder.path).code == "unsafe_pickle");
}

TEST_CASE ("What a killed import left is removed by the next one, and one under way is not touched")
{
    const TemporaryFolder folder;
    const auto longAgo = fs::file_time_type::clock::now() - std::chrono::hours (2);
    const StagingFolder underWay (folder.path);
    REQUIRE (underWay.problem().empty());
    fs::last_write_time (underWay.path(), longAgo);
    for (const auto* name : { ".incomplete-killed", ".incomplete-fresh", "conformer" })
        fs::create_directory (folder.path / name);
    folder.write (".incomplete-killed/model.safetensors", "half");
    fs::last_write_time (folder.path / ".incomplete-killed", longAgo);
    folder.write (".incomplete-fresh/model.safetensors", "half"); // not locked yet
    folder.write ("conformer/config.json", "{}");

    const StagingFolder next (folder.path);
    CHECK (next.problem().empty());
    CHECK_FALSE (fs::exists (folder.path / ".incomplete-killed"));
    CHECK (fs::exists (folder.path / ".incomplete-fresh"));
    CHECK (fs::exists (underWay.path()));
    CHECK (fs::exists (folder.path / "conformer" / "config.json"));
}

TEST_CASE ("An import that the disk has no room for leaves nothing behind")
{
    const TemporaryFolder folder;
    checkOnSmallDisk (folder.path,
                      [&folder]
                      {
                          const auto imported = importModel (fixtures / "conformer_ctc.nemo", folder.path, {});
                          return ! imported && imported.error().code == "disk_full" && fs::is_empty (folder.path);
                      });
}
