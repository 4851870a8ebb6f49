#include "Backend/Training/Validation.h"
#include "Support/Catch.h"

using namespace kikitori::backend;

TEST_CASE ("the edit distance counts insertions, deletions and substitutions", "[training]")
{
    CHECK (editDistance ({}, {}) == 0);
    CHECK (editDistance ({ "a", "b", "c" }, { "a", "c" }) == 1);
    CHECK (editDistance ({ "a", "c" }, { "a", "b", "c" }) == 1);
    CHECK (editDistance ({ "k", "i", "t", "t", "e", "n" }, { "s", "i", "t", "t", "i", "n", "g" }) == 3);
}

TEST_CASE ("error rates are pooled over utterances and count characters, not bytes", "[training]")
{
    ErrorCount count;
    count.add ("one two", "one too");
    count.add ("three", "");
    CHECK (count.wordErrorRate() == Approx (2.0 / 3.0));
    CHECK (count.characterErrorRate() == Approx (6.0 / 12.0));

    ErrorCount japanese;
    japanese.add ("ちょうめ", "ちようめ");
    CHECK (japanese.characterErrorRate() == Approx (0.25));
}

TEST_CASE ("a system beats another when its errors are fewer on the same utterances by more than chance", "[training]")
{
    const auto counts = [] (std::initializer_list<std::size_t> errors)
    {
        std::vector<ErrorCount> all;
        for (const auto wrong : errors)
            all.push_back ({ wrong, 4, 2 * wrong, 12 });
        return all;
    };
    for (const auto byWords : { true, false })
    {
        CHECK_FALSE (beats (counts ({ 0 }), counts ({ 4 }), byWords));
        CHECK_FALSE (beats (counts ({ 0, 0, 0, 0 }), counts ({ 4, 4, 4, 4 }), byWords));
        CHECK (beats (counts ({ 0, 0, 0, 0, 0, 0 }), counts ({ 4, 4, 4, 4, 4, 4 }), byWords));
        CHECK_FALSE (beats (counts ({ 4, 4, 4, 4, 4, 4 }), counts ({ 0, 0, 0, 0, 0, 0 }), byWords));
        CHECK_FALSE (beats (counts ({ 1, 2, 1, 2, 1, 2, 1, 1 }), counts ({ 2, 1, 2, 1, 2, 1, 1, 2 }), byWords));
        CHECK_FALSE (beats (counts ({ 1, 1, 1, 1, 1, 1 }), counts ({ 1, 1, 1, 1, 1, 1 }), byWords));
    }
}

TEST_CASE ("greedy decoding drops blanks and merges repeats that no blank separates", "[training]")
{
    const std::vector<std::string> vocabulary{ "<blank>", "a", "b" };
    const auto logits = torch::one_hot (torch::tensor ({ 1, 1, 0, 1, 2, 2, 0 }), 3).to (torch::kFloat);
    CHECK (greedyText (logits, vocabulary) == "aab");
}

TEST_CASE ("the CTC loss of certain frames is zero and is a mean over tokens", "[training]")
{
    const auto certain = (torch::one_hot (torch::tensor ({ 1, 0, 2 }), 3).to (torch::kFloat) * 60.0).unsqueeze (0);
    const auto lengths = torch::tensor ({ 3 }, torch::kLong);
    const auto targets = torch::tensor ({ 1, 2 }, torch::kLong);
    const auto counts = torch::tensor ({ 2 }, torch::kLong);
    CHECK (ctcLoss (certain, lengths, targets, counts).item<double>() == Approx (0.0).margin (1e-5));

    // Three frames of three equally likely tokens: "ab" in 5 of 27 ways (aab, abb, ab-, a-b, -ab).
    const auto even = torch::zeros ({ 1, 3, 3 });
    CHECK (ctcLoss (even, lengths, targets, counts).item<double>() == Approx (-std::log (5.0 / 27.0) / 2.0));
}
