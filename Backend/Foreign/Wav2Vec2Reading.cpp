// How a wav2vec 2.0 model comes from its folder.
#include "Backend/Foreign/NetworkReading.h"
#include "Backend/Foreign/Wav2Vec2.h"

namespace kikitori::backend
{

namespace
{
std::size_t area (int rows, int columns)
{
    return static_cast<std::size_t> (rows) * static_cast<std::size_t> (columns);
}

/** [out, in, kernel] to [out, kernel, in]: then a convolution is a product with overlapping rows. */
std::vector<float> channelsLast (const std::vector<float>& weights, int out, int in, int kernel)
{
    std::vector<float> turned (weights.size());

    for (int o = 0; o < out; ++o)
        for (int i = 0; i < in; ++i)
            for (int k = 0; k < kernel; ++k)
                turned[area (o, in * kernel) + area (k, in) + static_cast<std::size_t> (i)] =
                    weights[area (o, in * kernel) + area (i, kernel) + static_cast<std::size_t> (k)];

    return turned;
}
} // namespace

Result<std::shared_ptr<const AcousticModel>> Wav2Vec2::load (const std::filesystem::path& folder)
{
    return readNetwork (folder, readWav2Vec2Config (folder),
                        [] (auto config, auto& reader) { return new Wav2Vec2 (std::move (config), reader); });
}

Wav2Vec2::Wav2Vec2 (Wav2Vec2Config configRead, TensorReader& reader) : config (std::move (configRead))
{
    readFront (reader);
    range = { longestInputFrames(), longestInputFrames() };

    if (! config.conformer)
        readTransformer (reader);
    else
        for (int i = 0; i < config.layers && ! reader.error; ++i)
            blocks.push_back (readConformerBlock (reader, "layers." + std::to_string (i) + ".", config.block, range));

    encoderNorm = reader.norm ("encoder_norm", config.block.size);
    head = reader.dense ("head", static_cast<int> (config.card.vocabulary.size()), config.block.size);
    parameterCount = reader.parameters;
}

void Wav2Vec2::readFront (TensorReader& reader)
{
    auto before = 1;

    for (const auto& shape : config.convolutions)
    {
        const auto name = "convolutions." + std::to_string (convolutions.size());
        Convolution one;
        one.kernel = shape.kernel;
        one.stride = shape.stride;
        one.weights = { shape.channels,
                        shape.kernel * before,
                        channelsLast (reader.take (name + ".weight", { shape.channels, before, shape.kernel }),
                                      shape.channels, before, shape.kernel),
                        {} };
        if (reader.has (name + ".bias"))
            one.weights.bias = reader.take (name + ".bias", { shape.channels });
        if (config.layerNormConvolutions || convolutions.empty())
            one.norm = reader.norm (name + ".norm", shape.channels);

        before = shape.channels;
        convolutions.push_back (std::move (one));
    }

    projectionNorm = reader.norm ("projection_norm", before);
    projection = reader.dense ("projection", config.block.size, before);
}

void Wav2Vec2::readTransformer (TensorReader& reader)
{
    const auto size = config.block.size;
    const auto width = size / config.positionGroups;
    const auto weights = reader.take ("position_convolution.weight", { size, width, config.positionKernel });
    const auto bias = reader.take ("position_convolution.bias", { size });
    const auto share = area (width, width * config.positionKernel);

    for (int group = 0; group < config.positionGroups; ++group)
    {
        const auto first = weights.begin() + static_cast<std::ptrdiff_t> (share) * group;
        positionConvolution.push_back ({ width,
                                         width * config.positionKernel,
                                         channelsLast ({ first, first + static_cast<std::ptrdiff_t> (share) }, width,
                                                       width, config.positionKernel),
                                         { bias.begin() + group * width, bias.begin() + (group + 1) * width } });
    }

    for (int i = 0; i < config.layers && ! reader.error; ++i)
    {
        const auto prefix = "layers." + std::to_string (i) + ".";
        TransformerLayer layer;
        layer.normAttention = reader.norm (prefix + "norm_self_att", size);
        layer.attention.query = reader.dense (prefix + "self_attn.linear_q", size, size);
        layer.attention.key = reader.dense (prefix + "self_attn.linear_k", size, size);
        layer.attention.value = reader.dense (prefix + "self_attn.linear_v", size, size);
        layer.attention.attentionOut = reader.dense (prefix + "self_attn.linear_out", size, size);
        layer.normFinal = reader.norm (prefix + "norm_out", size);
        layer.feedForwardIn = reader.dense (prefix + "feed_forward.linear1", config.block.feedForward, size);
        layer.feedForwardOut = reader.dense (prefix + "feed_forward.linear2", size, config.block.feedForward);
        layers.push_back (std::move (layer));
    }
}

} // namespace kikitori::backend
