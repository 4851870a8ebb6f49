/*  Filtering and decimation in one: only the samples that are kept are computed. Under the rules of VectorLoops.h.

    Threads: pure functions on the caller's memory. Failure: none.
*/
#pragma once

#include "Backend/Model/VectorLoops.h"

namespace kikitori::backend
{

namespace
{
/** As many sums at once as keep the multipliers busy. The order in which a sum is made is the same wherever its output
    lies among the others. */
template <int outputs>
void filterSome (const float* x, int step, const float* taps, int tapCount, float* y)
{
    Floats sums[outputs]{};

    for (int i = 0; i < tapCount; i += lanes)
    {
        const auto weights = load (taps + i);

        for (int k = 0; k < outputs; ++k)
            sums[k] += weights * load (x + k * step + i);
    }

    for (int k = 0; k < outputs; ++k)
    {
        float values[lanes];
        store (values, sums[k]);

        for (int half = lanes / 2; half > 0; half /= 2)
            for (int i = 0; i < half; ++i)
                values[i] += values[i + half];

        y[k] = values[0];
    }
}

void decimate (const float* x, int step, const float* taps, int tapCount, int outputs, float* y)
{
    auto k = 0;

    for (; k + 8 <= outputs; k += 8)
        filterSome<8> (x + static_cast<std::ptrdiff_t> (k) * step, step, taps, tapCount, y + k);

    for (; k < outputs; ++k)
        filterSome<1> (x + static_cast<std::ptrdiff_t> (k) * step, step, taps, tapCount, y + k);
}
} // namespace

} // namespace kikitori::backend
