#include "Backend/Foreign/ForeignConfig.h"

#include "Protocol/JsonReading.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace kikitori::backend
{

using nlohmann::json;

namespace
{
constexpr int largestVocabulary = 65536;

Result<json> readJson (const std::filesystem::path& file)
{
    std::ifstream stream (file);
    std::stringstream content;
    content << stream.rdbuf();

    if (! stream)
        return Error{ "file_missing", "The model file " + file.string() + " is missing or cannot be read." };

    auto parsed = parseJson (content.str());

    if (! parsed)
        return Error{ "model_broken", file.string() + " is not valid JSON; copy or import the model again." };

    return parsed;
}

/** Keys of one config.json; keeps the first complaint. */
class Keys
{
public:
    explicit Keys (const std::filesystem::path& folder) : file (folder / "config.json")
    {
        auto read = readJson (file);

        if (! read)
            error = read.error();
        else if (! read.value().is_object())
            error = Error{ "model_broken", file.string() + " must be a JSON object." };
        else
            root = std::move (read).value();
    }

    int integer (const char* key, int least, int most)
    {
        const auto value = integerAt (root, key);

        if (value && *value >= least && *value <= most)
            return static_cast<int> (*value);

        complain (key, "a whole number from " + std::to_string (least) + " to " + std::to_string (most));
        return least;
    }

    bool flag (const char* key)
    {
        if (const auto found = root.find (key); found != root.end() && found->is_boolean())
            return found->get<bool>();

        complain (key, "true or false");
        return false;
    }

    /** Index of the key's text in `allowed`. */
    std::size_t choice (const char* key, const std::vector<std::string>& allowed)
    {
        const auto found = std::find (allowed.begin(), allowed.end(), stringAt (root, key));

        if (found != allowed.end())
            return static_cast<std::size_t> (found - allowed.begin());

        std::string names;
        for (const auto& one : allowed)
            names += (names.empty() ? "" : ", ") + one;
        complain (key, names);
        return 0;
    }

    std::vector<int> integers (const char* key, int least, int most, std::size_t fewest)
    {
        std::vector<int> values;

        if (const auto found = root.find (key); found != root.end() && found->is_array() && found->size() <= 64)
            for (const auto& one : *found)
                values.push_back (one.is_number_integer() ? one.get<int>() : least - 1);

        if (values.size() < fewest
            || std::any_of (values.begin(), values.end(), [&] (int v) { return v < least || v > most; }))
        {
            complain (key, "an array of whole numbers from " + std::to_string (least) + " to " + std::to_string (most));
            values.assign (std::max<std::size_t> (1, fewest), least);
        }

        return values;
    }

    void complain (const std::string& key, const std::string& allowed)
    {
        if (! error)
            error = Error{ "model_broken", file.string() + ": \"" + key + "\" is "
                                               + (root.contains (key) ? root[key].dump().substr (0, 60) : "missing")
                                               + "; allowed is " + allowed + "." };
    }

    ForeignCard card (const std::filesystem::path& folder)
    {
        ForeignCard card;
        card.name = stringAt (root, "name", folder.filename().string());
        card.language = stringAt (root, "language", "en");
        if (const auto found = root.find ("card"); found != root.end() && found->is_object())
            card.licence = stringAt (*found, "licence");

        const auto size = integer ("vocab_size", 2, largestVocabulary);
        const auto tokens = error ? Result<json> (*error) : readJson (folder / "vocab.json");

        if (! tokens)
        {
            error = tokens.error();
            return card;
        }

        if (tokens.value().is_array())
            for (const auto& token : tokens.value())
                if (token.is_string())
                    card.vocabulary.push_back (token.get<std::string>());

        if (static_cast<int> (card.vocabulary.size()) != size)
            error = Error{ "model_broken", (folder / "vocab.json").string() + " must be an array of "
                                               + std::to_string (size) + " strings (vocab_size in config.json)." };
        return card;
    }

    BlockShape block()
    {
        BlockShape shape;
        shape.size = integer ("d_model", 2, 8192);
        shape.heads = integer ("n_heads", 1, 128);
        shape.feedForward = integer ("ff_size", 1, 65536);

        if (shape.size % shape.heads != 0 || shape.size % 2 != 0)
            complain ("n_heads", "a divisor of d_model, which must be even");

        return shape;
    }

    const std::filesystem::path file;
    json root = json::object();
    std::optional<Error> error;
};
} // namespace

int Wav2Vec2Config::frameSamples() const noexcept
{
    auto samples = 1;

    for (const auto& one : convolutions)
        samples *= one.stride;

    return samples;
}

Result<std::string> readArchitecture (const std::filesystem::path& folder)
{
    Keys keys (folder);

    if (keys.error)
        return *keys.error;

    return stringAt (keys.root, "architecture");
}

Result<ConformerCtcConfig> readConformerCtcConfig (const std::filesystem::path& folder)
{
    Keys keys (folder);
    ConformerCtcConfig config;
    config.block = keys.block();
    config.block.kernel = keys.integer ("conv_kernel", 1, 255);
    config.block.causal = keys.flag ("causal_convolution");
    config.block.layerNorm = keys.flag ("conv_layer_norm");
    config.layers = keys.integer ("n_layers", 1, 128);
    config.melBins = keys.integer ("n_mels", 8, 128);
    config.normaliseFeatures = keys.flag ("normalise_features");
    config.subsampling = 1 << keys.integer ("subsampling_stages", 1, 4);
    config.subsamplingChannels = keys.integer ("subsampling_channels", 1, 4096);
    config.depthwiseSubsampling = keys.flag ("depthwise_subsampling");
    config.causalSubsampling = keys.flag ("causal_subsampling");
    config.scaleInput = keys.flag ("scale_input");
    config.leftContext = keys.integer ("left_context", 0, 1024);
    config.lookAhead = keys.integers ("look_ahead", 0, 64, 0);
    std::sort (config.lookAhead.begin(), config.lookAhead.end());

    if (config.isStreaming() && ! (config.block.causal && config.causalSubsampling && config.leftContext > 0))
        keys.complain ("look_ahead", "an empty array where subsampling or convolutions are not causal");
    if (config.isStreaming() && config.normaliseFeatures)
        keys.complain ("normalise_features", "false for a streaming model");

    config.card = keys.card (folder);

    if (keys.error)
        return *keys.error;

    return config;
}

Result<Wav2Vec2Config> readWav2Vec2Config (const std::filesystem::path& folder)
{
    Keys keys (folder);
    Wav2Vec2Config config;
    const auto channels = keys.integers ("conv_dim", 1, 4096, 1);
    const auto kernels = keys.integers ("conv_kernel", 1, 64, 1);
    const auto strides = keys.integers ("conv_stride", 1, 64, 1);

    if (kernels.size() != channels.size() || strides.size() != channels.size() || channels.size() > 16)
        keys.complain ("conv_stride", "as many numbers as in conv_dim and conv_kernel, at most 16");
    else
        for (std::size_t i = 0; i < channels.size(); ++i)
            config.convolutions.push_back ({ channels[i], kernels[i], strides[i] });

    config.layerNormConvolutions = keys.choice ("conv_norm", { "group", "layer" }) == 1;
    config.normaliseInput = keys.flag ("normalise_input");
    config.conformer = keys.choice ("block", { "transformer", "conformer" }) == 1;
    config.layers = keys.integer ("n_layers", 1, 128);
    config.block = keys.block();
    config.block.gelu = keys.choice ("activation", { "silu", "gelu" }) == 1;

    if (config.conformer)
    {
        config.block.kernel = keys.integer ("depthwise_kernel", 1, 255);
        config.block.positions = static_cast<Positions> (keys.choice ("positions", { "none", "relative", "rotary" }));
    }
    else
    {
        config.normFirst = keys.flag ("norm_first");
        config.positionKernel = keys.integer ("position_kernel", 1, 1024);
        config.positionGroups = keys.integer ("position_groups", 1, 1024);

        if (config.block.size % config.positionGroups != 0)
            keys.complain ("position_groups", "a divisor of d_model");
    }

    config.card = keys.card (folder);

    if (! keys.error && (config.frameSamples() < 16 || config.frameSamples() > 16000))
        keys.complain ("conv_stride", "strides whose product is from 16 to 16000");

    if (keys.error)
        return *keys.error;

    return config;
}

} // namespace kikitori::backend
