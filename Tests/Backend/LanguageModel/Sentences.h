/*  Text for the tests of the language model: random sentences with some order in them. */
#pragma once

#include "Backend/LanguageModel/Estimation.h"

#include <random>

namespace kikitori::backend
{

inline Text randomText (std::size_t sentences, unsigned seed)
{
    const std::vector<std::string> words{ "the", "cat", "dog", "sat", "on", "mat", "a", "ran", "red", "house" };
    std::mt19937 random (seed);
    Text text;

    for (std::size_t i = 0; i < sentences; ++i)
    {
        auto& sentence = text.emplace_back();
        auto word = random() % words.size();

        for (auto left = 2 + random() % 6; left > 0; --left)
        {
            sentence.push_back (words[word]);
            word = random() % 3 == 0 ? random() % words.size() : (word * 7 + 3) % words.size();
        }
    }

    return text;
}

/** A model of 300 such sentences. */
inline NGramTable randomTable (int order, unsigned seed = 1)
{
    const auto text = randomText (300, seed);
    const std::vector<WeightedText> texts{ { text, 1.0, true } };
    return estimate (text, chooseVocabulary (texts, 100), order);
}

} // namespace kikitori::backend
