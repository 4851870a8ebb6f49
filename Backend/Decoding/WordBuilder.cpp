#include "Backend/Decoding/WordBuilder.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

namespace kikitori::backend
{

namespace
{
constexpr std::string_view spaceMark = "\u2581";

/** Takes tokens one by one and makes words of them. */
class Builder
{
public:
    explicit Builder (std::vector<DecodedWord>& into) : words (into) { words.clear(); }

    void add (const DecodedToken& token, std::string_view piece)
    {
        if (piece == " ")
            return space();

        if (piece.starts_with (spaceMark))
        {
            space();
            piece.remove_prefix (spaceMark.size());
        }

        if (piece.empty())
            return;

        const std::string text (piece);
        const auto isAlone = beginsWithoutSpaces (text);

        if (tokensInWord > 0 && (isAlone || beginsWithoutSpaces (word.text)))
        {
            finishWord();
            word.isJoined = true;
        }

        if (tokensInWord == 0)
            word.firstFrame = token.firstFrame;

        word.text += text;
        word.lastFrame = token.lastFrame;
        logProbability += token.logProbability;
        ++tokensInWord;
    }

    void finishWord()
    {
        if (tokensInWord > 0)
        {
            word.confidence = std::exp (logProbability / static_cast<float> (tokensInWord));
            words.push_back (std::exchange (word, {}));
        }

        logProbability = 0.0f;
        tokensInWord = 0;
    }

private:
    void space()
    {
        finishWord();
        word.isJoined = false;
    }

    std::vector<DecodedWord>& words;
    DecodedWord word;
    float logProbability = 0.0f;
    int tokensInWord = 0;
};

/** The first code point of UTF-8 text; 0 for what is none. */
char32_t firstCodePoint (const std::string& text)
{
    const auto byte = [&text] (std::size_t i) { return static_cast<char32_t> (static_cast<unsigned char> (text[i])); };
    const auto lead = text.empty() ? 0u : byte (0);

    if (lead >= 0xe0 && lead < 0xf0 && text.size() >= 3)
        return (lead & 0x0fu) << 12 | (byte (1) & 0x3fu) << 6 | (byte (2) & 0x3fu);

    if (lead >= 0xf0 && text.size() >= 4)
        return (lead & 0x07u) << 18 | (byte (1) & 0x3fu) << 12 | (byte (2) & 0x3fu) << 6 | (byte (3) & 0x3fu);

    return lead < 0x80 ? lead : 0;
}
} // namespace

bool beginsWithoutSpaces (const std::string& text)
{
    const auto c = firstCodePoint (text);
    const auto isBetween = [c] (char32_t first, char32_t last) { return c >= first && c <= last; };
    // Unicode's blocks: 々 and 〆, hiragana, katakana, its extensions, Chinese characters with their extensions.
    return isBetween (0x3005, 0x3007) || isBetween (0x3040, 0x30ff) || isBetween (0x31f0, 0x31ff)
           || isBetween (0x3400, 0x9fff) || isBetween (0xf900, 0xfaff) || isBetween (0xff66, 0xff9f)
           || isBetween (0x20000, 0x3ffff);
}

std::vector<DecodedWord> buildWords (std::span<const DecodedToken> tokens, const std::vector<std::string>& vocabulary)
{
    std::vector<DecodedWord> words;
    buildWords (tokens, vocabulary, words);
    return words;
}

void buildWords (std::span<const DecodedToken> tokens,
                 const std::vector<std::string>& vocabulary,
                 std::vector<DecodedWord>& into)
{
    Builder builder (into);

    for (const auto& token : tokens)
        builder.add (token, vocabulary[static_cast<std::size_t> (token.id)]);

    builder.finishWord();
}

std::string joinWords (std::span<const DecodedWord> words)
{
    std::string text;
    joinWords (words, text);
    return text;
}

void joinWords (std::span<const DecodedWord> words, std::string& text)
{
    text.clear();

    for (const auto& word : words)
    {
        if (! text.empty() && ! word.isJoined)
            text += ' ';

        text += word.text;
    }
}

std::int64_t codePoints (const std::string& text)
{
    return std::count_if (text.begin(), text.end(),
                          [] (char c) { return (static_cast<unsigned char> (c) & 0xc0) != 0x80; });
}

} // namespace kikitori::backend
