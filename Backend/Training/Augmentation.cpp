#include "Backend/Training/Augmentation.h"

#include <algorithm>
#include <cmath>

namespace kikitori::backend
{

namespace
{
using torch::Tensor;

double uniform (std::mt19937_64& random, double low, double high)
{
    return std::uniform_real_distribution<double> (low, high) (random);
}

Tensor stretched (const Tensor& logMel, double rate)
{
    const auto frames = logMel.size (0);
    const auto bins = logMel.size (1);
    const auto wanted = std::max<std::int64_t> (1, std::llround (static_cast<double> (frames) / rate));
    return torch::upsample_bilinear2d (logMel.view ({ 1, 1, frames, bins }), { wanted, bins }, false)
        .view ({ wanted, bins });
}

/** Bin b takes the value at b * factor: a longer or shorter vocal tract. */
Tensor warped (const Tensor& logMel, double factor)
{
    const auto bins = logMel.size (1);
    const auto place = (torch::arange (bins, torch::kFloat) * factor).clamp (0, static_cast<double> (bins - 1));
    const auto below = place.floor().to (torch::kLong);
    const auto above = (below + 1).clamp_max (bins - 1);
    const auto part = place - below.to (torch::kFloat);
    return logMel.index_select (1, below) * (1 - part) + logMel.index_select (1, above) * part;
}
} // namespace

Tensor varySpeaker (Tensor logMel, std::mt19937_64& random)
{
    if (uniform (random, 0.0, 1.0) < 0.8)
        logMel = stretched (logMel.contiguous(), uniform (random, 0.85, 1.18));

    if (uniform (random, 0.0, 1.0) < 0.5)
        logMel = warped (logMel, uniform (random, 0.87, 1.15));

    return (logMel + uniform (random, -2.0, 1.5)).clamp_min (silentLogMel);
}

Tensor addNoise (const Tensor& logMel, std::mt19937_64& random)
{
    const auto level = uniform (random, -15.0, -4.5);
    const auto tilt = torch::linspace (uniform (random, -2.0, 2.0), uniform (random, -2.0, 2.0), logMel.size (1));
    return torch::logaddexp (logMel, torch::randn_like (logMel) * 0.45 + tilt + level);
}

Tensor maskFeatures (Tensor normalised, std::mt19937_64& random, int timeMasks)
{
    const auto frames = static_cast<double> (normalised.size (0));
    const auto hole = [&normalised, &random] (std::int64_t dimension, double longest)
    {
        const auto size = static_cast<double> (normalised.size (dimension));
        const auto length = std::floor (uniform (random, 0.0, std::min (longest, size)));
        const auto begin = static_cast<std::int64_t> (uniform (random, 0.0, size - length));
        normalised.slice (dimension, begin, begin + static_cast<std::int64_t> (length)).zero_();
    };

    for (int i = 0; i < 2; ++i)
        hole (1, 18.0);

    for (int i = 0; i < timeMasks * (static_cast<int> (frames / 150.0) + 1); ++i)
        hole (0, std::min (30.0, 0.06 * frames));

    return normalised;
}

} // namespace kikitori::backend
