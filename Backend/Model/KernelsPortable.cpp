// The engine's loops for any processor.
#define KIKITORI_LANES 4
#include "Backend/Model/KernelSets.h"

#include "Backend/Model/VectorLayers.h"

namespace kikitori::backend
{

namespace
{
void product8 (const Matrix8& m, const std::int8_t* x, const QuantisedFrame* means, int frames, float* y, Then then)
{
    const auto blockSize = static_cast<std::ptrdiff_t> (m.groups) * rowsInBlock * columnsInGroup;

    for (int block = 0; block * rowsInBlock < m.rows; ++block)
    {
        for (int frame = 0; frame < frames; ++frame)
        {
            const auto* w = m.weights + block * blockSize;
            const auto* q = x + static_cast<std::ptrdiff_t> (frame) * m.groups * columnsInGroup;
            std::int32_t sums[rowsInBlock] = {};

            for (int group = 0; group < m.groups; ++group, q += columnsInGroup)
                for (auto& sum : sums)
                    for (int i = 0; i < columnsInGroup; ++i)
                        sum += *w++ * q[i];

            finishBlock (m, block, sums, 128, means[frame], y + static_cast<std::ptrdiff_t> (frame) * m.rows, then);
        }
    }
}
} // namespace

const KernelTable& portableKernels() noexcept
{
    static constexpr auto table = tableOf ("portable", product8);
    return table;
}

} // namespace kikitori::backend
