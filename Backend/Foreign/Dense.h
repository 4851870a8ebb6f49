/*  Matrix products for whole windows of audio, by OpenBLAS.

    The engine's own kernels are made for chunks of a few frames, where reading the weights is what costs. A window has
    100 to 600 frames; there a blocked product of a tuned library wins, and Debian has OpenBLAS for libtorch anyway.
    Each product runs on the calling thread: streams are what is spread over the cores.

    Threads: pure functions on the caller's memory.
    Failure: none; sizes are the caller's responsibility.
*/
#pragma once

#include <vector>

namespace kikitori::backend
{

/** y = x Wᵀ + b, W of shape [rows, columns]. */
struct Dense
{
    int rows = 0;
    int columns = 0;
    std::vector<float> weights; ///< row-major
    std::vector<float> bias;    ///< empty = none
};

/** OpenBLAS starts no threads of its own from here on; called once before the first product. */
void keepProductsOnTheirThread();

/** x: [frames, columns], y: [frames, rows]. */
void multiply (const Dense& dense, const float* x, int frames, float* y);

/** The same, with only `stride` values from one row of x to the next: a convolution over time as a product. */
void multiplyOverlapping (const Dense& dense, const float* x, int frames, float* y, int stride);

/** A row-major matrix inside a larger one. */
struct MatrixView
{
    const float* values;
    int stride; ///< values from one row to the next
};

/** c [m, n] = scale · a [m, k] · b [n, k]ᵀ */
void multiplyTransposed (MatrixView a, MatrixView b, int m, int n, int k, float scale, float* c, int strideC);

/** c [m, n] = a [m, k] · b [k, n] */
void multiplyPlain (MatrixView a, MatrixView b, int m, int n, int k, float* c, int strideC);

} // namespace kikitori::backend
