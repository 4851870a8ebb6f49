/*  The inner loops of the engine, once for each kind of processor: plain C++ vectors of 4, AVX2 with FMA, AVX-512 with
    and without VNNI, NEON with and without the dot product.

    All kinds compute the same: products of int8 weights are exact in integers, so they differ only in the last bits of
    the floating-point steps between them.

    Threads: pure functions on the caller's memory; the table is chosen once.
    Failure: none; sizes are the caller's responsibility. Nothing allocates.
*/
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace kikitori::backend
{

/** Rows of a matrix that lie interleaved in memory. */
inline constexpr int rowsInBlock = 16;
/** Columns of an int8 matrix that lie together, so that one instruction multiplies and adds them. */
inline constexpr int columnsInGroup = 4;

/** What becomes of a matrix product. */
enum class Then
{
    store,
    relu,
    silu,
    add,     ///< y += product
    addHalf, ///< y += product / 2
};

/** A frame as 8-bit integers: x ≈ scale (q - zero). */
struct QuantisedFrame
{
    float scale = 0.0f;
    std::int32_t zero = 0;
    std::int32_t sum = 0; ///< of all q
};

/** W of a product with int8 weights. */
struct Matrix8
{
    int rows = 0;
    int groups = 0;                        ///< columns / columnsInGroup, rounded up
    const std::uint8_t* weights = nullptr; ///< weight + 128: [row blocks, groups, rowsInBlock, columnsInGroup]
    const float* scales = nullptr;         ///< of the rows
    const std::int32_t* sums = nullptr;    ///< of each row's weights
    const float* bias = nullptr;           ///< of the rows; arrays by row are padded to whole blocks
};

struct Matrix32
{
    int rows = 0;
    int columns = 0;
    const float* weights = nullptr; ///< [row blocks, columns, rowsInBlock]
    const float* bias = nullptr;    ///< padded to whole blocks
};

/** The upper half of a float, rounded to the nearest (bfloat16): what int8 models remember keys and values in. Their
    products lose as much to 8-bit frames. */
struct ShortFloat
{
    std::uint16_t bits;
};

/** Attention of one head for consecutive queries of one stream. Arrays by key may be read up to 15 beyond the last.
    Cached: float or ShortFloat. */
template <typename Cached>
struct AttentionHead
{
    int size = 0;                 ///< values of a head
    int frames = 0;               ///< queries
    int keyCount = 0;             ///< keys that every query sees
    int stride = 0;               ///< between frames of query, out and values: d_model
    const float* query = nullptr; ///< [frames] of `queryStride`
    int queryStride = 0;          ///< between frames of query
    const float* contentBias = nullptr;
    const float* positionBias = nullptr;
    const Cached* keys = nullptr;   ///< [size, keyStride], the first key in column 0
    const Cached* values = nullptr; ///< [keyCount, stride]
    const float* positions =
        nullptr; ///< [size, positionStride], for the first query; those of the next begin one before
    int keyStride = 0, positionStride = 0;
    float* scores = nullptr; ///< scratch, 4 × keyCount rounded up to 16
    float* out = nullptr;    ///< [frames] of `stride`
};

struct KernelTable
{
    const char* name;

    /** x: [frames, 4 groups] and what each frame means; y: [frames, rows]. */
    void (*product8) (const Matrix8&, const std::int8_t* x, const QuantisedFrame*, int frames, float* y, Then);
    void (*product32) (const Matrix32&, const float* x, int frames, float* y, Then);
    /** Columns from `columns` to `padded` become zero. */
    QuantisedFrame (*quantise) (const float* x, int columns, int padded, std::int8_t* q);

    void (*layerNorm) (const float* x, const float* weight, const float* bias, int size, int frames, float* y);
    void (*silu) (float* x, int count);
    void (*gatedLinearUnit) (const float* x, int size, int frames, float* y);
    void (*softmax) (float* x, int count);
    void (*logSoftmax) (float* x, int count);
    void (*addScaled) (float* y, const float* x, float a, int count);
    void (*attend) (const AttentionHead<float>&);
    void (*attendShort) (const AttentionHead<ShortFloat>&);
    void (*shorten) (const float* x, int count, ShortFloat* out);

    /** out[c] = bias[c] + Σ over taps of inputs[tap][c] · weights[tap · channels + c]. */
    void (*depthwise) (const float* const* inputs,
                       int taps,
                       const float* weights,
                       const float* bias,
                       int channels,
                       float* out);
    /** out[c] = max (0, bias[c] + Σ inputs[tap] · weights[tap · channels + c]). */
    void (*spread) (const float* inputs, int taps, const float* weights, const float* bias, int channels, float* out);
    /** y[k] += Σ over i of taps[i] · x[k + i], in the order of the taps: of a y the same samples make the same bits, wherever
        it lies. x may be read up to 15 values beyond the last one needed. */
    void (*correlate) (const float* x, const float* taps, int tapCount, int outputs, float* y);
};

/** Those that this processor can run, the fastest first, the portable one last. */
std::vector<const KernelTable*> availableKernels();

/** The fastest, or the one that the environment's KIKITORI_KERNELS names. */
const KernelTable& kernels() noexcept;

} // namespace kikitori::backend
