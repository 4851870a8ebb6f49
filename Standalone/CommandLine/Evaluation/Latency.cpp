#include "Standalone/CommandLine/Evaluation/Latency.h"

#include "Standalone/CommandLine/Evaluation/TextNormaliser.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace kikitori::evaluation
{

std::optional<double> settledSince (const std::vector<TextEvent>& events,
                                    const std::string& word,
                                    std::size_t positionFromEnd)
{
    std::optional<double> since;

    for (auto event = events.rbegin(); event != events.rend(); ++event)
    {
        const auto words = splitWords (normaliseText (event->text));
        if (words.size() <= positionFromEnd || words[words.size() - 1 - positionFromEnd] != word)
            break;
        since = event->seconds;
    }

    return since;
}

Distribution summarise (std::vector<double> values)
{
    Distribution d;
    if (values.empty())
        return d;

    std::sort (values.begin(), values.end());
    const auto rank = [&values] (double q)
    {
        const auto n = static_cast<double> (values.size());
        return values[static_cast<std::size_t> (std::max (1.0, std::ceil (q * n))) - 1];
    };

    d.count = values.size();
    d.p50 = rank (0.50);
    d.p95 = rank (0.95);
    d.max = values.back();
    d.mean = std::accumulate (values.begin(), values.end(), 0.0) / static_cast<double> (values.size());
    return d;
}

} // namespace kikitori::evaluation
