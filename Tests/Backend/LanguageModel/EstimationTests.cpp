#include "Sentences.h"
#include "Support/Catch.h"

#include <algorithm>

using namespace kikitori::backend;

namespace
{
/** Sum of p(word | history) over all words but <s>. */
double sumAfter (const NGramTable& table, NGramKey history, int order)
{
    auto sum = 0.0;

    for (std::size_t word = 0; word < table.words.size(); ++word)
        if (word != sentenceBegin)
            sum += std::exp (table.logProbability (history << 16 | word, order));

    return sum;
}

void checkThatAllAddsUp (const NGramTable& table)
{
    CHECK (sumAfter (table, 0, 1) == Approx (1.0).epsilon (1e-4));

    for (int order = 1; order < table.order(); ++order)
        for (const auto& entry : table.orders[static_cast<std::size_t> (order - 1)])
            if (lastWordOf (entry.key) != sentenceEnd)
                REQUIRE (sumAfter (table, entry.key, order + 1) == Approx (1.0).epsilon (1e-3));
}

WordId idOf (const NGramTable& table, const std::string& word)
{
    return static_cast<WordId> (std::find (table.words.begin(), table.words.end(), word) - table.words.begin());
}
} // namespace

TEST_CASE ("probabilities after every history add up to one", "[lm]")
{
    for (const auto order : { 2, 3, 4 })
        checkThatAllAddsUp (randomTable (order));
}

TEST_CASE ("what was seen is likelier than what was not, and a word in many places likelier than one in few", "[lm]")
{
    // "francisco" is frequent, but only behind "san": as the first word of anything else it is unlikely (the reason for
    // continuation counts).
    Text text (30, { "san", "francisco" });
    for (const auto* word : { "big", "old", "nice", "far", "new" })
        text.push_back ({ "the", word, "town" });
    const auto table = estimate (text, chooseVocabulary (std::vector<WeightedText>{ { text, 1.0, true } }, 100), 2);
    const auto after = [&table] (const char* history, const char* word)
    { return table.logProbability (NGramKey{ idOf (table, history) } << 16 | idOf (table, word), 2); };
    CHECK (after ("san", "francisco") > std::log (0.8));
    CHECK (after ("the", "town") > after ("the", "francisco"));
}

TEST_CASE ("a mixture lies between its parts and adds up to one", "[lm]")
{
    const auto first = randomText (200, 1), second = randomText (200, 2);
    const std::vector<WeightedText> texts{ { first, 0.3, true }, { second, 0.7, true } };
    const auto words = chooseVocabulary (texts, 100);
    const std::vector<NGramTable> tables{ estimate (first, words, 3), estimate (second, words, 3) };
    const auto mixed = mix (tables, std::vector<double>{ 0.3, 0.7 });
    checkThatAllAddsUp (mixed);

    for (const auto& entry : mixed.orders[2])
    {
        const auto a = std::exp (tables[0].logProbability (entry.key, 3));
        const auto b = std::exp (tables[1].logProbability (entry.key, 3));
        REQUIRE (std::exp (static_cast<double> (entry.logProbability)) == Approx (0.3 * a + 0.7 * b).epsilon (1e-4));
    }
}

TEST_CASE ("pruning makes a model smaller, keeps histories and still adds up", "[lm]")
{
    auto table = randomTable (3);
    const auto before = table.orders[2].size();
    prune (table, 2e-4);
    CHECK (table.orders[2].size() < before);
    CHECK (table.orders[2].size() > 0);
    checkThatAllAddsUp (table);

    for (const auto& entry : table.orders[2])
        REQUIRE (table.find (historyOf (entry.key), 2) != nullptr);
}

TEST_CASE ("the vocabulary takes all words where asked and the most frequent of the rest", "[lm]")
{
    const std::vector<WeightedText> texts{ { { { "rare" } }, 1.0, true },
                                           { { { "often", "often", "seldom" }, { "sometimes", "sometimes" } }, 1.0 } };
    CHECK (chooseVocabulary (texts, 6)
           == std::vector<std::string>{ "<unk>", "<s>", "</s>", "rare", "often", "sometimes" });
}
