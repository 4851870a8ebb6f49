#include "Backend/Import/ConformerConversion.h"
#include "Backend/Import/ImportedModel.h"
#include "Backend/Import/TorchFile.h"
#include "Backend/Import/YamlReading.h"

#include <algorithm>

namespace kikitori::backend
{

namespace
{
constexpr int unlimited = 250; ///< encoder frames: the longest segment, so more history than that does not exist

/** What NeMo's encoder section says, as far as it matters here; the first complaint stays in `error`. */
struct NemoConfig
{
    explicit NemoConfig (const YAML::Node& rootNode) : root (rootNode)
    {
        auto& c = conformer;
        c.mels = integer ("preprocessor.features", 80);
        c.size = integer ("encoder.d_model", 0);
        c.layers = integer ("encoder.n_layers", 0);
        c.heads = integer ("encoder.n_heads", 0);
        c.feedForward = c.size * integer ("encoder.ff_expansion_factor", 4);
        c.kernel = integer ("encoder.conv_kernel_size", 31);
        c.subsampling = integer ("encoder.subsampling_factor", 4);
        c.channels = integer ("encoder.subsampling_conv_channels", -1);
        c.channels = c.channels > 0 ? c.channels : c.size;
        c.depthwiseSubsampling = is ("encoder.subsampling", "dw_striding", "striding");
        c.causalSubsampling = yamlValue (root, "encoder.causal_downsampling", false);
        c.layerNorm = is ("encoder.conv_norm_type", "layer_norm", "batch_norm");
        c.scaleInput = yamlValue (root, "encoder.xscaling", true);
        c.normaliseFeatures = is ("preprocessor.normalize", "per_feature", "per_feature");

        expect ("encoder.self_attention_model", { "rel_pos" }, "rel_pos");
        expect ("encoder.subsampling", { "striding", "dw_striding" }, "striding");
        expect ("encoder.conv_norm_type", { "batch_norm", "layer_norm" }, "batch_norm");
        expect ("encoder.att_context_style", { "regular", "chunked_limited" }, "regular");
        expect ("preprocessor.window", { "hann" }, "hann");
        expect ("preprocessor.log", { "true", "True" }, "true");
        expect ("preprocessor.n_fft", { "512" }, "512");
        expect ("preprocessor.sample_rate", { "16000" }, "16000");
        expect ("preprocessor.window_size", { "0.025" }, "0.025");
        expect ("preprocessor.window_stride", { "0.01" }, "0.01");
        expect ("preprocessor.normalize", { "per_feature", "NA", "None", "" }, "per_feature");
        expect ("encoder.reduction", { "None", "" }, "");

        if (c.subsampling != 2 && c.subsampling != 4 && c.subsampling != 8 && c.subsampling != 16)
            complain ("encoder.subsampling_factor", "2, 4, 8 and 16");
        for (const auto number : { c.size, c.layers, c.heads, c.kernel, c.mels, c.feedForward, c.channels })
            if (number < 1 || number > 65536)
                complain ("encoder",
                          "one whose d_model, n_layers, n_heads, conv_kernel_size and features are from 1 to 65536");
        if (! error && c.size % c.heads != 0)
            complain ("encoder.n_heads", "a divisor of d_model");

        readContexts();
    }

    int integer (const std::string& key, int fallback) const { return yamlValue (root, key, fallback); }

    /** An explicit null is empty, a missing key has its default. */
    std::string text (const std::string& key, const std::string& fallback) const
    {
        const auto node = yamlAt (root, key);
        return node.IsDefined() && node.IsNull() ? std::string() : yamlValue<std::string> (root, key, fallback);
    }

    bool is (const std::string& key, const std::string& value, const std::string& fallback) const
    {
        return text (key, fallback) == value;
    }

    void expect (const std::string& key, const std::vector<std::string>& allowed, const std::string& fallback)
    {
        const auto value = text (key, fallback);

        if (std::find (allowed.begin(), allowed.end(), value) == allowed.end())
        {
            std::string names;
            for (const auto& one : allowed)
                names += (names.empty() || one.empty() ? "" : ", ") + one;
            complain (key, names);
        }
    }

    void complain (const std::string& key, const std::string& allowed)
    {
        if (! error)
            error = Error{ "model_unsupported",
                           "model_config.yaml: \"" + key + "\" is "
                               + yamlValue<std::string> (root, key, "of an unknown kind").substr (0, 60)
                               + "; this engine runs " + allowed + "." };
    }

