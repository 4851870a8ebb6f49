// The engine's loops for AVX2 with FMA.
#define KIKITORI_LANES 8
#include "Backend/Model/KernelSets.h"
#include "Backend/Model/VectorLayers.h"

#include <immintrin.h>

namespace kikitori::backend
{

namespace
{
constexpr int quarters = 4; // of a block: 4 rows, of each the sums of columns 0, 1 and 2, 3 of all groups

/** 16-bit products: those of 8 bits with vpmaddubsw could overflow. */
template <int frames>
void productOf8 (const Matrix8& m, const std::int8_t* x, const QuantisedFrame* means, float* y, Then then)
{
    const auto rowSize = static_cast<std::ptrdiff_t> (m.groups) * columnsInGroup;
    const auto* w = m.weights;

    for (int block = 0; block * rowsInBlock < m.rows; ++block)
    {
        __m256i sums[frames][quarters];

        for (auto& row : sums)
            for (auto& sum : row)
                sum = _mm256_setzero_si256();

        for (int group = 0; group < m.groups; ++group)
        {
            __m256i q[frames];

            for (int f = 0; f < frames; ++f)
            {
                std::int32_t four;
                __builtin_memcpy (&four, x + f * rowSize + group * columnsInGroup, sizeof (four));
                q[f] = _mm256_cvtepi8_epi16 (_mm_set1_epi32 (four));
            }

            for (int i = 0; i < quarters; ++i, w += 16)
            {
                const auto weights = _mm256_cvtepu8_epi16 (_mm_loadu_si128 (reinterpret_cast<const __m128i*> (w)));

                for (int f = 0; f < frames; ++f)
                    sums[f][i] = _mm256_add_epi32 (sums[f][i], _mm256_madd_epi16 (weights, q[f]));
            }
        }

        for (int f = 0; f < frames; ++f)
        {
            std::int32_t pairs[2 * rowsInBlock], rows[rowsInBlock];

            for (int i = 0; i < quarters; ++i)
                _mm256_storeu_si256 (reinterpret_cast<__m256i*> (pairs + 8 * i), sums[f][i]);

            for (int i = 0; i < rowsInBlock; ++i)
                rows[i] = pairs[2 * i] + pairs[2 * i + 1];

            finishBlock (m, block, rows, 128, means[f], y + static_cast<std::ptrdiff_t> (f) * m.rows, then);
        }
    }
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

    while (frame + 2 <= frames)
        next (productOf8<2>, 2);

    if (frame < frames)
        next (productOf8<1>, 1);
}
} // namespace

const KernelTable& avx2Kernels() noexcept
{
    static constexpr auto table = tableOf ("avx2", product8);
    return table;
}

} // namespace kikitori::backend
