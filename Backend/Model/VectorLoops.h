/*  The engine's loops over vectors of KIKITORI_LANES floats (4, 8 or 16), written with the vector extension of GCC and
    Clang. Each KernelsX.cpp defines KIKITORI_LANES, is compiled for its processor and includes this once.

    Everything here has internal linkage and nothing else is included, so that no function compiled for one processor
    is ever linked into code for another.

    Threads: pure functions on the caller's memory. Failure: none.
*/
#pragma once

#include "Backend/Model/KernelTable.h"

// Sizes that are template arguments are ints, as all sizes here; GCC warns of them as array bounds.
#if defined(__GNUC__) && ! defined(__clang__)
    #pragma GCC diagnostic ignored "-Wsign-conversion"
#endif

namespace kikitori::backend
{

namespace
{
constexpr int lanes = KIKITORI_LANES;
using Floats = float __attribute__ ((vector_size (4 * KIKITORI_LANES)));
using Ints = std::int32_t __attribute__ ((vector_size (4 * KIKITORI_LANES)));
using Bytes = std::int8_t __attribute__ ((vector_size (KIKITORI_LANES)));
using Words = std::uint32_t __attribute__ ((vector_size (4 * KIKITORI_LANES)));
using HalfWords = std::uint16_t __attribute__ ((vector_size (2 * KIKITORI_LANES)));

inline Floats load (const float* from)
{
    Floats x;
    __builtin_memcpy (&x, from, sizeof (x));
    return x;
}

inline Floats load (const ShortFloat* from)
{
    HalfWords upper;
    __builtin_memcpy (&upper, from, sizeof (upper));
    const auto bits = __builtin_convertvector(upper, Words) << 16;
    Floats x;
    __builtin_memcpy (&x, &bits, sizeof (x));
    return x;
}

inline void store (float* to, Floats x) { __builtin_memcpy (to, &x, sizeof (x)); }

inline void store (ShortFloat* to, Floats x)
{
    Words bits;
    __builtin_memcpy (&bits, &x, sizeof (x));
    const auto rounded = (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16;
    const auto upper = __builtin_convertvector(rounded, HalfWords);
    __builtin_memcpy (to, &upper, sizeof (upper));
}

inline Floats all (float x) { return x - Floats{}; }

inline Floats larger (Floats a, Floats b) { return a > b ? a : b; }
inline Floats smaller (Floats a, Floats b) { return a < b ? a : b; }

/** The first `count` < lanes values, then `rest`. */
inline Floats loadSome (const float* from, int count, float rest)
{
    float values[lanes];

    for (int i = 0; i < lanes; ++i)
        values[i] = i < count ? from[i] : rest;

    return load (values);
}

inline void storeSome (float* to, Floats x, int count)
{
    float values[lanes];
    store (values, x);

    for (int i = 0; i < count; ++i)
        to[i] = values[i];
}

inline float sumOf (Floats x)
{
    auto sum = 0.0f;

    for (int i = 0; i < lanes; ++i)
        sum += x[i];

    return sum;
}

inline float largestOf (Floats x)
{
    auto most = x[0];

    for (int i = 1; i < lanes; ++i)
        most = x[i] > most ? x[i] : most;

    return most;
}

/** exp (x), relative error below 2e-7; x is brought to -87 … 88 first (after S. Moshier, Cephes, expf). */
inline Floats exponential (Floats x)
{
    x = smaller (larger (x, all (-87.0f)), all (88.0f));
    constexpr float magic = 12582912.0f; // adding it rounds to a whole number
    const auto shifted = x * 1.44269504089f + magic;
    const auto n = shifted - magic;
    const auto r = x - n * 0.693359375f + n * 2.12194440e-4f;
    auto p = r * 1.9875691500e-4f + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    const auto exponent = (__builtin_convertvector(n, Ints) + 127) << 23;
    Floats power;
    __builtin_memcpy (&power, &exponent, sizeof (power));
    return p * power;
}

inline Floats sigmoid (Floats x) { return 1.0f / (1.0f + exponential (-x)); }

template <typename Function>
inline void replaceEach (float* x, int count, Function function)
{
    auto i = 0;

    for (; i + lanes <= count; i += lanes)
        store (x + i, function (load (x + i)));

    if (i < count)
        storeSome (x + i, function (loadSome (x + i, count - i, 0.0f)), count - i);
}

/** Σ function (x), the last values filled up with `rest`. */
template <typename Function>
inline float total (const float* x, int count, float rest, Function function)
{
    Floats sum{};
    auto i = 0;

    for (; i + lanes <= count; i += lanes)
        sum += function (load (x + i));

    if (i < count)
        sum += function (loadSome (x + i, count - i, rest));

    return sumOf (sum);
}

inline float largest (const float* x, int count)
{
    auto most = all (x[0]);
    auto i = 0;

    for (; i + lanes <= count; i += lanes)
        most = larger (most, load (x + i));

    if (i < count)
        most = larger (most, loadSome (x + i, count - i, x[0]));

    return largestOf (most);
}

inline Floats become (Floats product, const float* there, Then then)
{
    switch (then)
    {
        case Then::store: return product;
        case Then::relu: return larger (product, Floats{});
        case Then::silu: return product * sigmoid (product);
        case Then::add: return load (there) + product;
        case Then::addHalf: return load (there) + 0.5f * product;
    }

    return product;
}

/** Writes a block of rows of one frame of a product: the last block of a matrix may have fewer than rowsInBlock. */
inline void writeBlock (const float* products, int count, float* y, Then then)
{
    if (count >= rowsInBlock)
    {
        for (int i = 0; i < rowsInBlock; i += lanes)
            store (y + i, become (load (products + i), y + i, then));

        return;
    }

    for (int i = 0; i < count; i += lanes)
    {
        const auto some = count - i < lanes ? count - i : lanes;
        float there[lanes];
        store (there, loadSome (y + i, some, 0.0f));
        storeSome (y + i, become (load (products + i), there, then), some);
    }
}

/** sums: Σ over columns of (weight + weightOffset) · q for a block of rows. */
inline void finishBlock (const Matrix8& m,
                         int block,
                         const std::int32_t* sums,
                         std::int32_t weightOffset,
                         const QuantisedFrame& frame,
                         float* y,
                         Then then)
{
    const auto first = block * rowsInBlock;
    float products[rowsInBlock];

    for (int i = 0; i < rowsInBlock; i += lanes)
    {
        Ints sum, ofWeights;
        __builtin_memcpy (&sum, sums + i, sizeof (sum));
        __builtin_memcpy (&ofWeights, m.sums + first + i, sizeof (sum));
        const auto exact = sum - weightOffset * frame.sum - frame.zero * ofWeights;
        store (products + i,
               load (m.bias + first + i)
                   + __builtin_convertvector(exact, Floats) * (load (m.scales + first + i) * frame.scale));
    }

    writeBlock (products, m.rows - first, y + first, then);
}

template <int frames, int blocks>
void productOf (const Matrix32& m, int block, const float* x, float* y, Then then)
{
    constexpr int vectors = rowsInBlock / lanes;
    Floats sums[frames][blocks][vectors];

    for (int b = 0; b < blocks; ++b)
        for (int v = 0; v < vectors; ++v)
            for (int f = 0; f < frames; ++f)
                sums[f][b][v] = load (m.bias + (block + b) * rowsInBlock + v * lanes);

    const auto blockSize = static_cast<std::ptrdiff_t> (m.columns) * rowsInBlock;
    const auto* w = m.weights + block * blockSize;

    for (int column = 0; column < m.columns; ++column, w += rowsInBlock)
        for (int b = 0; b < blocks; ++b)
            for (int v = 0; v < vectors; ++v)
            {
                const auto weights = load (w + b * blockSize + v * lanes);

                for (int f = 0; f < frames; ++f)
                    sums[f][b][v] += weights * x[static_cast<std::ptrdiff_t> (f) * m.columns + column];
            }

    for (int f = 0; f < frames; ++f)
        for (int b = 0; b < blocks; ++b)
        {
            const auto first = (block + b) * rowsInBlock;
            float products[rowsInBlock];

            for (int v = 0; v < vectors; ++v)
                store (products + v * lanes, sums[f][b][v]);

            writeBlock (products, m.rows - first, y + static_cast<std::ptrdiff_t> (f) * m.rows + first, then);
        }
}

template <int frames, int blocks>
void allRows (const Matrix32& m, const float* x, float* y, Then then)
{
    const auto count = (m.rows + rowsInBlock - 1) / rowsInBlock;
    auto block = 0;

    for (; block + blocks <= count; block += blocks)
        productOf<frames, blocks> (m, block, x, y, then);

    for (; block < count; ++block)
        productOf<frames, 1> (m, block, x, y, then);
}

/** As many sums at once as the registers hold: each waits for its own last step only. */
void product32 (const Matrix32& m, const float* x, int frames, float* y, Then then)
{
    const auto advance = [&] (int count)
    {
        x += static_cast<std::ptrdiff_t> (count) * m.columns;
        y += static_cast<std::ptrdiff_t> (count) * m.rows;
        frames -= count;
    };

    while (frames >= 4)
    {
        allRows<4, lanes == 16 ? 2 : 1> (m, x, y, then);
        advance (4);
    }

    if (frames >= 2)
    {
        allRows<2, lanes == 16 ? 4 : lanes == 8 ? 2 : 1> (m, x, y, then);
        advance (2);
    }

    if (frames == 1)
        allRows<1, lanes == 16 ? 4 : 2> (m, x, y, then);
}
} // namespace

} // namespace kikitori::backend
