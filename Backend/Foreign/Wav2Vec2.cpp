#include "Backend/Foreign/Wav2Vec2.h"

#include "Backend/Foreign/WindowedStream.h"
#include "Backend/Model/Kernels.h"

#include <algorithm>
#include <cmath>

namespace kikitori::backend
{

namespace
{
constexpr int rate = 16000;

std::size_t area (int rows, int columns)
{
    return static_cast<std::size_t> (rows) * static_cast<std::size_t> (columns);
}

void normalise (const NormWeights& norm, std::vector<float>& x, int size, int frames)
{
    layerNorm (x.data(), norm.weight.data(), norm.bias.data(), size, frames, x.data());
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

/** Each channel of [frames, channels] over time (group norm with a group for each channel). */
void normaliseOverTime (const NormWeights& norm, std::vector<float>& x, int channels, int frames)
{
    std::vector<double> sum (static_cast<std::size_t> (channels)), squares (sum.size());
    const auto size = sum.size();

    for (std::size_t i = 0; i < x.size(); ++i)
        sum[i % size] += static_cast<double> (x[i]);
    for (auto& one : sum)
        one /= frames;
    for (std::size_t i = 0; i < x.size(); ++i)
        squares[i % size] += std::pow (static_cast<double> (x[i]) - sum[i % size], 2.0);

    for (std::size_t c = 0; c < size; ++c)
    {
        const auto factor = static_cast<float> (1.0 / std::sqrt (squares[c] / frames + 1e-5));
        const auto mean = static_cast<float> (sum[c]);

        for (auto i = c; i < x.size(); i += size)
            x[i] = (x[i] - mean) * factor * norm.weight[c] + norm.bias[c];
    }
}

void toUnitVariance (std::vector<float>& audio)
{
    auto sum = 0.0, squares = 0.0;

    for (const auto sample : audio)
        sum += static_cast<double> (sample);

    const auto mean = sum / static_cast<double> (audio.size());

    for (const auto sample : audio)
        squares += std::pow (static_cast<double> (sample) - mean, 2.0);

    const auto deviation = std::sqrt (squares / static_cast<double> (audio.size()) + 1e-7);

    for (auto& sample : audio)
        sample = static_cast<float> ((static_cast<double> (sample) - mean) / deviation);
}
} // namespace

Result<std::shared_ptr<const AcousticModel>> Wav2Vec2::load (const std::filesystem::path& folder)
{
    auto config = readWav2Vec2Config (folder);

    if (! config)
        return config.error();

    const auto file = SafetensorsFile::open (folder / "model.safetensors");

    if (! file)
        return file.error();

    TensorReader reader (file.value());
    const std::shared_ptr<const Wav2Vec2> model (new Wav2Vec2 (std::move (config).value(), reader));

    if (reader.error)
        return *reader.error;

    return std::shared_ptr<const AcousticModel> (model);
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

int Wav2Vec2::longestInputFrames() const noexcept
{
    return static_cast<int> (longestInputSeconds * rate / config.frameSamples()) + 2;
}

std::vector<int> Wav2Vec2::latencyChoices() const { return windowChoices (parameterCount); }

std::unique_ptr<AcousticStream> Wav2Vec2::makeStream (int latencyMs) const
{
    return std::make_unique<WindowedStream> (*this, windowRules (nearestChoice (latencyChoices(), latencyMs)));
}

std::vector<float> Wav2Vec2::convolve (std::vector<float> audio, int& frames) const
{
    frames = static_cast<int> (audio.size());
    auto x = std::move (audio);
    auto channels = 1;

    for (const auto& one : convolutions)
    {
        if (frames < one.kernel)
        {
            frames = 0;
            return {};
        }

        frames = (frames - one.kernel) / one.stride + 1;
        std::vector<float> out (area (frames, one.weights.rows));
        multiplyOverlapping (one.weights, x.data(), frames, out.data(), one.stride * channels);
        channels = one.weights.rows;

        if (config.layerNormConvolutions)
            normalise (one.norm, out, channels, frames);
        else if (! one.norm.weight.empty())
            normaliseOverTime (one.norm, out, channels, frames);

        gelu (out.data(), out.size());
        x = std::move (out);
    }

    return x;
}

void Wav2Vec2::addPositions (std::vector<float>& x, int frames) const
{
    const auto size = config.block.size, kernel = config.positionKernel, width = size / config.positionGroups;
    std::vector<float> padded, out (area (frames, width)), added (x.size());

    for (int group = 0; group < config.positionGroups; ++group)
    {
        padded.assign (area (frames + kernel, width), 0.0f);

        for (int t = 0; t < frames; ++t)
            std::copy_n (x.begin() + static_cast<std::ptrdiff_t> (area (t, size)) + group * width, width,
                         padded.begin() + static_cast<std::ptrdiff_t> (area (t + kernel / 2, width)));

        multiplyOverlapping (positionConvolution[static_cast<std::size_t> (group)], padded.data(), frames, out.data(),
                             width);

        for (int t = 0; t < frames; ++t)
            std::copy_n (out.begin() + static_cast<std::ptrdiff_t> (area (t, width)), width,
                         added.begin() + static_cast<std::ptrdiff_t> (area (t, size)) + group * width);
    }

    gelu (added.data(), added.size());
    addScaled (x.data(), added.data(), 1.0f, static_cast<int> (x.size()));
}

void Wav2Vec2::runTransformerLayer (const TransformerLayer& layer,
                                    std::vector<float>& x,
                                    int frames,
                                    BlockWorkspace& w) const
{
    const auto size = config.block.size;
    auto shape = config.block;
    shape.positions = Positions::none;
    w.normed = x;
    w.out.resize (x.size());
    w.query.resize (x.size());
    w.keys.resize (x.size());
    w.values.resize (x.size());

    if (config.normFirst)
        normalise (layer.normAttention, w.normed, size, frames);

    multiply (layer.attention.query, w.normed.data(), frames, w.query.data());
    multiply (layer.attention.key, w.normed.data(), frames, w.keys.data());
    multiply (layer.attention.value, w.normed.data(), frames, w.values.data());
    attend (layer.attention, shape, range, frames, frames, w, w.normed.data());
    multiply (layer.attention.attentionOut, w.normed.data(), frames, w.out.data());
    addScaled (x.data(), w.out.data(), 1.0f, static_cast<int> (x.size()));

    if (! config.normFirst)
        normalise (layer.normAttention, x, size, frames);

    w.normed = x;

    if (config.normFirst)
        normalise (layer.normFinal, w.normed, size, frames);

    w.wide.resize (area (frames, config.block.feedForward));
    multiply (layer.feedForwardIn, w.normed.data(), frames, w.wide.data());

    if (shape.gelu)
        gelu (w.wide.data(), w.wide.size());
    else
        silu (w.wide.data(), static_cast<int> (w.wide.size()));

    multiply (layer.feedForwardOut, w.wide.data(), frames, w.out.data());
    addScaled (x.data(), w.out.data(), 1.0f, static_cast<int> (x.size()));

    if (! config.normFirst)
        normalise (layer.normFinal, x, size, frames);
}

std::vector<float> Wav2Vec2::recognise (std::span<const float> samples) const
{
    const auto longest = static_cast<std::size_t> (longestInputSeconds * rate);
    std::vector<float> audio (samples.begin(),
                              samples.begin() + static_cast<std::ptrdiff_t> (std::min (samples.size(), longest)));

    if (config.normaliseInput && ! audio.empty())
        toUnitVariance (audio);

    auto frames = 0;
    auto extracted = convolve (std::move (audio), frames);

    if (frames == 0)
        return {};

    normalise (projectionNorm, extracted, projection.columns, frames);
    std::vector<float> x (area (frames, config.block.size));
    multiply (projection, extracted.data(), frames, x.data());
    BlockWorkspace workspace;

    if (! config.conformer)
        addPositions (x, frames);
    if (! config.conformer && ! config.normFirst)
        normalise (encoderNorm, x, config.block.size, frames);

    for (const auto& layer : layers)
        runTransformerLayer (layer, x, frames, workspace);
    for (const auto& block : blocks)
        runConformerBlock (block, config.block, range, x.data(), frames, nullptr, workspace);

    if (config.conformer || config.normFirst)
        normalise (encoderNorm, x, config.block.size, frames);

    std::vector<float> logProbabilities (area (frames, head.rows));
    multiply (head, x.data(), frames, logProbabilities.data());

    for (int t = 0; t < frames; ++t)
        logSoftmax (logProbabilities.data() + area (t, head.rows), head.rows);

    return logProbabilities;
}

} // namespace kikitori::backend
