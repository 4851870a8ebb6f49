#include "Backend/Measuring/CtcAlignment.h"

#include "Backend/Decoding/Characters.h"

#include "Backend/Decoding/ModelRateResampler.h"
#include "Backend/Model/StreamingConformer.h"

#include <algorithm>
#include <limits>

namespace kikitori::backend
{

namespace
{
/** Characters of the words with spaces between; -1 where the vocabulary lacks one. */
std::vector<int> spell (const std::vector<std::string>& words, const std::vector<std::string>& vocabulary)
{
    std::vector<int> tokens;
    const auto add = [&] (const std::string& character)
    {
        const auto found = std::find (vocabulary.begin() + 1, vocabulary.end(), character);
        tokens.push_back (found == vocabulary.end() ? -1 : static_cast<int> (found - vocabulary.begin()));
    };

    for (const auto& word : words)
    {
        if (! tokens.empty())
            add (" ");

        for (std::size_t at = 0, length = 0; at < word.size(); at += length)
        {
            length = lengthOfCharacter (word, at);
            add (word.substr (at, length));
        }
    }

    return tokens;
}
} // namespace

std::vector<std::pair<int, int>> bestCtcPath (std::span<const float> logProbabilities,
                                              int vocabulary,
                                              const std::vector<int>& tokens)
{
    constexpr auto impossible = -std::numeric_limits<float>::infinity();
    const auto frames = static_cast<int> (logProbabilities.size()) / vocabulary;
    const auto states = 2 * static_cast<int> (tokens.size()) + 1; // blanks around and between the tokens
    const auto tokenOf = [&] (int state) { return state % 2 == 0 ? 0 : tokens[static_cast<std::size_t> (state / 2)]; };
    std::vector<float> score (static_cast<std::size_t> (states), impossible), next (score);
    std::vector<std::uint8_t> steps (static_cast<std::size_t> (frames) * static_cast<std::size_t> (states));

    for (int frame = 0; frame < frames; ++frame)
    {
        for (int state = 0; state < states; ++state)
        {
            const auto mayJump = state % 2 == 1 && state >= 3 && tokenOf (state) != tokenOf (state - 2);
            auto best = frame == 0 ? (state < 2 ? 0.0f : impossible) : score[static_cast<std::size_t> (state)];
            auto step = 0;

            for (int back = 1; frame > 0 && back <= (mayJump ? 2 : 1) && back <= state; ++back)
                if (score[static_cast<std::size_t> (state - back)] > best)
                {
                    best = score[static_cast<std::size_t> (state - back)];
                    step = back;
                }

            next[static_cast<std::size_t> (state)] =
                best + logProbabilities[static_cast<std::size_t> (frame * vocabulary + tokenOf (state))];
            steps[static_cast<std::size_t> (frame * states + state)] = static_cast<std::uint8_t> (step);
        }

        score.swap (next);
    }

    if (tokens.empty() || frames == 0 || std::max (score[score.size() - 1], score[score.size() - 2]) == impossible)
        return {};

    std::vector<std::pair<int, int>> spans (tokens.size(), { -1, -1 });
    auto state = score[score.size() - 1] > score[score.size() - 2] ? states - 1 : states - 2;

    for (int frame = frames - 1; frame >= 0; --frame)
    {
        if (state % 2 == 1)
        {
            auto& span = spans[static_cast<std::size_t> (state / 2)];
            span = { frame, span.second < 0 ? frame : span.second };
        }

        state -= steps[static_cast<std::size_t> (frame * states + state)];
    }

    return spans;
}

std::vector<WordSpan> alignWithWholeContext (const std::shared_ptr<const ConformerWeights>& weights,
                                             const Recording& recording,
                                             const std::vector<std::string>& words)
{
    const auto& config = weights->config;
    const auto tokens = spell (words, config.vocabulary);
    auto resampler = ModelRateResampler::create (recording.sampleRate);

    if (! resampler || std::find (tokens.begin(), tokens.end(), -1) != tokens.end())
        return {};

    std::vector<float> audio;
    resampler.value()->push (recording.samples, audio);
    resampler.value()->flush (audio);
    audio.resize (audio.size() + featureRate / 2);
    const auto features = extractFeatures (audio, config.normalisation, subsamplingFactor);
    const auto frames = static_cast<int> (features.size()) / melBins / subsamplingFactor;

    if (frames > longestAlignment)
        return {};

    StreamingConformer conformer (weights, frames);
    const auto spans = bestCtcPath (conformer.process (features), static_cast<int> (config.vocabulary.size()), tokens);
    std::vector<WordSpan> result;
    const auto frameSeconds = 0.08 / config.headFrames;
    std::size_t token = 0;

    for (std::size_t i = 0; i < words.size() && ! spans.empty(); ++i)
    {
        const auto first = token;

        while (token < tokens.size() && config.vocabulary[static_cast<std::size_t> (tokens[token])] != " ")
            ++token;

        result.push_back ({ spans[first].first * frameSeconds, (spans[token - 1].second + 1) * frameSeconds });
        ++token;
    }

    return result;
}

} // namespace kikitori::backend
