#include "Backend/Model/Kernels.h"

#include <algorithm>
#include <cmath>

namespace kikitori::backend
{

namespace
{
std::size_t blocksOf (int rows) { return static_cast<std::size_t> ((rows + rowsInBlock - 1) / rowsInBlock); }
std::size_t groupsOf (int columns)
{
    return static_cast<std::size_t> ((columns + columnsInGroup - 1) / columnsInGroup);
}

/** Frames as 8-bit integers; one for each thread, as large as the largest product needed so far. */
struct QuantisedFrames
{
    std::vector<std::int8_t> values;
    std::vector<QuantisedFrame> meanings;
};

const QuantisedFrames& quantised (const Linear& linear, const float* x, int frames)
{
    static thread_local QuantisedFrames scratch;
    const auto padded = groupsOf (linear.columns) * columnsInGroup;
    const auto count = static_cast<std::size_t> (frames);

    if (scratch.values.size() < count * padded)
        scratch.values.resize (count * padded);
    if (scratch.meanings.size() < count)
        scratch.meanings.resize (count);

    for (std::size_t i = 0; i < count; ++i)
        scratch.meanings[i] = kernels().quantise (x + i * static_cast<std::size_t> (linear.columns), linear.columns,
                                                  static_cast<int> (padded), scratch.values.data() + i * padded);

    return scratch;
}
} // namespace

Linear::Linear (int rowCount,
                int columnCount,
                std::span<const float> weights,
                std::span<const float> biasOfRows,
                bool quantised)
    : rows (rowCount), columns (columnCount), bias (biasOfRows.begin(), biasOfRows.end())
{
    bias.resize (blocksOf (rows) * rowsInBlock);

    if (quantised)
        quantise (weights);
    else
        pack (weights);
}

void Linear::pack (std::span<const float> weights)
{
    const auto width = static_cast<std::size_t> (columns);
    weights32.resize (blocksOf (rows) * rowsInBlock * width);

    for (std::size_t row = 0; row < static_cast<std::size_t> (rows); ++row)
        for (std::size_t column = 0; column < width; ++column)
            weights32[(row / rowsInBlock * width + column) * rowsInBlock + row % rowsInBlock] =
                weights[row * width + column];
}

void Linear::quantise (std::span<const float> weights)
{
    const auto width = static_cast<std::size_t> (columns);
    const auto groups = groupsOf (columns);
    constexpr auto groupSize = static_cast<std::size_t> (columnsInGroup);
    weights8.assign (blocksOf (rows) * rowsInBlock * groups * groupSize, 128);
    scales.assign (bias.size(), 1.0f);
    sums.assign (bias.size(), 0);

    for (std::size_t row = 0; row < static_cast<std::size_t> (rows); ++row)
    {
        const auto values = weights.subspan (row * width, width);
        auto largest = 0.0f;

        for (const auto value : values)
            largest = std::max (largest, std::abs (value));

        if (largest > 0.0f)
            scales[row] = largest / 127.0f;

        for (std::size_t column = 0; column < width; ++column)
        {
            const auto whole = static_cast<std::int32_t> (std::lround (values[column] / scales[row]));
            const auto place = (row / rowsInBlock * groups + column / groupSize) * rowsInBlock + row % rowsInBlock;
            weights8[place * groupSize + column % groupSize] = static_cast<std::uint8_t> (whole + 128);
            sums[row] += whole;
        }
    }
}

Matrix8 Linear::matrix8() const noexcept
{
    return { rows, static_cast<int> (groupsOf (columns)), weights8.data(), scales.data(), sums.data(), bias.data() };
}

Matrix32 Linear::matrix32() const noexcept { return { rows, columns, weights32.data(), bias.data() }; }

void apply (const Linear& linear, const float* x, int frames, float* y, Then then)
{
    if (! linear.isQuantised())
        return kernels().product32 (linear.matrix32(), x, frames, y, then);

    const auto& scratch = quantised (linear, x, frames);
    kernels().product8 (linear.matrix8(), scratch.values.data(), scratch.meanings.data(), frames, y, then);
}

void addScaled (float* y, const float* x, float a, int count) { kernels().addScaled (y, x, a, count); }

void layerNorm (const float* x, const float* weight, const float* bias, int size, int frames, float* y)
{
    kernels().layerNorm (x, weight, bias, size, frames, y);
}

void silu (float* x, int count) { kernels().silu (x, count); }

void gatedLinearUnit (const float* x, int size, int frames, float* y)
{
    kernels().gatedLinearUnit (x, size, frames, y);
}

void softmax (float* x, int count) { kernels().softmax (x, count); }

void logSoftmax (float* x, int count) { kernels().logSoftmax (x, count); }

} // namespace kikitori::backend
