/*  The arithmetic of the engine: matrix products with fp32 or int8 weights and the small functions between them.

    One chunk has 1 to 32 frames, so a product is bound by reading the weights: they lie in the order in which they are
    used and are read once for up to eight frames. int8 weights (symmetric, one scale a row) are a quarter of the bytes;
    the frames become 8-bit integers too (one scale and zero point each), and the sums are exact 32-bit integers.

    Threads: pure functions on the caller's memory, with scratch of the calling thread.
    Failure: none; sizes are the caller's responsibility.
*/
#pragma once

#include "Backend/Model/KernelTable.h"

#include <span>

namespace kikitori::backend
{

/** y = x Wᵀ + b, W of shape [rows, columns]; const once made. */
class Linear
{
public:
    Linear() = default;

    /** weights: row-major; bias: one for each row, or empty for none. */
    Linear (int rowCount,
            int columnCount,
            std::span<const float> weights,
            std::span<const float> biasOfRows,
            bool quantised);

    int rows = 0;
    int columns = 0;

    bool isQuantised() const noexcept { return ! weights8.empty(); }
    std::size_t weightBytes() const noexcept { return weights32.size() * sizeof (float) + weights8.size(); }

    Matrix8 matrix8() const noexcept;
    Matrix32 matrix32() const noexcept;

private:
    void pack (std::span<const float> weights);
    void quantise (std::span<const float> weights);

    std::vector<float> weights32;
    std::vector<std::uint8_t> weights8;
    std::vector<float> scales; ///< of the int8 rows
    std::vector<std::int32_t> sums;
    std::vector<float> bias;
};

/** x: [frames, columns], y: [frames, rows]. */
void apply (const Linear& linear, const float* x, int frames, float* y, Then then = Then::store);

/** y += a x. */
void addScaled (float* y, const float* x, float a, int count);

/** Layer normalisation of each frame of x into y, epsilon 1e-5; y may be x. */
void layerNorm (const float* x, const float* weight, const float* bias, int size, int frames, float* y);

/** x · sigmoid(x), in place. */
void silu (float* x, int count);

/** y[i] = x[i] · sigmoid(x[size + i]) for each frame; x: [frames, 2 size], y: [frames, size]. */
void gatedLinearUnit (const float* x, int size, int frames, float* y);

void softmax (float* x, int count);

/** x ← x - log Σ exp x. */
void logSoftmax (float* x, int count);

} // namespace kikitori::backend
