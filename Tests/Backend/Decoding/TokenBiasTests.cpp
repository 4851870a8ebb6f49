#include "Backend/Decoding/TokenBias.h"

#include "BeamScene.h"

#include <numeric>

using namespace kikitori::backend;
using namespace kikitori::test;

namespace
{
std::vector<float> biasOf (float blankPenalty, float priorScale, const std::vector<std::string>& vocabulary = tokens)
{
    BeamOptions options;
    options.blankPenalty = blankPenalty;
    options.priorScale = priorScale;
    return tokenBias (*language()->model, vocabulary, options);
}
} // namespace

TEST_CASE ("frequent letters lose, rare ones gain, by the words' own probabilities", "[beam]")
{
    CHECK (biasOf (0.0f, 0.0f).empty());
    const auto bias = biasOf (1.5f, 0.5f); // of _, space, a, b, c, d
    REQUIRE (bias.size() == tokens.size());
    CHECK (bias[0] == -1.5f);
    CHECK (bias[2] < bias[3]); // every word has an a, not every one a b
    CHECK (bias[3] < 0.5f * std::log (1.0e5f));
    const auto twice = biasOf (1.5f, 1.0f);

    for (std::size_t i = 1; i < bias.size(); ++i)
        CHECK (twice[i] == Approx (2.0f * bias[i]));

    // Taken off whole, what is left of the frequencies is equal.
    auto sum = 0.0;

    for (std::size_t i = 1; i < twice.size(); ++i)
        sum += std::exp (-static_cast<double> (twice[i])) / 5.0;

    CHECK (sum == Approx (1.0).epsilon (1e-3));
}

TEST_CASE ("a letter that no word has stays within bounds, and pieces of words have no frequencies", "[beam]")
{
    auto more = tokens;
    more.push_back ("q");
    const auto bias = biasOf (0.0f, 1.0f, more);
    CHECK (bias.back() == Approx (-std::log (1e-5f * 6.0f)).epsilon (1e-3));

    const auto pieces = biasOf (1.0f, 1.0f, { "_", "\u2581a", "b" });
    CHECK (pieces == std::vector<float>{ -1.0f, 0.0f, 0.0f });
}

TEST_CASE ("a frame with its bias is still one of probabilities", "[beam]")
{
    const auto frame = frames ("b", 0.6f);
    std::vector<float> biased;
    addBias (frame, biasOf (1.0f, 0.7f), biased);
    CHECK (std::accumulate (biased.begin(), biased.end(), 0.0,
                            [] (double sum, float value) { return sum + std::exp (value); })
           == Approx (1.0).epsilon (1e-5));
    CHECK (biased[0] < frame[0]);
    addBias (frame, std::vector<float> (frame.size(), 0.0f), biased);
    CHECK (biased[3] == Approx (frame[3]).margin (1e-5));
}
