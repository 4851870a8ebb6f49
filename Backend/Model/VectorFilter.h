/*  Filters of samples: many outputs side by side, each a sum over the taps in their order. Under the rules of VectorLoops.h.

    Threads: pure functions on the caller's memory. Failure: none.
*/
#pragma once

#include "Backend/Model/VectorLoops.h"

namespace kikitori::backend
{

namespace
{
/** y[k] += Σ taps[i] x[k + i] for so many vectors of outputs, the last of which `count` may cut short. */
template <int vectors>
inline void correlateSome (const float* x, const float* taps, int tapCount, int count, float* y)
{
    Floats sums[vectors];

    for (int v = 0; v < vectors - 1; ++v)
        sums[v] = load (y + v * lanes);

    sums[vectors - 1] = loadSome (y + (vectors - 1) * lanes, count - (vectors - 1) * lanes, 0.0f);

    for (int i = 0; i < tapCount; ++i)
    {
        const auto tap = all (taps[i]);

        for (int v = 0; v < vectors; ++v)
            sums[v] += tap * load (x + v * lanes + i);
    }

    for (int v = 0; v < vectors - 1; ++v)
        store (y + v * lanes, sums[v]);

    const auto rest = count - (vectors - 1) * lanes;
    storeSome (y + (vectors - 1) * lanes, sums[vectors - 1], rest < lanes ? rest : lanes);
}

void correlate (const float* x, const float* taps, int tapCount, int outputs, float* y)
{
    constexpr int atOnce = 5; // a hop of 10 ms is 160 outputs: no vector is left over
    auto k = 0;

    for (; k + atOnce * lanes <= outputs; k += atOnce * lanes)
        correlateSome<atOnce> (x + k, taps, tapCount, atOnce * lanes, y + k);

    for (; k < outputs; k += lanes)
        correlateSome<1> (x + k, taps, tapCount, outputs - k, y + k);
}
} // namespace

} // namespace kikitori::backend
