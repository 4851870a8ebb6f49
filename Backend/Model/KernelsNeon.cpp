// The engine's loops for every 64-bit ARM processor.
#define KIKITORI_LANES 4
#include "Backend/Model/KernelSets.h"
#include "Backend/Model/NeonProducts.h"

namespace kikitori::backend
{

namespace
{
class WideningStep
{
public:
    void add (int8x16_t weights, int8x16_t q, int quarter)
    {
        auto* sum = pairs + 2 * quarter;
        sum[0] = vpadalq_s16 (sum[0], vmull_s8 (vget_low_s8 (weights), vget_low_s8 (q)));
        sum[1] = vpadalq_s16 (sum[1], vmull_s8 (vget_high_s8 (weights), vget_high_s8 (q)));
    }

    void write (std::int32_t* rows) const
    {
        for (int i = 0; i < 4; ++i)
            vst1q_s32 (rows + 4 * i, vpaddq_s32 (pairs[2 * i], pairs[2 * i + 1]));
    }

private:
    int32x4_t pairs[8] = {}; ///< of each row the sums of columns 0, 1 and of 2, 3
};
} // namespace

const KernelTable& neonKernels() noexcept
{
    static constexpr auto table = tableOf ("neon", product8<WideningStep>);
    return table;
}

} // namespace kikitori::backend
