/*  The arithmetic of the engine: matrix products with fp32 or int8 weights and the small functions between them.

    One chunk has 1 to 32 frames, so a product is bound by reading the weights: each row is read once and used for up
    to four frames. int8 weights (symmetric, one scale a row) are a quarter of the bytes; products accumulate in fp32.
    On x86-64 with GCC the loops are compiled for AVX-512, AVX2 and the baseline, and chosen when the program starts.

    Threads: pure functions on the caller's memory.
    Failure: none; sizes are the caller's responsibility.
*/
#pragma once

#include <cstdint>
#include <vector>

namespace kikitori::backend
{

/** y = x Wᵀ + b, W of shape [rows, columns]. */
struct Linear
{
    int rows = 0;
    int columns = 0;
    std::vector<float> weights; ///< row-major; empty when quantised
    std::vector<std::int8_t> weights8;
    std::vector<float> scales; ///< of the int8 rows
    std::vector<float> bias;   ///< empty = none

    /** Replaces the weights by int8 ones. */
    void quantise();
    std::size_t weightBytes() const noexcept { return weights.size() * sizeof (float) + weights8.size(); }
};

/** x: [frames, columns], y: [frames, rows]. */
void apply (const Linear& linear, const float* x, int frames, float* y);

/** Sum of a[i] b[i]. */
float dot (const float* a, const float* b, int count);

/** y += a x. */
void addScaled (float* y, const float* x, float a, int count);

/** Layer normalisation of each frame of x into y, epsilon 1e-5. */
void layerNorm (const float* x, const float* weight, const float* bias, int size, int frames, float* y);

/** x · sigmoid(x), in place. */
void silu (float* x, int count);

/** y[i] = x[i] · sigmoid(x[size + i]) for each frame; x: [frames, 2 size], y: [frames, size]. */
void gatedLinearUnit (const float* x, int size, int frames, float* y);

void softmax (float* x, int count);

/** x ← x - log Σ exp x. */
void logSoftmax (float* x, int count);

} // namespace kikitori::backend
