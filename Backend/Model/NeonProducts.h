/*  Products with int8 weights on NEON; KernelsNeon.cpp and KernelsNeonDot.cpp give the step of one group of columns.

    Threads: pure functions on the caller's memory. Failure: none.
*/
#pragma once

#include "Backend/Model/VectorLayers.h"

#include <arm_neon.h>

namespace kikitori::backend
{

namespace
{
/** Step::Sums takes a block of rows: add (weights of 4 rows × 4 columns, the 4 values four times, quarter of block). */
template <typename Step, int frames>
void productOf8 (const Matrix8& m, const std::int8_t* x, const QuantisedFrame* means, float* y, Then then)
{
    const auto rowSize = static_cast<std::ptrdiff_t> (m.groups) * columnsInGroup;
    const auto* w = m.weights;

    for (int block = 0; block * rowsInBlock < m.rows; ++block)
    {
        Step sums[frames];

        for (int group = 0; group < m.groups; ++group)
        {
            int8x16_t q[frames];

            for (int f = 0; f < frames; ++f)
            {
                std::int32_t four;
                __builtin_memcpy (&four, x + f * rowSize + group * columnsInGroup, sizeof (four));
                q[f] = vreinterpretq_s8_s32 (vdupq_n_s32 (four));
            }

            for (int i = 0; i < 4; ++i, w += 16)
            {
                const auto weights = vreinterpretq_s8_u8 (veorq_u8 (vld1q_u8 (w), vdupq_n_u8 (0x80)));

                for (int f = 0; f < frames; ++f)
                    sums[f].add (weights, q[f], i);
            }
        }

        for (int f = 0; f < frames; ++f)
        {
            std::int32_t rows[rowsInBlock];
            sums[f].write (rows);
            finishBlock (m, block, rows, 0, means[f], y + static_cast<std::ptrdiff_t> (f) * m.rows, then);
        }
    }
}

template <typename Step>
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
        next (productOf8<Step, 2>, 2);

    if (frame < frames)
        next (productOf8<Step, 1>, 1);
}
} // namespace

} // namespace kikitori::backend