    /** att_context_size: [left, right], or a list of those; -1 is without limit. */
    void readContexts()
    {
        const auto node = yamlAt (root, "encoder.att_context_size");
        std::vector<std::pair<int, int>> pairs;
        const auto add = [&pairs] (const YAML::Node& pair)
        {
            int left = -1, right = -1;

            if (pair.IsSequence() && pair.size() == 2 && YAML::convert<int>::decode (pair[0], left)
                && YAML::convert<int>::decode (pair[1], right))
                pairs.emplace_back (left, right);
        };

        if (node.IsDefined() && node.IsSequence() && node.size() > 0 && node[0].IsSequence())
            for (const auto& pair : node)
                add (pair);
        else if (node.IsDefined())
            add (node);

        if (is ("encoder.att_context_style", "regular", "regular"))
        {
            for (const auto& [left, right] : pairs)
                if (left != -1 || right != -1)
                    complain ("encoder.att_context_size",
                              "limited contexts only with att_context_style chunked_limited");
            return;
        }

        conformer.causalConvolution = true;

        for (const auto& [left, right] : pairs)
        {
            if (right < 0)
                complain ("encoder.att_context_size", "a limited look-ahead with att_context_style chunked_limited");
            else if (left == pairs.front().first)
                conformer.lookAhead.push_back (right);
        }

        if (conformer.lookAhead.empty())
            complain ("encoder.att_context_size", "pairs of numbers");
        else
            conformer.leftContext = pairs.front().first < 0 ? unlimited : pairs.front().first;

        if (! is ("encoder.conv_context_size", "causal", "")
            || ! yamlValue (root, "encoder.causal_downsampling", false))
            complain ("encoder.conv_context_size", "causal, with causal_downsampling, for chunked_limited attention");
    }

    const YAML::Node root;
    ForeignConformer conformer;
    std::optional<Error> error;
};

/** The tokens that the head knows, without the blank, which NeMo has last. */
Result<std::vector<std::string>> nemoVocabulary (const YAML::Node& root, const std::filesystem::path& unpacked)
{
    auto model = yamlValue<std::string> (root, "tokenizer.model_path", "");

    if (! model.empty())
        return readSentencePieces (unpacked / std::filesystem::path (model.substr (model.rfind (':') + 1)).filename());

    // Models of characters have their labels in the configuration.
    for (const auto* key : { "decoder.vocabulary", "labels" })
    {
        std::vector<std::string> labels;
        const auto node = yamlAt (root, key);

        if (node.IsDefined() && node.IsSequence())
            for (const auto& label : node)
                labels.push_back (label.IsScalar() ? label.Scalar() : std::string());

        if (! labels.empty())
            return labels;
    }

    return Error{ "model_unsupported", "model_config.yaml names neither a SentencePiece tokenizer nor labels." };
}
} // namespace

Result<ImportedModel> importNemo (const std::filesystem::path& unpacked)
{
    const auto root = readYaml (unpacked / "model_config.yaml");

    if (! root)
        return root.error();

    const NemoConfig config (root.value());

    if (config.error)
        return *config.error;

    auto vocabulary = nemoVocabulary (root.value(), unpacked);

    if (! vocabulary)
        return vocabulary.error();

    auto tensors = readTorchFile (unpacked / "model_weights.ckpt");

    if (! tensors)
        return tensors.error();

    ImportedModel model;
    model.config = toJson (config.conformer);
    model.vocabulary = std::move (vocabulary).value();
    model.weights = std::make_unique<Conversion> (std::move (tensors).value());
    convertConformer (config.conformer, *model.weights);

    // Hybrid models have a transducer besides; of those only the CTC head is of use here.
    const std::string head = model.weights->has ("ctc_decoder.decoder_layers.0.weight") ? "ctc_decoder.decoder_layers.0"
                                                                                        : "decoder.decoder_layers.0";

    if (! model.weights->error && ! model.weights->has (head + ".weight"))
        return Error{ "model_unsupported",
                      "The archive holds no CTC head (decoder.decoder_layers); a transducer alone is "
                      "not run. Take a CTC or hybrid model." };

    const auto blank = static_cast<int> (model.vocabulary.size());
    model.weights->head (head, blank + 1, config.conformer.size, blank);
    model.vocabulary.insert (model.vocabulary.begin(), "<blank>");

    if (model.weights->error)
        return *model.weights->error;

    return model;
}

} // namespace kikitori::backend
