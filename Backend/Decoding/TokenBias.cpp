#include "Backend/Decoding/TokenBias.h"

#include "Backend/Decoding/Characters.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <string_view>

namespace kikitori::backend
{

namespace
{
constexpr double rarest = 1e-5; ///< frequency below which a letter counts as no rarer

/** How often each token comes, by the words' own probabilities; 0 for what no word has. */
std::vector<double> frequencies (const NGramModel& model, const std::vector<std::string>& tokens)
{
    std::map<std::string, std::size_t, std::less<>> tokenOf;

    for (std::size_t id = 1; id < tokens.size(); ++id)
        tokenOf.try_emplace (folded (tokens[id]), id);

    std::vector<double> counts (tokens.size(), 0.0);

    for (std::size_t word = 0; word < model.words().size(); ++word)
    {
        const auto text = folded (model.words()[word]);
        const auto share = std::exp (static_cast<double> (model.unigram (static_cast<WordId> (word))));

        if (text.empty() || text.front() == '<') // <unk>, <s>, </s>
            continue;

        for (std::size_t at = 0, length = 0; at < text.size(); at += length)
        {
            length = lengthOfCharacter (text, at);

            if (const auto found = tokenOf.find (std::string_view (text).substr (at, length)); found != tokenOf.end())
                counts[found->second] += share;
        }

        if (const auto space = tokenOf.find (std::string_view (" ")); space != tokenOf.end())
            counts[space->second] += share;
    }

    const auto sum = std::accumulate (counts.begin(), counts.end(), 0.0);

    for (auto& count : counts)
        count = sum > 0.0 ? count / sum : 0.0;

    return counts;
}
} // namespace

std::vector<float> tokenBias (const NGramModel& model,
                              const std::vector<std::string>& tokens,
                              const BeamOptions& options)
{
    if (tokens.empty() || (options.blankPenalty == 0.0f && options.priorScale == 0.0f))
        return {};

    std::vector<float> bias (tokens.size(), 0.0f);
    bias.front() = -options.blankPenalty;

    // Letters have a space between words; pieces mark the begin of a word themselves.
    if (std::find (tokens.begin(), tokens.end(), " ") == tokens.end())
        return bias;

    const auto found = frequencies (model, tokens);
    const auto equal = 1.0 / static_cast<double> (std::max<std::size_t> (1, tokens.size() - 1));

    for (std::size_t id = 1; id < tokens.size(); ++id)
        bias[id] = -options.priorScale * static_cast<float> (std::log (std::max (found[id], rarest) / equal));

    return bias;
}

void addBias (std::span<const float> logProbabilities, std::span<const float> bias, std::vector<float>& into)
{
    into.resize (logProbabilities.size());
    auto largest = -std::numeric_limits<float>::infinity();

    for (std::size_t i = 0; i < into.size(); ++i)
    {
        into[i] = logProbabilities[i] + bias[i];
        largest = std::max (largest, into[i]);
    }

    auto sum = 0.0f;

    for (const auto value : into)
        sum += std::exp (value - largest);

    const auto all = largest + std::log (sum);

    for (auto& value : into)
        value -= all;
}

} // namespace kikitori::backend
