#include "Standalone/CommandLine/Evaluation/ErrorRate.h"
#include "Standalone/CommandLine/Evaluation/TextNormaliser.h"
#include "Support/Catch.h"

#include <algorithm>
#include <random>

using namespace kikitori::evaluation;

namespace
{

ErrorCounts words (const std::string& reference, const std::string& hypothesis)
{
    return countErrors (splitWords (reference), splitWords (hypothesis));
}

/** The definition, without a table: exponential, for short sequences only. */
std::size_t distance (const std::u32string& a, const std::u32string& b)
{
    if (a.empty() || b.empty())
        return a.size() + b.size();
    const auto restA = a.substr (1), restB = b.substr (1);
    return std::min ({ distance (restA, b) + 1, distance (a, restB) + 1,
                       distance (restA, restB) + (a.front() == b.front() ? 0u : 1u) });
}

} // namespace

TEST_CASE ("the confidence interval is narrow for much speech, wide for little, and holds the rate")
{
    const auto intervalOf = [] (std::size_t utterances)
    {
        std::vector<ErrorCounts> counts;
        for (std::size_t i = 0; i < utterances; ++i)
            counts.push_back ({ i % 4 == 0 ? 2u : 0u, 0, 0, 5 }); // 10 %
        return confidenceInterval (counts);
    };

    const auto little = intervalOf (20), much = intervalOf (2000);
    CHECK (little.low < 10.0);
    CHECK (little.high > 10.0);
    CHECK (much.low > 9.0);
    CHECK (much.high < 11.0);
    CHECK (little.high - little.low > 4.0 * (much.high - much.low));
    CHECK (intervalOf (20).low == little.low);
    CHECK (confidenceInterval ({}).high == 0.0);
}

TEST_CASE ("each kind of error is counted as what it is")
{
    CHECK (words ("a b c", "a b c") == ErrorCounts{ 0, 0, 0, 3 });
    CHECK (words ("a b c", "a x c") == ErrorCounts{ 1, 0, 0, 3 });
    CHECK (words ("a b c", "a c") == ErrorCounts{ 0, 1, 0, 3 });
    CHECK (words ("a b c", "a b x c") == ErrorCounts{ 0, 0, 1, 3 });
    CHECK (words ("", "a b") == ErrorCounts{ 0, 0, 2, 0 });
    CHECK (words ("a b", "") == ErrorCounts{ 0, 2, 0, 2 });
}

TEST_CASE ("the rate is of the corpus, not the mean of the utterances")
{
    ErrorCounts total = words ("a", "b");
    total += words ("a b c", "a b c");
    CHECK (total.percent() == Approx (25.0));
    CHECK (ErrorCounts{}.percent() == 0.0);
    CHECK (words ("", "a").percent() == 100.0);
    CHECK (words ("a", "b c d").percent() == Approx (300.0));
}

TEST_CASE ("the number of errors is the edit distance")
{
    std::mt19937 random (7);
    const auto draw = [&random]
    {
        std::u32string s (random() % 6, U' ');
        for (auto& c : s)
            c = static_cast<char32_t> (U'a' + random() % 3);
        return s;
    };

    for (int i = 0; i < 300; ++i)
    {
        const auto a = draw(), b = draw();
        const auto counts = countErrors (a, b);
        CHECK (counts.errors() == distance (a, b));
        CHECK (a.size() + counts.insertions == b.size() + counts.deletions);
    }
}
