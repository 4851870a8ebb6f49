#include "Backend/Decoding/WordBuilder.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace kikitori::backend
{

std::vector<DecodedWord> buildWords (std::span<const DecodedToken> tokens, const std::vector<std::string>& vocabulary)
{
    std::vector<DecodedWord> words;
    DecodedWord word;
    auto logProbability = 0.0f;
    auto tokensInWord = 0;

    const auto finishWord = [&]
    {
        if (tokensInWord > 0)
        {
            word.confidence = std::exp (logProbability / static_cast<float> (tokensInWord));
            words.push_back (std::exchange (word, {}));
        }

        logProbability = 0.0f;
        tokensInWord = 0;
    };

    for (const auto& token : tokens)
    {
        const auto& piece = vocabulary[static_cast<std::size_t> (token.id)];

        if (piece == " ")
        {
            finishWord();
            continue;
        }

        if (tokensInWord == 0)
            word.firstFrame = token.firstFrame;

        word.text += piece;
        word.lastFrame = token.lastFrame;
        logProbability += token.logProbability;
        ++tokensInWord;
    }

    finishWord();
    return words;
}

std::string joinWords (std::span<const DecodedWord> words)
{
    std::string text;

    for (const auto& word : words)
        text += (text.empty() ? "" : " ") + word.text;

    return text;
}

std::int64_t codePoints (const std::string& text)
{
    return std::count_if (text.begin(), text.end(),
                          [] (char c) { return (static_cast<unsigned char> (c) & 0xc0) != 0x80; });
}

} // namespace kikitori::backend
