#include "Backend/Import/ConformerConversion.h"
#include "Backend/Import/HuggingFaceFiles.h"
#include "Backend/Import/ImportedModel.h"
#include "Backend/Import/Wav2Vec2Conversion.h"
#include "Protocol/JsonReading.h"

#include <algorithm>
#include <map>
#include <set>

namespace kikitori::backend
{

using nlohmann::json;

namespace
{
/** Reads keys of config.json over transformers' defaults; keeps the first complaint. */
struct Keys
{
    int integer (const char* key, int fallback)
    {
        const auto found = root.find (key);
        const auto value = found == root.end() || found->is_null() ? fallback : integerAt (root, key).value_or (-1);

        if (value < 0 || value > 65536)
            complain (key, "whole numbers from 0 to 65536");

        return static_cast<int> (std::clamp<std::int64_t> (value, 0, 65536));
    }

    std::vector<int> integers (const char* key, std::vector<int> fallback)
    {
        const auto found = root.find (key);

        if (found == root.end())
            return fallback;

        std::vector<int> values;

        if (found->is_array() && found->size() <= 64)
            for (const auto& one : *found)
                values.push_back (one.is_number_integer() ? one.get<int>() : 0);

        if (values.empty() || std::any_of (values.begin(), values.end(), [] (int v) { return v < 1 || v > 65536; }))
            complain (key, "arrays of whole numbers from 1 to 65536");

        return values;
    }

    bool flag (const char* key, bool fallback) { return boolAt (root, key, fallback); }

    std::string choice (const char* key, const char* fallback, const std::vector<std::string>& allowed)
    {
        const auto found = root.find (key);
        const auto value =
            found != root.end() && found->is_null() ? std::string ("null") : stringAt (root, key, fallback);

        if (std::find (allowed.begin(), allowed.end(), value) == allowed.end())
        {
            std::string names;
            for (const auto& one : allowed)
                names += (names.empty() ? "" : ", ") + one;
            complain (key, names);
        }

        return value;
    }

    void complain (const std::string& key, const std::string& allowed)
    {
        if (! error)
            error =
                Error{ "model_unsupported", file + ": \"" + key + "\" is "
                                                + (root.contains (key) ? root[key].dump().substr (0, 60) : "missing")
                                                + "; this engine runs " + allowed + "." };
    }

