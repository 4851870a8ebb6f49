#include "Backend/Import/Wav2Vec2Conversion.h"

namespace kikitori::backend
{

using nlohmann::json;

namespace
{
void convertTransformerLayer (const json& config, const std::string& from, const std::string& to, Conversion& weights)
{
    const int size = config["d_model"], feedForward = config["ff_size"];

    for (const std::string one : { "q", "k", "v", "out" })
        weights.dense (from + "attention." + one + "_proj", to + "self_attn.linear_" + one, size, size);

    weights.norm (from + "layer_norm", to + "norm_self_att", size);
    weights.dense (from + "feed_forward.intermediate_dense", to + "feed_forward.linear1", feedForward, size);
    weights.dense (from + "feed_forward.output_dense", to + "feed_forward.linear2", size, feedForward);
    weights.norm (from + "final_layer_norm", to + "norm_out", size);
}

void convertConformerLayer (const json& config, const std::string& from, const std::string& to, Conversion& weights)
{
    const int size = config["d_model"], feedForward = config["ff_size"], heads = config["n_heads"];

    for (const std::string one : { "1", "2" })
    {
        weights.norm (from + "ffn" + one + "_layer_norm", to + "norm_feed_forward" + one, size);
        weights.dense (from + "ffn" + one + ".intermediate_dense", to + "feed_forward" + one + ".linear1", feedForward,
                       size);
        weights.dense (from + "ffn" + one + ".output_dense", to + "feed_forward" + one + ".linear2", size, feedForward);
    }

    weights.norm (from + "self_attn_layer_norm", to + "norm_self_att", size);

    for (const auto* one : { "self_attn.linear_q", "self_attn.linear_k", "self_attn.linear_v", "self_attn.linear_out" })
        weights.dense (from + one, to + one, size, size);

    if (config["positions"] == "relative")
    {
        weights.dense (from + "self_attn.linear_pos", to + "self_attn.linear_pos", size, size);
        weights.vector (from + "self_attn.pos_bias_u", to + "self_attn.pos_bias_u", heads, size / heads);
        weights.vector (from + "self_attn.pos_bias_v", to + "self_attn.pos_bias_v", heads, size / heads);
    }

    const auto module = from + "conv_module.";
    weights.norm (module + "layer_norm", to + "norm_conv", size);
    weights.dense (module + "pointwise_conv1", to + "conv.pointwise_conv1", 2 * size, size);
    weights.depthwise (module + "depthwise_conv", module + "batch_norm", to + "conv.depthwise_conv", size,
                       config["depthwise_kernel"]);
    weights.dense (module + "pointwise_conv2", to + "conv.pointwise_conv2", size, size);
    weights.norm (from + "final_layer_norm", to + "norm_out", size);
}
} // namespace

void convertWav2Vec2 (const json& config, const std::string& prefix, Conversion& weights)
{
    auto before = 1;
    const int size = config["d_model"];

    for (std::size_t i = 0; i < config["conv_dim"].size(); ++i)
    {
        const auto from = prefix + "feature_extractor.conv_layers." + std::to_string (i);
        const auto to = "convolutions." + std::to_string (i);
        const int channels = config["conv_dim"][i];
        weights.copy (from + ".conv.weight", to + ".weight", { channels, before, config["conv_kernel"][i] });

        if (weights.has (from + ".conv.bias"))
            weights.copy (from + ".conv.bias", to + ".bias", { channels });
        if (i == 0 || config["conv_norm"] == "layer")
            weights.norm (from + ".layer_norm", to + ".norm", channels);

        before = channels;
    }

    weights.norm (prefix + "feature_projection.layer_norm", "projection_norm", before);
    weights.dense (prefix + "feature_projection.projection", "projection", size, before);
    weights.norm (prefix + "encoder.layer_norm", "encoder_norm", size);
    const auto isConformer = config["block"] == "conformer";

    if (! isConformer)
        weights.weightNormed (prefix + "encoder.pos_conv_embed.conv", "position_convolution", size,
                              size / config["position_groups"].get<int>(), config["position_kernel"]);

    for (int i = 0; i < config["n_layers"] && ! weights.error; ++i)
    {
        const auto from = prefix + "encoder.layers." + std::to_string (i) + ".";
        const auto to = "layers." + std::to_string (i) + ".";

        if (isConformer)
            convertConformerLayer (config, from, to, weights);
        else
            convertTransformerLayer (config, from, to, weights);
    }
}

} // namespace kikitori::backend
