#include "Backend/Foreign/Dense.h"

#include <algorithm>

#include <cblas.h>

namespace kikitori::backend
{

void keepProductsOnTheirThread()
{
    static const auto once = []
    {
        openblas_set_num_threads (1);
        return true;
    }();
    static_cast<void> (once);
}

void multiplyOverlapping (const Dense& dense, const float* x, int frames, float* y, int stride)
{
    // BLAS takes no rows that overlap, so they are laid out, a few at a time.
    constexpr int block = 64;
    std::vector<float> rows (static_cast<std::size_t> (std::min (block, frames))
                             * static_cast<std::size_t> (dense.columns));

    for (int first = 0; first < frames; first += block)
    {
        const auto count = std::min (block, frames - first);

        for (int t = 0; t < count; ++t)
            std::copy_n (x + static_cast<std::ptrdiff_t> (first + t) * stride, dense.columns,
                         rows.data() + static_cast<std::ptrdiff_t> (t) * dense.columns);

        multiply (dense, rows.data(), count, y + static_cast<std::ptrdiff_t> (first) * dense.rows);
    }
}

void multiply (const Dense& dense, const float* x, int frames, float* y)
{
    if (! dense.bias.empty())
        for (int t = 0; t < frames; ++t)
            std::copy (dense.bias.begin(), dense.bias.end(), y + static_cast<std::ptrdiff_t> (t) * dense.rows);

    cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, frames, dense.rows, dense.columns, 1.0f, x, dense.columns,
                 dense.weights.data(), dense.columns, dense.bias.empty() ? 0.0f : 1.0f, y, dense.rows);
}

void multiplyTransposed (MatrixView a, MatrixView b, int m, int n, int k, float scale, float* c, int strideC)
{
    cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, m, n, k, scale, a.values, a.stride, b.values, b.stride, 0.0f,
                 c, strideC);
}

void multiplyPlain (MatrixView a, MatrixView b, int m, int n, int k, float* c, int strideC)
{
    cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1.0f, a.values, a.stride, b.values, b.stride, 0.0f,
                 c, strideC);
}

} // namespace kikitori::backend
