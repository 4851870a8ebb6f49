#include "Standalone/CommandLine/Evaluation/ErrorRate.h"

#include <algorithm>
#include <random>
#include <utility>

namespace kikitori::evaluation
{

namespace
{

/** One row of the edit table at a time; each cell carries the counts of its cheapest path. */
template <typename Sequence>
ErrorCounts count (const Sequence& reference, const Sequence& hypothesis)
{
    std::vector<ErrorCounts> previous (hypothesis.size() + 1);
    for (std::size_t j = 1; j < previous.size(); ++j)
        previous[j].insertions = j;

    std::vector<ErrorCounts> current (previous.size());
    for (std::size_t i = 1; i <= reference.size(); ++i)
    {
        current[0] = {};
        current[0].deletions = i;

        for (std::size_t j = 1; j < current.size(); ++j)
        {
            ErrorCounts best = previous[j - 1];
            if (! (reference[i - 1] == hypothesis[j - 1]))
                ++best.substitutions;

            if (previous[j].errors() + 1 < best.errors())
            {
                best = previous[j];
                ++best.deletions;
            }
            if (current[j - 1].errors() + 1 < best.errors())
            {
                best = current[j - 1];
                ++best.insertions;
            }
            current[j] = best;
        }
        std::swap (previous, current);
    }

    ErrorCounts result = previous.back();
    result.reference = reference.size();
    return result;
}

} // namespace

double ErrorCounts::percent() const noexcept
{
    if (reference == 0)
        return errors() == 0 ? 0.0 : 100.0;
    return 100.0 * static_cast<double> (errors()) / static_cast<double> (reference);
}

ErrorCounts& ErrorCounts::operator+= (const ErrorCounts& other) noexcept
{
    substitutions += other.substitutions;
    deletions += other.deletions;
    insertions += other.insertions;
    reference += other.reference;
    return *this;
}

ErrorCounts countErrors (const std::vector<std::string>& reference, const std::vector<std::string>& hypothesis)
{
    return count (reference, hypothesis);
}

ErrorCounts countErrors (const std::u32string& reference, const std::u32string& hypothesis)
{
    return count (reference, hypothesis);
}

Interval confidenceInterval (const std::vector<ErrorCounts>& utterances)
{
    constexpr std::size_t draws = 1000, outside = 25; // of each side
    std::mt19937_64 random (1);
    std::vector<double> rates;

    for (std::size_t draw = 0; draw < draws && ! utterances.empty(); ++draw)
    {
        ErrorCounts sum;

        for (std::size_t i = 0; i < utterances.size(); ++i)
            sum += utterances[random() % utterances.size()];

        rates.push_back (sum.percent());
    }

    if (rates.empty())
        return {};

    std::sort (rates.begin(), rates.end());
    return { rates[outside], rates[draws - 1 - outside] };
}

} // namespace kikitori::evaluation
