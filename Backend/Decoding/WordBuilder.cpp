#include "Backend/Decoding/WordBuilder.h"

#include <algorithm>
#include <cmath>

namespace kikitori::backend
{

TimedText buildWords (std::span<const DecodedToken> tokens,
                      const std::vector<std::string>& vocabulary,
                      const std::function<std::int64_t (std::int64_t)>& sampleOfFrame)
{
    TimedText result;
    RecognizedToken word;
    auto logProbability = 0.0f;
    auto tokensInWord = 0;

    const auto finishWord = [&]
    {
        if (tokensInWord > 0)
        {
            word.confidence = std::exp (logProbability / static_cast<float> (tokensInWord));
            result.text += (result.text.empty() ? "" : " ") + word.text;
            result.words.push_back (std::exchange (word, {}));
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
            word.start = sampleOfFrame (token.firstFrame);

        word.text += piece;
        word.end = sampleOfFrame (token.lastFrame + 1);
        logProbability += token.logProbability;
        ++tokensInWord;
    }

    finishWord();
    return result;
}

std::int64_t codePoints (const std::string& text)
{
    return std::count_if (text.begin(), text.end(),
                          [] (char c) { return (static_cast<unsigned char> (c) & 0xc0) != 0x80; });
}

} // namespace kikitori::backend
