#include "Backend/Foreign/ConvSubsampling.h"

#include <algorithm>

namespace kikitori::backend
{

namespace
{
using Stage = ConvSubsampling::Stage;

std::size_t area (int rows, int columns)
{
    return static_cast<std::size_t> (rows) * static_cast<std::size_t> (columns);
}

/** [out, in, 3, 3] to [out, 3, 3, in]. */
std::vector<float> channelsLast (const std::vector<float>& weights, int out, int in)
{
    std::vector<float> turned (weights.size());

    for (int o = 0; o < out; ++o)
        for (int i = 0; i < in; ++i)
            for (int tap = 0; tap < 9; ++tap)
                turned[area (o, 9 * in) + area (tap, in) + static_cast<std::size_t> (i)] =
                    weights[area (o, 9 * in) + area (i, 9) + static_cast<std::size_t> (tap)];

    return turned;
}

/** [channels, 9] to [9, channels]. */
std::vector<float> tapsFirst (const std::vector<float>& weights, int channels)
{
    std::vector<float> turned (weights.size());

    for (int c = 0; c < channels; ++c)
        for (int tap = 0; tap < 9; ++tap)
            turned[area (tap, channels) + static_cast<std::size_t> (c)] =
                weights[area (c, 9) + static_cast<std::size_t> (tap)];

    return turned;
}

/** Columns of the linear layer behind the convolutions: [channel, frequency] to [frequency, channel]. */
void frequencyFirst (Dense& dense, int channels, int width)
{
    auto turned = dense.weights;

    for (int row = 0; row < dense.rows; ++row)
        for (int c = 0; c < channels; ++c)
            for (int f = 0; f < width; ++f)
                turned[area (row, dense.columns) + area (f, channels) + static_cast<std::size_t> (c)] =
                    dense.weights[area (row, dense.columns) + area (c, width) + static_cast<std::size_t> (f)];

    dense.weights = std::move (turned);
}

void relu (std::vector<float>& x)
{
    for (auto& value : x)
        value = std::max (value, 0.0f);
}

/** One output step from three input steps (rows), padded in frequency. */
void depthwiseStep (const Stage& stage, int channels, int padding, const float* rows, float* out)
{
    for (int f = 0; f < stage.widthOut; ++f, out += channels)
    {
        std::copy (stage.tapBias.begin(), stage.tapBias.end(), out);

        for (int tap = 0; tap < 9; ++tap)
        {
            const auto from = 2 * f - padding + tap % 3;

            if (from < 0 || from >= stage.widthIn)
                continue;

            const auto* in = rows + area (tap / 3 * stage.widthIn + from, channels);
            const auto* weights = stage.taps.data() + area (tap, channels);

            for (int c = 0; c < channels; ++c)
                out[c] += weights[c] * in[c];
        }
    }
}

/** The nine inputs of each output of one step, side by side: [widthOut, 9 · channelsIn]. */
void gatherStep (const Stage& stage, int padding, const float* rows, float* out)
{
    for (int f = 0; f < stage.widthOut; ++f)
    {
        for (int tap = 0; tap < 9; ++tap, out += stage.channelsIn)
        {
            const auto from = 2 * f - padding + tap % 3;

            if (from < 0 || from >= stage.widthIn)
                std::fill_n (out, stage.channelsIn, 0.0f);
            else
                std::copy_n (rows + area (tap / 3 * stage.widthIn + from, stage.channelsIn), stage.channelsIn, out);
        }
    }
}

std::vector<float> runStage (const Stage& stage, int channels, int padding, std::vector<float>& rows)
{
    const auto step = area (stage.widthIn, stage.channelsIn);
    const auto available = static_cast<int> (rows.size() / step);
    const auto steps = available >= 3 ? (available - 3) / 2 + 1 : 0;
    const auto columns = stage.depthwise ? channels : 9 * stage.channelsIn;
    const auto outputs = steps * stage.widthOut;
    std::vector<float> gathered (area (outputs, columns)), out (area (outputs, channels));

    for (int t = 0; t < steps; ++t)
    {
        const auto* in = rows.data() + 2 * static_cast<std::size_t> (t) * step;
        auto* target = gathered.data() + area (t * stage.widthOut, columns);

        if (stage.depthwise)
            depthwiseStep (stage, channels, padding, in, target);
        else
            gatherStep (stage, padding, in, target);
    }

    if (steps > 0)
        multiply (stage.depthwise ? stage.pointwise : stage.full, gathered.data(), outputs, out.data());

    relu (out);
    rows.erase (rows.begin(), rows.begin() + static_cast<std::ptrdiff_t> (2 * static_cast<std::size_t> (steps) * step));
    return out;
}
} // namespace

ConvSubsampling readConvSubsampling (TensorReader& reader, const ConformerCtcConfig& config)
{
    ConvSubsampling result;
    const auto channels = result.channels = config.subsamplingChannels;
    result.causal = config.causalSubsampling;
    auto width = config.melBins;
    auto index = 0;

    for (auto factor = 1; factor < config.subsampling; factor *= 2)
    {
        Stage stage;
        const auto name = "pre_encode.conv." + std::to_string (index);
        stage.channelsIn = factor == 1 ? 1 : channels;
        stage.widthIn = width;
        stage.widthOut = width = (width + (result.causal ? 3 : 2) - 3) / 2 + 1;
        stage.depthwise = factor > 1 && config.depthwiseSubsampling;

        if (stage.depthwise)
        {
            stage.taps = tapsFirst (reader.take (name + ".weight", { channels, 1, 3, 3 }), channels);
            stage.tapBias = reader.take (name + ".bias", { channels });
            stage.pointwise = reader.dense ("pre_encode.conv." + std::to_string (index + 1), channels, channels);
            index += 3;
        }
        else
        {
            stage.full = { channels, 9 * stage.channelsIn,
                           channelsLast (reader.take (name + ".weight", { channels, stage.channelsIn, 3, 3 }), channels,
                                         stage.channelsIn),
                           reader.take (name + ".bias", { channels }) };
            index += 2;
        }

        result.stages.push_back (std::move (stage));
    }

    result.out = reader.dense ("pre_encode.out", config.block.size, channels * width);
    frequencyFirst (result.out, channels, width);
    return result;
}

SubsamplingState beginSubsampling (const ConvSubsampling& subsampling)
{
    SubsamplingState state;

    for (const auto& stage : subsampling.stages)
        state.rows.emplace_back (area (stage.widthIn, stage.channelsIn) * (subsampling.causal ? 2 : 1), 0.0f);

    return state;
}

std::vector<float> subsample (const ConvSubsampling& subsampling,
                              SubsamplingState& state,
                              std::vector<float> data,
                              bool isLast)
{
    for (std::size_t i = 0; i < subsampling.stages.size(); ++i)
    {
        const auto& stage = subsampling.stages[i];
        auto& rows = state.rows[i];
        rows.insert (rows.end(), data.begin(), data.end());

        if (isLast)
            rows.resize (rows.size() + area (stage.widthIn, stage.channelsIn), 0.0f);

        data = runStage (stage, subsampling.channels, subsampling.causal ? 2 : 1, rows);
    }

    const auto frames = static_cast<int> (data.size() / static_cast<std::size_t> (subsampling.out.columns));
    std::vector<float> encoded (area (frames, subsampling.out.rows));

    if (frames > 0)
        multiply (subsampling.out, data.data(), frames, encoded.data());

    return encoded;
}

} // namespace kikitori::backend
