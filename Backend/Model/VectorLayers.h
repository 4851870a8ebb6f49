/*  What lies between the matrix products: normalisation, activations, attention, convolutions. The rest of
    VectorLoops.h, and under the same rules.

    Threads: pure functions on the caller's memory. Failure: none.
*/
#pragma once

#include "Backend/Model/VectorFilter.h"

namespace kikitori::backend
{

namespace
{
/** Zero is always within the range, so that it stays exactly zero. */
QuantisedFrame quantise (const float* x, int columns, int padded, std::int8_t* q)
{
    Floats low{}, high{};
    auto i = 0;

    for (; i + lanes <= columns; i += lanes)
    {
        low = smaller (low, load (x + i));
        high = larger (high, load (x + i));
    }

    if (i < columns)
    {
        low = smaller (low, loadSome (x + i, columns - i, 0.0f));
        high = larger (high, loadSome (x + i, columns - i, 0.0f));
    }

    const auto lowest = -largestOf (-low);
    const auto range = largestOf (high) - lowest;

    QuantisedFrame frame;
    frame.scale = range > 0.0f ? range / 255.0f : 1.0f;
    const auto inverse = 1.0f / frame.scale;
    constexpr float magic = 12582912.0f; // adding it rounds to a whole number
    const auto zero = (-128.0f - lowest * inverse + magic) - magic;
    frame.zero = static_cast<std::int32_t> (zero);
    Ints sum{};

    for (i = 0; i < padded; i += lanes)
    {
        const auto count = columns - i;
        const auto values = count >= lanes ? load (x + i) : loadSome (x + i, count, 0.0f);
        const auto rounded = ((values * inverse + magic) - magic) + zero;
        const auto whole = __builtin_convertvector(smaller (larger (rounded, all (-128.0f)), all (127.0f)), Ints);
        const auto bytes = __builtin_convertvector(whole, Bytes);

        if (count >= lanes)
        {
            __builtin_memcpy (q + i, &bytes, sizeof (bytes));
            sum += whole;
            continue;
        }

        for (int j = 0; j < lanes && i + j < padded; ++j)
        {
            q[i + j] = j < count ? bytes[j] : std::int8_t{ 0 };
            frame.sum += q[i + j];
        }
    }

    for (int j = 0; j < lanes; ++j)
        frame.sum += sum[j];

    return frame;
}

void layerNorm (const float* x, const float* weight, const float* bias, int size, int frames, float* y)
{
    for (int frame = 0; frame < frames; ++frame, x += size, y += size)
    {
        const auto mean = total (x, size, 0.0f, [] (Floats v) { return v; }) / static_cast<float> (size);
        const auto squares = total (x, size, mean, [mean] (Floats v) { return (v - mean) * (v - mean); });
        const auto factor = 1.0f / __builtin_sqrtf (squares / static_cast<float> (size) + 1e-5f);
        auto i = 0;

        for (; i + lanes <= size; i += lanes)
            store (y + i, (load (x + i) - mean) * factor * load (weight + i) + load (bias + i));

        for (; i < size; ++i)
            y[i] = (x[i] - mean) * factor * weight[i] + bias[i];
    }
}

void silu (float* x, int count)
{
    replaceEach (x, count, [] (Floats v) { return v * sigmoid (v); });
}

void gatedLinearUnit (const float* x, int size, int frames, float* y)
{
    for (int frame = 0; frame < frames; ++frame, x += 2 * size, y += size)
    {
        auto i = 0;

        for (; i + lanes <= size; i += lanes)
            store (y + i, load (x + i) * sigmoid (load (x + size + i)));

        if (i < size)
            storeSome (y + i, loadSome (x + i, size - i, 0.0f) * sigmoid (loadSome (x + size + i, size - i, 0.0f)),
                       size - i);
    }
}

void softmax (float* x, int count)
{
    const auto most = largest (x, count);
    replaceEach (x, count, [most] (Floats v) { return exponential (v - most); });
    const auto factor = 1.0f / total (x, count, 0.0f, [] (Floats v) { return v; });
    replaceEach (x, count, [factor] (Floats v) { return v * factor; });
}

void logSoftmax (float* x, int count)
{
    const auto most = largest (x, count);
    auto sum = total (x, count, -1e30f, [most] (Floats v) { return exponential (v - most); });
    const auto normaliser = most + __builtin_logf (sum);
    replaceEach (x, count, [normaliser] (Floats v) { return v - normaliser; });
}

void addScaled (float* y, const float* x, float a, int count)
{
    auto i = 0;

    for (; i + lanes <= count; i += lanes)
        store (y + i, load (y + i) + a * load (x + i));

    for (; i < count; ++i)
        y[i] += a * x[i];
}

constexpr int longestHead = 512;

/** Scores, then their softmax, then the values, for `frames` queries of which the first is number `first`. */
template <int frames, typename Cached>
void attendTo (const AttentionHead<Cached>& h, int first)
{
    const auto scale = 1.0f / __builtin_sqrtf (static_cast<float> (h.size));
    const auto rowSize = (h.keyCount + rowsInBlock - 1) / rowsInBlock * rowsInBlock;
    float byContent[longestHead][frames], byPosition[longestHead][frames];

    for (int f = 0; f < frames; ++f)
        for (int i = 0; i < h.size; ++i)
        {
            const auto q = h.query[static_cast<std::ptrdiff_t> (first + f) * h.queryStride + i];
            byContent[i][f] = scale * (q + h.contentBias[i]);
            byPosition[i][f] = scale * (q + h.positionBias[i]);
        }

    for (int key = 0; key < h.keyCount; key += lanes)
    {
        Floats sums[frames]{};
        const auto* keys = h.keys + key;
        const auto* positions = h.positions + key - first;

        for (int i = 0; i < h.size; ++i, keys += h.keyStride, positions += h.positionStride)
        {
            const auto k = load (keys);

            for (int f = 0; f < frames; ++f)
                sums[f] += k * byContent[i][f] + load (positions - f) * byPosition[i][f];
        }

        for (int f = 0; f < frames; ++f)
            store (h.scores + f * rowSize + key, sums[f]);
    }

    for (int f = 0; f < frames; ++f)
        softmax (h.scores + f * rowSize, h.keyCount);

    for (int i = 0; i < h.size; i += lanes)
    {
        Floats sums[frames]{};
        const auto* values = h.values + i;

        for (int key = 0; key < h.keyCount; ++key, values += h.stride)
        {
            const auto v = load (values);

            for (int f = 0; f < frames; ++f)
                sums[f] += v * h.scores[f * rowSize + key];
        }

        for (int f = 0; f < frames; ++f)
            storeSome (h.out + static_cast<std::ptrdiff_t> (first + f) * h.stride + i, sums[f],
                       h.size - i < lanes ? h.size - i : lanes);
    }
}

template <typename Cached>
void attend (const AttentionHead<Cached>& head)
{
    auto first = 0;

    for (; first + 4 <= head.frames; first += 4)
        attendTo<4> (head, first);

    if (first + 2 <= head.frames)
    {
        attendTo<2> (head, first);
        first += 2;
    }

    if (first < head.frames)
        attendTo<1> (head, first);
}

void shorten (const float* x, int count, ShortFloat* out)
{
    auto i = 0;

    for (; i + lanes <= count; i += lanes)
        store (out + i, load (x + i));

    if (i == count)
        return;

    ShortFloat last[lanes];
    store (last, loadSome (x + i, count - i, 0.0f));

    for (int j = 0; i + j < count; ++j)
        out[i + j] = last[j];
}

void depthwise (const float* const* inputs, int taps, const float* weights, const float* bias, int channels, float* out)
{
    auto c = 0;

    for (; c + lanes <= channels; c += lanes)
    {
        auto sum = load (bias + c);

        for (int tap = 0; tap < taps; ++tap)
            sum += load (inputs[tap] + c) * load (weights + tap * channels + c);

        store (out + c, sum);
    }

    for (; c < channels; ++c)
    {
        out[c] = bias[c];

        for (int tap = 0; tap < taps; ++tap)
            out[c] += inputs[tap][c] * weights[tap * channels + c];
    }
}

void spread (const float* inputs, int taps, const float* weights, const float* bias, int channels, float* out)
{
    auto c = 0;

    for (; c + lanes <= channels; c += lanes)
    {
        auto sum = load (bias + c);

        for (int tap = 0; tap < taps; ++tap)
            sum += inputs[tap] * load (weights + tap * channels + c);

        store (out + c, larger (sum, Floats{}));
    }

    for (; c < channels; ++c)
    {
        auto sum = bias[c];

        for (int tap = 0; tap < taps; ++tap)
            sum += inputs[tap] * weights[tap * channels + c];

        out[c] = sum > 0.0f ? sum : 0.0f;
    }
}

constexpr KernelTable tableOf (const char* name, decltype (KernelTable::product8) product8)
{
    return { name,       product8,  product32,     quantise,           layerNorm, silu,      gatedLinearUnit, softmax,
             logSoftmax, addScaled, attend<float>, attend<ShortFloat>, shorten,   depthwise, spread,          correlate };
}
} // namespace

} // namespace kikitori::backend
