// The engine's loops for 64-bit ARM with the dot product of ARMv8.2.
#define KIKITORI_LANES 4
#include "Backend/Model/KernelSets.h"
#include "Backend/Model/NeonProducts.h"

namespace kikitori::backend
{

namespace
{
class DotStep
{
public:
    void add (int8x16_t weights, int8x16_t q, int quarter) { sums[quarter] = vdotq_s32 (sums[quarter], weights, q); }

    void write (std::int32_t* rows) const
    {
        for (int i = 0; i < 4; ++i)
            vst1q_s32 (rows + 4 * i, sums[i]);
    }

private:
    int32x4_t sums[4] = {};
};
} // namespace

const KernelTable& neonDotKernels() noexcept
{
    static constexpr auto table = tableOf ("neon-dot", product8<DotStep>);
    return table;
}

} // namespace kikitori::backend
