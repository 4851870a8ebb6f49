#include "Backend/Model/ConformerWeights.h"
#include "Support/Catch.h"

#include <fstream>
#include <sstream>

using namespace kikitori::backend;

namespace
{
class ModelCopy
{
public:
    ModelCopy()
    {
        std::string name = (std::filesystem::temp_directory_path() / "kikitori-model-XXXXXX").string();
        REQUIRE (mkdtemp (name.data()) != nullptr);
        folder = name;
        std::filesystem::copy (KIKITORI_FIXTURES "/tiny_model", folder);
    }
    ~ModelCopy() { std::filesystem::remove_all (folder); }

    void replace (const char* file, const std::string& from, const std::string& to) const
    {
        std::stringstream content;
        content << std::ifstream (folder / file).rdbuf();
        auto text = content.str();
        const auto at = text.find (from);
        REQUIRE (at != std::string::npos);
        std::ofstream (folder / file) << text.replace (at, from.size(), to);
    }

    kikitori::Error loadError() const
    {
        const auto loaded = ConformerWeights::load (folder, true);
        REQUIRE_FALSE (loaded.ok());
        return loaded.error();
    }

    std::filesystem::path folder;
};

bool mentions (const kikitori::Error& error, const std::string& words)
{
    return error.message.find (words) != std::string::npos;
}
} // namespace

TEST_CASE ("a whole model folder loads", "[model]")
{
    const auto loaded = ConformerWeights::load (KIKITORI_FIXTURES "/tiny_model", true);
    REQUIRE (loaded.ok());
    CHECK (loaded.value()->config.layers == 2);
    CHECK (loaded.value()->config.vocabulary.size() == 29);
    CHECK (loaded.value()->parameterCount > 10000);
}

TEST_CASE ("each missing file is named", "[model]")
{
    for (const auto* file : { "config.json", "model.safetensors", "preprocessor_config.json", "vocab.json" })
    {
        const ModelCopy copy;
        std::filesystem::remove (copy.folder / file);
        const auto error = copy.loadError();
        CHECK (error.code == "file_missing");
        CHECK (mentions (error, file));
    }
}

TEST_CASE ("a wrong value is named with its key and what is allowed", "[model]")
{
    const ModelCopy heads;
    heads.replace ("config.json", "\"n_heads\": 4", "\"n_heads\": 5");
    CHECK (mentions (heads.loadError(), "n_heads"));

    const ModelCopy layers;
    layers.replace ("config.json", "\"n_layers\": 2", "\"n_layers\": \"many\"");
    CHECK (mentions (layers.loadError(), "\"n_layers\" is \"many\"; allowed is a whole number from 1 to 64"));

    const ModelCopy architecture;
    architecture.replace ("config.json", "fastconformer_ctc", "whisper");
    CHECK (architecture.loadError().code == "model_unsupported");

    const ModelCopy vocabulary;
    vocabulary.replace ("vocab.json", "\"q\",", "");
    CHECK (mentions (vocabulary.loadError(), "29 strings"));
}

TEST_CASE ("weights that do not fit the configuration are refused with both shapes", "[model]")
{
    const ModelCopy copy;
    copy.replace ("config.json", "\"ff_expansion\": 4", "\"ff_expansion\": 2");
    const auto error = copy.loadError();
    CHECK (error.code == "model_broken");
    CHECK (mentions (error, "[128, 32]"));
    CHECK (mentions (error, "[64, 32]"));
}
