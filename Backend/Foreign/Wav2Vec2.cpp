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
