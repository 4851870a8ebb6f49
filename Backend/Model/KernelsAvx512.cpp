// The engine's loops for AVX-512 with VNNI.
#define KIKITORI_LANES 16
#include "Backend/Model/KernelSets.h"
#include "Backend/Model/VectorLayers.h"

#include <immintrin.h>

namespace kikitori::backend
{

namespace
{
/** `blocks` blocks of rows at once, so that no sum waits for its own last step. */
template <int frames, int blocks>
void productOf8 (const Matrix8& m, int block, const std::int8_t* x, const QuantisedFrame* means, float* y, Then then)
{
    const auto rowSize = static_cast<std::ptrdiff_t> (m.groups) * columnsInGroup;
    const auto blockSize = rowSize * rowsInBlock;
    const auto* w = m.weights + block * blockSize;
    __m512i sums[frames][blocks];

    for (auto& row : sums)
        for (auto& sum : row)
            sum = _mm512_setzero_si512();

    for (int group = 0; group < m.groups; ++group, w += rowsInBlock * columnsInGroup)
    {
        __m512i weights[blocks];

        for (int b = 0; b < blocks; ++b)
            weights[b] = _mm512_loadu_si512 (w + b * blockSize);

        for (int f = 0; f < frames; ++f)
        {
            std::int32_t four;
            __builtin_memcpy (&four, x + f * rowSize + group * columnsInGroup, sizeof (four));
            const auto q = _mm512_set1_epi32 (four);

            for (int b = 0; b < blocks; ++b)
                sums[f][b] = _mm512_dpbusd_epi32 (sums[f][b], weights[b], q);
        }
    }

    for (int f = 0; f < frames; ++f)
        for (int b = 0; b < blocks; ++b)
        {
            std::int32_t rows[rowsInBlock];
            _mm512_storeu_si512 (rows, sums[f][b]);
            finishBlock (m, block + b, rows, 128, means[f], y + static_cast<std::ptrdiff_t> (f) * m.rows, then);
        }
}

template <int frames, int blocks>
void allRows8 (const Matrix8& m, const std::int8_t* x, const QuantisedFrame* means, float* y, Then then)
{
    const auto count = (m.rows + rowsInBlock - 1) / rowsInBlock;
    auto block = 0;

    for (; block + blocks <= count; block += blocks)
        productOf8<frames, blocks> (m, block, x, means, y, then);

    if constexpr (blocks > 2)
        for (; block + 2 <= count; block += 2)
            productOf8<frames, 2> (m, block, x, means, y, then);

    for (; block < count; ++block)
        productOf8<frames, 1> (m, block, x, means, y, then);
}

void product8 (const Matrix8& m, const std::int8_t* x, const QuantisedFrame* means, int frames, float* y, Then then)
{
    auto frame = 0;
    const auto next = [&] (auto product, int count)
    {
        product (m, x + static_cast<std::ptrdiff_t> (frame) * m.groups * columnsInGroup, means + frame,
                 y + static_cast<std::ptrdiff_t> (frame) * m.rows, then);
        frame += count;
    };

    while (frame + 8 <= frames)
        next (allRows8<8, 2>, 8);

    if (frame + 4 <= frames)
        next (allRows8<4, 4>, 4);

    if (frame + 2 <= frames)
        next (allRows8<2, 4>, 2);

    if (frame < frames)
        next (allRows8<1, 4>, 1);
}
} // namespace

const KernelTable& avx512Kernels() noexcept
{
    static constexpr auto table = tableOf ("avx512", product8);
    return table;
}

} // namespace kikitori::backend
