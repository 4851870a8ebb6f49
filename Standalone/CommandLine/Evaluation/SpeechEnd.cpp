#include "Standalone/CommandLine/Evaluation/SpeechEnd.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace kikitori::evaluation
{

std::optional<std::size_t> findSpeechEnd (std::span<const float> samples, double sampleRate)
{
    constexpr double frameSeconds = 0.01, silenceDb = -90.0, belowPeakDb = 30.0, aboveFloorDb = 10.0, leastDb = 6.0;

    const auto frame = static_cast<std::size_t> (sampleRate * frameSeconds);
    if (frame == 0 || samples.size() < frame)
        return std::nullopt;

    std::vector<double> levels;
    for (std::size_t start = 0; start + frame <= samples.size(); start += frame)
    {
        double sum = 0.0;
        for (float s : samples.subspan (start, frame))
            sum += std::isfinite (s) ? static_cast<double> (s) * static_cast<double> (s) : 0.0;
        levels.push_back (10.0 * std::log10 (sum / static_cast<double> (frame) + 1e-12));
    }

    std::vector<double> sorted = levels;
    std::sort (sorted.begin(), sorted.end());
    const double peak = sorted.back();
    const double floor = std::max (sorted[sorted.size() / 10], silenceDb);
    if (peak <= silenceDb)
        return std::nullopt;

    const double bound = std::min (std::max (peak - belowPeakDb, floor + aboveFloorDb), peak - leastDb);
    const auto last = std::find_if (levels.rbegin(), levels.rend(), [bound] (double level) { return level >= bound; });
    return static_cast<std::size_t> (std::distance (last, levels.rend())) * frame;
}

} // namespace kikitori::evaluation
