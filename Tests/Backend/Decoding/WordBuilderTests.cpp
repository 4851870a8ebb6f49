#include "Backend/Decoding/WordBuilder.h"
#include "Support/Catch.h"

#include <cmath>

using namespace kikitori::backend;

namespace
{
/** Token i lasts frame i, with a probability of a half. */
std::vector<DecodedWord> wordsOf (const std::vector<std::string>& pieces)
{
    std::vector<std::string> vocabulary{ "<blank>" };
    std::vector<DecodedToken> tokens;

    for (const auto& piece : pieces)
    {
        const auto frame = static_cast<std::int64_t> (tokens.size());
        tokens.push_back ({ static_cast<int> (vocabulary.size()), frame, frame, std::log (0.5f) });
        vocabulary.push_back (piece);
    }

    return buildWords (tokens, vocabulary);
}
} // namespace

TEST_CASE ("characters become words at spaces", "[words]")
{
    const auto words = wordsOf ({ " ", "i", "t", " ", " ", "i", "s" });
    REQUIRE (words.size() == 2);
    CHECK (words[0].text == "it");
    CHECK (words[0].firstFrame == 1);
    CHECK (words[0].lastFrame == 2);
    CHECK (words[0].confidence == Approx (0.5f));
    CHECK (joinWords (words) == "it is");
}

TEST_CASE ("SentencePiece's pieces become words at their space mark", "[words]")
{
    const auto words = wordsOf ({ "▁th", "e", "▁", "c", "at", "▁sat" });
    REQUIRE (words.size() == 3);
    CHECK (joinWords (words) == "the cat sat");
    CHECK (words[1].firstFrame == 3);
}

TEST_CASE ("each character of Japanese has its times, and no space comes between", "[words]")
{
    const auto words = wordsOf ({ "東", "京", "タ", "ワ", "ー", " ", "で", "a", "b", "を" });
    CHECK (joinWords (words) == "東京タワー でabを");
    REQUIRE (words.size() == 8);
    CHECK (words[6].text == "ab");
    CHECK (words[4].firstFrame == 4);
    CHECK (joinWords (wordsOf ({ "▁東京", "です", "▁か" })) == "東京です か");
}

TEST_CASE ("what is no whole character is no character of Japanese", "[words]")
{
    for (const auto* text : { "", "a", "é", "\xe3", "\xe3\x81", "\xf0\x9f\x98\x80", "한" })
        CHECK_FALSE (beginsWithoutSpaces (text));

    for (const auto* text : { "あ", "ー", "漢", "々", "ｱ", "𠮷" })
        CHECK (beginsWithoutSpaces (text));
}
