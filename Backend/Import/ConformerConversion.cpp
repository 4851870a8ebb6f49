#include "Backend/Import/ConformerConversion.h"

namespace kikitori::backend
{

namespace
{
void convertSubsampling (const ForeignConformer& c, Conversion& weights)
{
    const auto convolution = [&] (int index, int in)
    {
        const auto name = "pre_encode.conv." + std::to_string (index);
        weights.copy ("encoder." + name + ".weight", name + ".weight", { c.channels, in, 3, 3 });
        weights.copy ("encoder." + name + ".bias", name + ".bias", { c.channels });
    };
    auto index = 0;
    auto width = c.mels;

    for (auto factor = 1; factor < c.subsampling; factor *= 2)
    {
        width = (width + (c.causalSubsampling ? 3 : 2) - 3) / 2 + 1;
        const auto isDepthwise = factor > 1 && c.depthwiseSubsampling;
        convolution (index, factor == 1 || isDepthwise ? 1 : c.channels);

        if (isDepthwise)
        {
            const auto pointwise = "pre_encode.conv." + std::to_string (index + 1);
            weights.dense ("encoder." + pointwise, pointwise, c.channels, c.channels);
        }

        index += isDepthwise ? 3 : 2;
    }

    weights.dense ("encoder.pre_encode.out", "pre_encode.out", c.size, c.channels * width);
}

void convertLayer (const ForeignConformer& c, int layer, Conversion& weights)
{
    const auto to = "layers." + std::to_string (layer) + ".";
    const auto from = "encoder." + to;
    const auto size = c.size;

    for (const auto* norm : { "norm_feed_forward1", "norm_self_att", "norm_conv", "norm_feed_forward2", "norm_out" })
        weights.norm (from + norm, to + norm, size);

    for (const std::string one : { "feed_forward1", "feed_forward2" })
    {
        weights.dense (from + one + ".linear1", to + one + ".linear1", c.feedForward, size);
        weights.dense (from + one + ".linear2", to + one + ".linear2", size, c.feedForward);
    }

    for (const auto* one : { "linear_q", "linear_k", "linear_v", "linear_out", "linear_pos" })
        weights.dense (from + "self_attn." + one, to + "self_attn." + one, size, size);

    for (const auto* one : { "self_attn.pos_bias_u", "self_attn.pos_bias_v" })
        weights.vector (from + one, to + one, c.heads, size / c.heads);

    weights.dense (from + "conv.pointwise_conv1", to + "conv.pointwise_conv1", 2 * size, size);
    weights.depthwise (from + "conv.depthwise_conv", c.layerNorm ? "" : from + "conv.batch_norm",
                       to + "conv.depthwise_conv", size, c.kernel);

    if (c.layerNorm)
        weights.norm (from + "conv.batch_norm", to + "conv.norm", size); // NeMo keeps the name for either norm

    weights.dense (from + "conv.pointwise_conv2", to + "conv.pointwise_conv2", size, size);
}
} // namespace

nlohmann::json toJson (const ForeignConformer& c)
{
    auto stages = 0;

    while (1 << stages < c.subsampling)
        ++stages;

    return { { "architecture", "conformer_ctc" },
             { "n_mels", c.mels },
             { "normalise_features", c.normaliseFeatures },
             { "subsampling_stages", stages },
             { "subsampling_channels", c.channels },
             { "depthwise_subsampling", c.depthwiseSubsampling },
             { "causal_subsampling", c.causalSubsampling },
             { "scale_input", c.scaleInput },
             { "d_model", c.size },
             { "n_layers", c.layers },
             { "n_heads", c.heads },
             { "ff_size", c.feedForward },
             { "conv_kernel", c.kernel },
             { "conv_layer_norm", c.layerNorm },
             { "causal_convolution", c.causalConvolution },
             { "left_context", c.leftContext },
             { "look_ahead", c.lookAhead } };
}

void convertConformer (const ForeignConformer& conformer, Conversion& weights)
{
    convertSubsampling (conformer, weights);

    for (int layer = 0; layer < conformer.layers && ! weights.error; ++layer)
        convertLayer (conformer, layer, weights);
}

} // namespace kikitori::backend