    json root;
    std::optional<Error> error;
    std::string file = "config.json"; ///< for complaints
};

/** What preprocessor_config.json says of the sound and, since transformers 5, "feature_extractor" of
    processor_config.json; where both are there they must agree. */
Result<Keys> readPreprocessor (const std::filesystem::path& folder)
{
    Keys keys{ json::object(), {}, "preprocessor_config.json" };

    for (const auto* file : { "preprocessor_config.json", "processor_config.json" })
    {
        auto read = readJsonObject (folder / file);

        if (! read && read.error().code == "file_missing")
            continue;
        if (! read)
            return read.error();

        auto object = std::move (read).value();

        if (file == std::string ("processor_config.json"))
            object = object.contains ("feature_extractor") ? json (object["feature_extractor"]) : json::object();
        if (! object.is_object())
            return Error{ "model_broken", file + std::string (": \"feature_extractor\" is no object") };

        for (const auto& [key, value] : object.items())
        {
            if (const auto known = keys.root.find (key); known != keys.root.end() && *known != value)
                return Error{ "model_unsupported", file + std::string (": \"") + key + "\" is " + value.dump().substr (0, 60)
                                                       + ", and " + known->dump().substr (0, 60) + " in " + keys.file };

            keys.root[key] = value;
        }

        if (! object.empty())
            keys.file = file;
    }

    return keys;
}

/** Refuses what this engine would do otherwise, and names that it does not know: a model that is fed other sound than it
    was trained with writes wrong words. `numbers`: what each must be where it is given. */
void checkPreprocessor (Keys& keys, const std::map<std::string, double>& numbers, const std::set<std::string>& others)
{
    static const std::set<std::string> harmless{ "feature_extractor_type", "processor_class", "tokenizer_class",
                                                 "padding_side",           "padding_value",   "return_attention_mask",
                                                 "transformers_version" };

    for (const auto& [key, value] : keys.root.items())
        if (const auto number = numbers.find (key); number != numbers.end())
        {
            if (! value.is_number() || value.get<double>() != number->second)
                keys.complain (key, json (number->second).dump());
        }
        else if (! others.contains (key) && ! harmless.contains (key))
        {
            keys.complain (key, "models without it");
        }
}

json wav2Vec2Config (Keys& keys, bool isConformer, Keys& preprocessor)
{
    keys.choice ("feat_extract_activation", "gelu", { "gelu" });

    if (keys.flag ("add_adapter", false))
        keys.complain ("add_adapter", "models without adapters");
    if (keys.root.contains ("adapter_attn_dim") && ! keys.root["adapter_attn_dim"].is_null())
        keys.complain ("adapter_attn_dim", "models without adapters");

    const auto activation = keys.choice ("hidden_act", "gelu", { "gelu", "silu", "swish" });
    checkPreprocessor (preprocessor, { { "sampling_rate", 16000 }, { "feature_size", 1 } }, { "do_normalize" });

    if (const auto found = preprocessor.root.find ("do_normalize");
        found != preprocessor.root.end() && ! found->is_boolean())
        preprocessor.complain ("do_normalize", "true and false");

    json config{ { "architecture", "wav2vec2_ctc" },
                 { "conv_dim", keys.integers ("conv_dim", { 512, 512, 512, 512, 512, 512, 512 }) },
                 { "conv_kernel", keys.integers ("conv_kernel", { 10, 3, 3, 3, 3, 2, 2 }) },
                 { "conv_stride", keys.integers ("conv_stride", { 5, 2, 2, 2, 2, 2, 2 }) },
                 { "conv_norm", keys.choice ("feat_extract_norm", "group", { "group", "layer" }) },
                 { "normalise_input", preprocessor.flag ("do_normalize", true) },
                 { "block", isConformer ? "conformer" : "transformer" },
                 { "d_model", keys.integer ("hidden_size", 768) },
                 { "n_layers", keys.integer ("num_hidden_layers", 12) },
                 { "n_heads", keys.integer ("num_attention_heads", 12) },
                 { "ff_size", keys.integer ("intermediate_size", 3072) },
                 { "activation", activation == "gelu" ? "gelu" : "silu" } };

    if (isConformer)
    {
        const auto positions = keys.choice ("position_embeddings_type", "relative", { "relative", "rotary", "null" });
        config["positions"] = positions == "null" ? "none" : positions;
        config["depthwise_kernel"] = keys.integer ("conv_depthwise_kernel_size", 31);

        if (keys.integer ("rotary_embedding_base", 10000) != 10000)
            keys.complain ("rotary_embedding_base", "10000");
    }
    else
    {
        config["norm_first"] = keys.flag ("do_stable_layer_norm", false);
        config["position_kernel"] = keys.integer ("num_conv_pos_embeddings", 128);
        config["position_groups"] = keys.integer ("num_conv_pos_embedding_groups", 16);

        if (config["position_groups"] == 0)
            keys.complain ("num_conv_pos_embedding_groups", "at least 1");
    }

    if (! keys.error && (config["conv_dim"].size() != config["conv_kernel"].size()))
        keys.complain ("conv_kernel", "as many numbers as in conv_dim");

    return config;
}

/** transformers' Parakeet is NeMo's FastConformer with other names. */
TensorSet withNemoNames (const TensorSet& tensors)
{
    static const std::vector<std::pair<std::string, std::string>> names{
        { "encoder.subsampling.layers.", "encoder.pre_encode.conv." },
        { "encoder.subsampling.linear.", "encoder.pre_encode.out." },
        { ".relative_k_proj.", ".linear_pos." },
        { ".q_proj.", ".linear_q." },
        { ".k_proj.", ".linear_k." },
        { ".v_proj.", ".linear_v." },
        { ".o_proj.", ".linear_out." },
        { ".self_attn.bias_u", ".self_attn.pos_bias_u" },
        { ".self_attn.bias_v", ".self_attn.pos_bias_v" },
        { ".conv.norm.", ".conv.batch_norm." },
    };
    TensorSet renamed;

    for (const auto& [name, tensor] : tensors)
    {
        auto theirs = name;

        for (const auto& [from, to] : names)
            if (const auto at = theirs.find (from); at != std::string::npos)
                theirs.replace (at, from.size(), to);

        renamed[theirs] = tensor;
    }

    return renamed;
}

ForeignConformer parakeetConfig (Keys& keys, Keys& preprocessor)
{
    ForeignConformer c;
    keys.choice ("hidden_act", "silu", { "silu", "swish" });
    c.mels = keys.integer ("num_mel_bins", 80);
    checkPreprocessor (preprocessor,
                       { { "sampling_rate", 16000 },
                         { "feature_size", c.mels },
                         { "preemphasis", 0.97 },
                         { "n_fft", 512 },
                         { "hop_length", 160 },
                         { "win_length", 400 } },
                       {});
    c.size = keys.integer ("hidden_size", 1024);
    c.layers = keys.integer ("num_hidden_layers", 24);
    c.heads = keys.integer ("num_attention_heads", 8);
    c.feedForward = keys.integer ("intermediate_size", 4096);
    c.kernel = keys.integer ("conv_kernel_size", 9);
    c.subsampling = keys.integer ("subsampling_factor", 8);
    c.channels = keys.integer ("subsampling_conv_channels", 256);
    c.depthwiseSubsampling = true;
    c.scaleInput = keys.flag ("scale_input", true);
    c.normaliseFeatures = true;

    if (c.subsampling != 4 && c.subsampling != 8)
        keys.complain ("subsampling_factor", "4 and 8");
    if (keys.integer ("subsampling_conv_kernel_size", 3) != 3 || keys.integer ("subsampling_conv_stride", 2) != 2)
        keys.complain ("subsampling_conv_kernel_size", "3, with stride 2");

    return c;
}

/** Tokens and the head, the blank first. */
Status finish (ImportedModel& model,
               Keys& keys,
               const std::string& head,
               int size,
               int blankFallback,
               const std::filesystem::path& folder)
{
    const auto vocabulary = keys.integer ("vocab_size", 32);
    const auto blank = keys.integer ("pad_token_id", blankFallback);

    if (! keys.error && (vocabulary < 2 || blank >= vocabulary))
        keys.complain ("pad_token_id", "a token below vocab_size");
    if (keys.error)
        return *keys.error;

    auto tokens = readTokens (folder, static_cast<std::size_t> (vocabulary));

    if (! tokens)
        return tokens.error();

    model.vocabulary = std::move (tokens).value();
    moveToFront (model.vocabulary, static_cast<std::size_t> (blank));
    model.vocabulary.front() = "<blank>";
    model.weights->head (head, vocabulary, size, blank);
    return model.weights->error ? Status (*model.weights->error) : success();
}
} // namespace

Result<ImportedModel> importHuggingFace (const std::filesystem::path& folder)
{
    auto root = readJsonObject (folder / "config.json");

    if (! root)
        return root.error();

    Keys keys{ std::move (root).value(), {} };
    const auto type = stringAt (keys.root, "model_type");
    const auto isConformer = type == "wav2vec2-conformer";
    const auto isParakeet = type == "parakeet_ctc";

    if (type != "wav2vec2" && ! isConformer && ! isParakeet)
        return Error{ "model_unsupported",
                      (folder / "config.json").string() + ": \"model_type\" is \"" + type.substr (0, 60)
                          + "\"; this engine runs wav2vec2, wav2vec2-conformer and parakeet_ctc, and .nemo "
                            "archives of Conformer and FastConformer with a CTC head." };

    Keys encoder{ isParakeet ? keys.root.value ("encoder_config", json::object()) : keys.root, {} };

    if (! encoder.root.is_object())
        encoder.root = json::object();

    auto preprocessor = readPreprocessor (folder);

    if (! preprocessor)
        return preprocessor.error();

    ImportedModel model;
    const auto conformer = isParakeet ? parakeetConfig (encoder, preprocessor.value()) : ForeignConformer{};
    model.config = isParakeet ? toJson (conformer) : wav2Vec2Config (encoder, isConformer, preprocessor.value());
    const int size = model.config["d_model"], heads = model.config["n_heads"];

    if (! encoder.error && (size < 2 || heads < 1 || size % heads != 0))
        encoder.complain ("num_attention_heads", "a divisor of hidden_size");
    if (encoder.error)
        return *encoder.error;
    if (preprocessor.value().error)
        return *preprocessor.value().error;

    auto tensors = readWeights (folder);

    if (! tensors)
        return tensors.error();

    model.weights =
        std::make_unique<Conversion> (isParakeet ? withNemoNames (tensors.value()) : std::move (tensors).value());

    if (isParakeet)
        convertConformer (conformer, *model.weights);
    else
        convertWav2Vec2 (model.config, isConformer ? "wav2vec2_conformer." : "wav2vec2.", *model.weights);

    if (auto finished = finish (model, keys, isParakeet ? "ctc_head" : "lm_head", size, isParakeet ? 1024 : 0, folder);
        ! finished)
        return finished.error();

    return model;
}

} // namespace kikitori::backend
