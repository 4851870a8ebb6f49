#include "Backend/Model/ModelConfig.h"

#include "Protocol/JsonReading.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>

namespace kikitori::backend
{

using nlohmann::json;

namespace
{
/** Collects the first complaint, so that the readers below stay in one line each. */
class Checked
{
public:
    explicit Checked (const std::filesystem::path& fileToRead) : file (fileToRead)
    {
        std::ifstream stream (file);
        std::stringstream content;
        content << stream.rdbuf();

        if (! stream)
        {
            error = Error{ "file_missing", "The model file " + file.string() + " is missing or cannot be read." };
            return;
        }

        auto parsed = parseJson (content.str());

        if (parsed)
            root = std::move (parsed).value();
        else
            error = Error{ "model_broken", file.string() + " is not valid JSON; copy the model again." };
    }

    int integer (const char* key, int least, int most)
    {
        const auto value = root.is_object() ? integerAt (root, key) : std::nullopt;

        if (value && *value >= least && *value <= most)
            return static_cast<int> (*value);

        complain (key, "a whole number from " + std::to_string (least) + " to " + std::to_string (most));
        return least;
    }

    void expect (const char* key, const json& only)
    {
        if (! error && (! root.is_object() || ! root.contains (key) || root[key] != only))
            complain (key, only.dump(), "model_unsupported");
    }

    void floats (const char* key, std::array<float, melBins>& target, float least)
    {
        const auto found = root.is_object() ? root.find (key) : root.end();

        if (found == root.end() || ! found->is_array() || found->size() != target.size()
            || ! std::all_of (found->begin(), found->end(), [] (const json& x) { return x.is_number(); }))
            return complain (key, "an array of " + std::to_string (target.size()) + " numbers");

        for (std::size_t i = 0; i < target.size(); ++i)
        {
            target[i] = (*found)[i].get<float>();

            if (! (target[i] > least && target[i] < 1e6f))
                return complain (key, "numbers above " + std::to_string (least));
        }
    }

    void complain (const char* key, const std::string& allowed, const char* code = "model_broken")
    {
        if (error)
            return;

        const auto has = root.is_object() && root.contains (key);
        error =
            Error{ code, file.string() + ": \"" + key + "\" is " + (has ? root[key].dump().substr (0, 60) : "missing")
                             + "; allowed is " + allowed + "." };
    }

    const std::filesystem::path file;
    json root;
    std::optional<Error> error;
};

std::vector<int> chunkFrames (Checked& config)
{
    std::vector<int> frames;

    if (config.root.is_object() && config.root.contains ("chunk_frames") && config.root["chunk_frames"].is_array())
        for (const auto& entry : config.root["chunk_frames"])
            frames.push_back (entry.is_number_integer() ? entry.get<int>() : 0);

    std::sort (frames.begin(), frames.end());

    if (frames.empty() || frames.front() < 1 || frames.back() > 32 || frames.size() > 16)
        config.complain ("chunk_frames", "an array of chunk sizes from 1 to 32 encoder frames");

    return frames;
}

std::vector<std::string> vocabulary (Checked& file, int size)
{
    std::vector<std::string> tokens;

    if (file.error)
        return tokens;

    if (file.root.is_array())
        for (const auto& entry : file.root)
            if (entry.is_string())
                tokens.push_back (entry.get<std::string>());

    if (static_cast<int> (tokens.size()) != size)
        file.error = Error{ "model_broken", file.file.string() + " must be an array of " + std::to_string (size)
                                                + " strings (vocab_size in config.json)." };

    return tokens;
}
} // namespace

Result<ModelConfig> readModelConfig (const std::filesystem::path& folder)
{
    Checked file (folder / "config.json");
    file.expect ("architecture", "fastconformer_ctc");
    file.expect ("n_mels", melBins);
    file.expect ("subsampling_factor", subsamplingFactor);
    file.expect ("blank_id", 0);

    ModelConfig config;
    config.subsamplingChannels = file.integer ("subsampling_channels", 1, 1024);
    config.modelSize = file.integer ("d_model", 4, 4096);
    config.layers = file.integer ("n_layers", 1, 64);
    config.heads = file.integer ("n_heads", 1, 64);
    config.feedForwardSize = config.modelSize * file.integer ("ff_expansion", 1, 8);
    config.convolutionKernel = file.integer ("conv_kernel", 1, 64);
    config.leftContext = file.integer ("left_context", 1, 1024);
    config.headFrames = file.integer ("head_frames", 1, 8);
    config.chunkFrames = chunkFrames (file);
    const auto vocabularySize = file.integer ("vocab_size", 2, 65536);

    if (config.modelSize % config.heads != 0 || config.modelSize % 2 != 0 || config.modelSize / config.heads > 512)
        file.complain ("n_heads", "a divisor of d_model (which must be even) with at most 512 for each head");

    if (file.error)
        return *file.error;

    config.name = stringAt (file.root, "name", folder.filename().string());
    config.language = stringAt (file.root, "language", config.language);

    if (const auto card = file.root.find ("card"); card != file.root.end() && card->is_object())
        config.licence = stringAt (*card, "licence");

    Checked preprocessor (folder / "preprocessor_config.json");
    preprocessor.floats ("mean", config.normalisation.mean, -1e6f);
    preprocessor.floats ("std", config.normalisation.deviation, 0.0f);

    if (preprocessor.error)
        return *preprocessor.error;

    Checked tokens (folder / "vocab.json");
    config.vocabulary = vocabulary (tokens, vocabularySize);

    if (tokens.error)
        return *tokens.error;

    return config;
}

} // namespace kikitori::backend
