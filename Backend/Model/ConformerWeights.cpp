#include "Backend/Model/ConformerWeights.h"

#include "Backend/Model/Checksums.h"
#include "Backend/Model/SafetensorsFile.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace kikitori::backend
{

namespace
{
using Shape = std::vector<std::int64_t>;

/** Reads tensor after tensor; after the first error the rest is skipped and the error kept. */
class Reader
{
public:
    Reader (const SafetensorsFile& fileToRead, bool quantiseMatrices) : file (fileToRead), quantise (quantiseMatrices)
    {
    }

    std::vector<float> tensor (const std::string& name, const Shape& shape)
    {
        if (error)
            return {};

        auto values = file.read (name, shape);

        if (! values)
        {
            error = values.error();
            return {};
        }

        parameters += values.value().size();
        return std::move (values).value();
    }

    Linear linear (const std::string& name, int rows, int columns, const Shape& trailing = {})
    {
        return linear (std::vector<std::string>{ name }, rows, columns, trailing, quantise);
    }

    /** Several matrices of the same shape, one below the other. */
    Linear linear (const std::vector<std::string>& names, int rows, int columns, const Shape& trailing, bool quantised)
    {
        Shape shape{ rows, columns };
        shape.insert (shape.end(), trailing.begin(), trailing.end());
        std::vector<float> weights, bias;

        for (const auto& name : names)
        {
            const auto more = tensor (name + ".weight", shape);
            const auto moreBias = tensor (name + ".bias", { rows });
            weights.insert (weights.end(), more.begin(), more.end());
            bias.insert (bias.end(), moreBias.begin(), moreBias.end());
        }

        return error ? Linear() : Linear (rows * static_cast<int> (names.size()), columns, weights, bias, quantised);
    }

    Norm norm (const std::string& name, int size)
    {
        return { tensor (name + ".weight", { size }), tensor (name + ".bias", { size }) };
    }

    const SafetensorsFile& file;
    const bool quantise;
    std::uint64_t parameters = 0;
    std::optional<Error> error;
};

/** [channels, 1, taps...] to [taps..., channels]. */
std::vector<float> channelsLast (const std::vector<float>& weights, std::size_t channels)
{
    std::vector<float> turned (weights.size());
    const auto taps = channels == 0 ? 0 : weights.size() / channels;

    for (std::size_t c = 0; c < channels; ++c)
        for (std::size_t t = 0; t < taps; ++t)
            turned[t * channels + c] = weights[c * taps + t];

    return turned;
}

void readSubsampling (Reader& reader, ConformerWeights& w)
{
    const auto channels = w.config.subsamplingChannels;
    const std::string prefix = "encoder.pre_encode.";
    const auto convolution = [&] (const char* index, std::vector<float>& weights, std::vector<float>& bias)
    {
        weights = channelsLast (reader.tensor (prefix + "conv." + index + ".weight", { channels, 1, 3, 3 }),
                                static_cast<std::size_t> (channels));
        bias = reader.tensor (prefix + "conv." + index + ".bias", { channels });
    };

    convolution ("0", w.convolution0, w.convolution0Bias);
    convolution ("2", w.depthwise1, w.depthwise1Bias);
    // Small, used for many frequencies, and first of all: exact numbers cost nothing here.
    w.pointwise1 = reader.linear ({ prefix + "conv.3" }, channels, channels, { 1, 1 }, false);
    convolution ("5", w.depthwise2, w.depthwise2Bias);
    w.pointwise2 = reader.linear ({ prefix + "conv.6" }, channels, channels, { 1, 1 }, false);

    // The trainer flattens [channel, frequency]; the engine has the channels last.
    constexpr int frequencies = melBins / subsamplingFactor;
    const auto rows = w.config.modelSize;
    const auto columns = channels * frequencies;
    const auto source = reader.tensor (prefix + "out.weight", { rows, columns });
    const auto bias = reader.tensor (prefix + "out.bias", { rows });

    if (reader.error)
        return;

    std::vector<float> turned (source.size());

    for (int row = 0; row < rows; ++row)
        for (int c = 0; c < channels; ++c)
            for (int f = 0; f < frequencies; ++f)
                turned[static_cast<std::size_t> (row * columns + f * channels + c)] =
                    source[static_cast<std::size_t> (row * columns + c * frequencies + f)];

    w.subsamplingOut = Linear (rows, columns, turned, bias, reader.quantise);
}

/** linear_pos applied to the sinusoids of every distance that can occur (Transformer-XL, arXiv 1901.02860, 3.3). */
std::vector<float> positionTable (Reader& reader, const std::string& name, const ConformerWeights& w)
{
    const auto size = static_cast<std::size_t> (w.config.modelSize);
    const auto weights = reader.tensor (name, { w.config.modelSize, w.config.modelSize });

    if (reader.error)
        return {};

    const Linear linear (w.config.modelSize, w.config.modelSize, weights, {}, false);
    const auto stride = static_cast<std::size_t> (w.positionStride());
    std::vector<float> sinusoids (size), projected (size), table (size * stride);

    for (auto distance = 1 - w.largestChunk; distance < w.config.leftContext + w.largestChunk; ++distance)
    {
        for (std::size_t k = 0; k < size; k += 2)
        {
            const auto angle =
                distance * std::exp (-static_cast<double> (k) * std::log (10000.0) / static_cast<double> (size));
            sinusoids[k] = static_cast<float> (std::sin (angle));
            sinusoids[k + 1] = static_cast<float> (std::cos (angle));
        }

        apply (linear, sinusoids.data(), 1, projected.data());
        const auto column = static_cast<std::size_t> (w.positionColumn (distance));

        for (std::size_t k = 0; k < size; ++k)
            table[k * stride + column] = projected[k];
    }

    return table;
}

ConformerLayer readLayer (Reader& reader, const ConformerWeights& w, int index)
{
    const auto d = w.config.modelSize;
    const auto inner = w.config.feedForwardSize;
    const auto kernel = w.config.convolutionKernel;
    const auto perHead = d / w.config.heads;
    const auto p = "encoder.layers." + std::to_string (index) + ".";
    ConformerLayer layer;

    layer.normFeedForward1 = reader.norm (p + "norm_feed_forward1", d);
    layer.feedForward1In = reader.linear (p + "feed_forward1.linear1", inner, d);
    layer.feedForward1Out = reader.linear (p + "feed_forward1.linear2", d, inner);
    layer.normAttention = reader.norm (p + "norm_self_att", d);
    layer.attentionIn = reader.linear ({ p + "self_attn.linear_q", p + "self_attn.linear_k", p + "self_attn.linear_v" },
                                       d, d, {}, reader.quantise);
    layer.attentionOut = reader.linear (p + "self_attn.linear_out", d, d);
    layer.positions = positionTable (reader, p + "self_attn.linear_pos.weight", w);
    layer.contentBias = reader.tensor (p + "self_attn.pos_bias_u", { w.config.heads, perHead });
    layer.positionBias = reader.tensor (p + "self_attn.pos_bias_v", { w.config.heads, perHead });
    layer.normConvolution = reader.norm (p + "norm_conv", d);
    layer.pointwise1 = reader.linear (p + "conv.pointwise_conv1", 2 * d, d, { 1 });
    layer.depthwise =
        channelsLast (reader.tensor (p + "conv.depthwise_conv.weight", { d, 1, kernel }), static_cast<std::size_t> (d));
    layer.depthwiseBias = reader.tensor (p + "conv.depthwise_conv.bias", { d });
    layer.normDepthwise = reader.norm (p + "conv.batch_norm", d);
    layer.pointwise2 = reader.linear (p + "conv.pointwise_conv2", d, d, { 1 });
    layer.normFeedForward2 = reader.norm (p + "norm_feed_forward2", d);
    layer.feedForward2In = reader.linear (p + "feed_forward2.linear1", inner, d);
    layer.feedForward2Out = reader.linear (p + "feed_forward2.linear2", d, inner);
    layer.normOut = reader.norm (p + "norm_out", d);
    return layer;
}
} // namespace

Result<std::shared_ptr<const ConformerWeights>> ConformerWeights::load (const std::filesystem::path& folder,
                                                                        bool quantise,
                                                                        int longestChunk)
{
    if (const auto status = verifyChecksums (folder); ! status)
        return status.error();

    auto config = readModelConfig (folder);

    if (! config)
        return config.error();

    const auto file = SafetensorsFile::open (folder / "model.safetensors");

    if (! file)
        return file.error();

    auto weights = std::make_shared<ConformerWeights>();
    weights->config = std::move (config).value();
    weights->isQuantised = quantise;
    weights->largestChunk = std::max (longestChunk, weights->config.chunkFrames.back());

    Reader reader (file.value(), quantise);
    readSubsampling (reader, *weights);

    for (int i = 0; i < weights->config.layers && ! reader.error; ++i)
        weights->layers.push_back (readLayer (reader, *weights, i));

    weights->head = reader.linear ("decoder.decoder_layers.0",
                                   weights->config.headFrames * static_cast<int> (weights->config.vocabulary.size()),
                                   weights->config.modelSize, { 1 });

    if (reader.error)
        return *reader.error;

    weights->parameterCount = reader.parameters;
    return std::shared_ptr<const ConformerWeights> (std::move (weights));
}

} // namespace kikitori::backend
