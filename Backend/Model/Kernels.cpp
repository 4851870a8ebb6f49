#include "Backend/Model/Kernels.h"

#include <algorithm>
#include <cmath>

// The functions that are worth it exist three times in the program; the dynamic linker picks one at start.
#if defined(__GNUC__) && ! defined(__clang__) && defined(__x86_64__) && defined(__linux__) \
    && ! defined(__SANITIZE_THREAD__) && ! defined(__SANITIZE_ADDRESS__)
    #define KIKITORI_FOR_EACH_CPU __attribute__ ((target_clones ("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
    #define KIKITORI_FOR_EACH_CPU
#endif

namespace kikitori::backend
{

namespace
{
constexpr int framesAtOnce = 4;

KIKITORI_FOR_EACH_CPU
void rowTimesFour (const float* w, const float* x, int columns, float* sums)
{
    const auto* x1 = x + columns;
    const auto* x2 = x1 + columns;
    const auto* x3 = x2 + columns;
    auto s0 = 0.0f, s1 = 0.0f, s2 = 0.0f, s3 = 0.0f;

    for (int i = 0; i < columns; ++i)
    {
        s0 += w[i] * x[i];
        s1 += w[i] * x1[i];
        s2 += w[i] * x2[i];
        s3 += w[i] * x3[i];
    }

    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
}

KIKITORI_FOR_EACH_CPU
void rowTimesFour8 (const std::int8_t* w, const float* x, int columns, float* sums)
{
    const auto* x1 = x + columns;
    const auto* x2 = x1 + columns;
    const auto* x3 = x2 + columns;
    auto s0 = 0.0f, s1 = 0.0f, s2 = 0.0f, s3 = 0.0f;

    for (int i = 0; i < columns; ++i)
    {
        const auto weight = static_cast<float> (w[i]);
        s0 += weight * x[i];
        s1 += weight * x1[i];
        s2 += weight * x2[i];
        s3 += weight * x3[i];
    }

    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
}

KIKITORI_FOR_EACH_CPU
float rowTimesOne8 (const std::int8_t* w, const float* x, int columns)
{
    auto sum = 0.0f;

    for (int i = 0; i < columns; ++i)
        sum += static_cast<float> (w[i]) * x[i];

    return sum;
}
} // namespace

KIKITORI_FOR_EACH_CPU
float dot (const float* a, const float* b, int count)
{
    auto sum = 0.0f;

    for (int i = 0; i < count; ++i)
        sum += a[i] * b[i];

    return sum;
}

KIKITORI_FOR_EACH_CPU
void addScaled (float* y, const float* x, float a, int count)
{
    for (int i = 0; i < count; ++i)
        y[i] += a * x[i];
}

void Linear::quantise()
{
    weights8.resize (weights.size());
    scales.assign (static_cast<std::size_t> (rows), 1.0f);

    for (int row = 0; row < rows; ++row)
    {
        const auto* w = weights.data() + static_cast<std::ptrdiff_t> (row) * columns;
        auto largest = 0.0f;

        for (int i = 0; i < columns; ++i)
            largest = std::max (largest, std::abs (w[i]));

        const auto scale = largest > 0.0f ? largest / 127.0f : 1.0f;
        scales[static_cast<std::size_t> (row)] = scale;

        for (int i = 0; i < columns; ++i)
            weights8[static_cast<std::size_t> (row) * static_cast<std::size_t> (columns)
                     + static_cast<std::size_t> (i)] = static_cast<std::int8_t> (std::lround (w[i] / scale));
    }

    weights.clear();
    weights.shrink_to_fit();
}

void apply (const Linear& linear, const float* x, int frames, float* y)
{
    const auto columns = linear.columns;
    const auto isInt8 = ! linear.weights8.empty();

    for (int row = 0; row < linear.rows; ++row)
    {
        const auto offset = static_cast<std::ptrdiff_t> (row) * columns;
        const auto scale = isInt8 ? linear.scales[static_cast<std::size_t> (row)] : 1.0f;
        const auto bias = linear.bias.empty() ? 0.0f : linear.bias[static_cast<std::size_t> (row)];
        auto frame = 0;

        for (; frame + framesAtOnce <= frames; frame += framesAtOnce)
        {
            float sums[framesAtOnce];
            const auto* input = x + static_cast<std::ptrdiff_t> (frame) * columns;

            if (isInt8)
                rowTimesFour8 (linear.weights8.data() + offset, input, columns, sums);
            else
                rowTimesFour (linear.weights.data() + offset, input, columns, sums);

            for (int i = 0; i < framesAtOnce; ++i)
                y[static_cast<std::ptrdiff_t> (frame + i) * linear.rows + row] = bias + scale * sums[i];
        }

        for (; frame < frames; ++frame)
        {
            const auto* input = x + static_cast<std::ptrdiff_t> (frame) * columns;
            const auto sum = isInt8 ? rowTimesOne8 (linear.weights8.data() + offset, input, columns)
                                    : dot (linear.weights.data() + offset, input, columns);
            y[static_cast<std::ptrdiff_t> (frame) * linear.rows + row] = bias + scale * sum;
        }
    }
}

void layerNorm (const float* x, const float* weight, const float* bias, int size, int frames, float* y)
{
    for (int frame = 0; frame < frames; ++frame, x += size, y += size)
    {
        auto sum = 0.0f;
        for (int i = 0; i < size; ++i)
            sum += x[i];

        const auto mean = sum / static_cast<float> (size);
        auto squares = 0.0f;
        for (int i = 0; i < size; ++i)
            squares += (x[i] - mean) * (x[i] - mean);

        const auto factor = 1.0f / std::sqrt (squares / static_cast<float> (size) + 1e-5f);
        for (int i = 0; i < size; ++i)
            y[i] = (x[i] - mean) * factor * weight[i] + bias[i];
    }
}

KIKITORI_FOR_EACH_CPU
void silu (float* x, int count)
{
    for (int i = 0; i < count; ++i)
        x[i] /= 1.0f + std::exp (-x[i]);
}

void gatedLinearUnit (const float* x, int size, int frames, float* y)
{
    for (int frame = 0; frame < frames; ++frame, x += 2 * size, y += size)
        for (int i = 0; i < size; ++i)
            y[i] = x[i] / (1.0f + std::exp (-x[size + i]));
}

void softmax (float* x, int count)
{
    const auto largest = *std::max_element (x, x + count);
    auto sum = 0.0f;

    for (int i = 0; i < count; ++i)
    {
        x[i] = std::exp (x[i] - largest);
        sum += x[i];
    }

    for (int i = 0; i < count; ++i)
        x[i] /= sum;
}

void logSoftmax (float* x, int count)
{
    const auto largest = *std::max_element (x, x + count);
    auto sum = 0.0f;

    for (int i = 0; i < count; ++i)
        sum += std::exp (x[i] - largest);

    const auto normaliser = largest + std::log (sum);
    for (int i = 0; i < count; ++i)
        x[i] -= normaliser;
}

} // namespace kikitori::backend
