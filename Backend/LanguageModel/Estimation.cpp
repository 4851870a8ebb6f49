#include "Backend/LanguageModel/Estimation.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>

namespace kikitori::backend
{

namespace
{
struct Counted
{
    NGramKey key = 0;
    std::uint32_t count = 0;
};

using Counts = std::vector<Counted>;

Counts countSorted (std::vector<NGramKey>& keys)
{
    std::sort (keys.begin(), keys.end());
    Counts counts;

    for (const auto key : keys)
        if (counts.empty() || counts.back().key != key)
            counts.push_back ({ key, 1 });
        else
            ++counts.back().count;

    return counts;
}

std::vector<std::vector<WordId>> encode (const Text& text, const std::vector<std::string>& words)
{
    std::unordered_map<std::string, WordId> ids;

    for (std::size_t i = 0; i < words.size(); ++i)
        ids.emplace (words[i], static_cast<WordId> (i));

    std::vector<std::vector<WordId>> encoded;
    encoded.reserve (text.size());

    for (const auto& sentence : text)
    {
        auto& line = encoded.emplace_back();
        line.push_back (sentenceBegin);

        for (const auto& word : sentence)
        {
            const auto found = ids.find (word);
            line.push_back (found == ids.end() ? unknownWord : found->second);
        }

        line.push_back (sentenceEnd);
    }

    return encoded;
}

Counts rawCounts (const std::vector<std::vector<WordId>>& sentences, int order)
{
    std::vector<NGramKey> keys;

    for (const auto& sentence : sentences)
    {
        NGramKey key = 0;

        for (std::size_t i = 0; i < sentence.size(); ++i)
        {
            key = suffixOf (key, order) << 16 | sentence[i];

            if (i + 1 >= static_cast<std::size_t> (order))
                keys.push_back (key);
        }
    }

    return countSorted (keys);
}

/** In how many contexts an n-gram was seen; one that begins a sentence has no word before it and keeps its count. */
Counts continuationCounts (const Counts& longer, int longerOrder, const Counts& raw)
{
    std::vector<NGramKey> keys;
    keys.reserve (longer.size());

    for (const auto& entry : longer)
        keys.push_back (suffixOf (entry.key, longerOrder));

    auto counts = countSorted (keys);

    if (const auto order = longerOrder - 1; order > 1)
    {
        for (const auto& entry : raw)
            if (firstWordOf (entry.key, order) == sentenceBegin)
                counts.push_back (entry);

        std::sort (counts.begin(), counts.end(), [] (const auto& a, const auto& b) { return a.key < b.key; });
    }

    return counts;
}

/** Discounts of n-grams seen once, twice, three times or more. */
std::array<double, 3> discountsOf (const Counts& counts)
{
    std::array<double, 5> seen{};

    for (const auto& entry : counts)
        if (entry.count <= 4)
            ++seen[entry.count];

    if (seen[1] == 0.0 || seen[2] == 0.0 || seen[3] == 0.0)
        return { 0.5, 0.75, 0.9 }; // too little text to tell

    const auto y = seen[1] / (seen[1] + 2.0 * seen[2]);
    return { std::clamp (1.0 - 2.0 * y * seen[2] / seen[1], 0.05, 0.95),
             std::clamp (2.0 - 3.0 * y * seen[3] / seen[2], 0.05, 1.9),
             std::clamp (3.0 - 4.0 * y * seen[4] / seen[3], 0.05, 2.8) };
}

double discountOf (const std::array<double, 3>& discounts, std::uint32_t count) noexcept
{
    return discounts[std::min<std::uint32_t> (count, 3) - 1];
}

std::vector<NGramEntry> unigrams (const Counts& counts, std::size_t words)
{
    const auto discounts = discountsOf (counts);
    auto total = 0.0, freed = 0.0;

    for (const auto& entry : counts)
    {
        total += entry.count;
        freed += std::min<double> (discountOf (discounts, entry.count), entry.count);
    }

    // Shared among all words but <s>, which is never predicted.
    const auto floor = (freed > 0.0 ? freed / total : 1.0) / static_cast<double> (words - 1);
    std::vector<NGramEntry> entries (words);

    for (std::size_t i = 0; i < words; ++i)
        entries[i] = { i, static_cast<float> (std::log (floor)), 0.0f };

    for (const auto& entry : counts)
        entries[entry.key].logProbability = static_cast<float> (std::log (
            (entry.count - std::min<double> (discountOf (discounts, entry.count), entry.count)) / total + floor));

    entries[sentenceBegin].logProbability = -30.0f;
    return entries;
}

void addOrder (NGramTable& table, const Counts& counts)
{
    const auto order = table.order() + 1;
    const auto discounts = discountsOf (counts);
    std::vector<NGramEntry> entries;
    entries.reserve (counts.size());

    for (std::size_t begin = 0, end = 0; begin < counts.size(); begin = end)
    {
        const auto history = historyOf (counts[begin].key);
        auto total = 0.0, freed = 0.0;

        for (end = begin; end < counts.size() && historyOf (counts[end].key) == history; ++end)
        {
            total += counts[end].count;
            freed += std::min<double> (discountOf (discounts, counts[end].count), counts[end].count);
        }

        const auto backoff = freed / total;
        table.find (history, order - 1)->backoff = static_cast<float> (std::log (backoff));

        for (auto i = begin; i < end; ++i)
        {
            const auto kept = std::max (0.0, counts[i].count - discountOf (discounts, counts[i].count)) / total;
            const auto lower = std::exp (table.logProbability (suffixOf (counts[i].key, order), order - 1));
            entries.push_back ({ counts[i].key, static_cast<float> (std::log (kept + backoff * lower)), 0.0f });
        }
    }

    table.orders.push_back (std::move (entries));
}
} // namespace

std::vector<std::string> chooseVocabulary (std::span<const WeightedText> texts, std::size_t size)
{
    std::vector<std::string> words{ "<unk>", "<s>", "</s>" };
    std::unordered_set<std::string> taken;
    std::unordered_map<std::string, double> counts;

    for (const auto& text : texts)
        for (const auto& sentence : text.sentences)
            for (const auto& word : sentence)
                if (! text.allWords)
                    counts[word] += 1.0;
                else if (taken.insert (word).second)
                    words.push_back (word);

    std::vector<std::pair<double, std::string>> others;

    for (const auto& [word, count] : counts)
        if (! taken.contains (word))
            others.emplace_back (-count, word);

    std::sort (others.begin(), others.end());

    for (const auto& [count, word] : others)
        if (words.size() < std::min (size, mostWords))
            words.push_back (word);

    return words;
}

NGramTable estimate (const Text& text, const std::vector<std::string>& words, int order)
{
    const auto sentences = encode (text, words);
    std::vector<Counts> counts (static_cast<std::size_t> (order));

    for (int n = order; n >= 1; --n)
    {
        auto& mine = counts[static_cast<std::size_t> (n - 1)];
        mine = rawCounts (sentences, n);

        if (n < order)
            mine = continuationCounts (counts[static_cast<std::size_t> (n)], n + 1, mine);
    }

    NGramTable table;
    table.words = words;
    table.orders.push_back (unigrams (counts.front(), words.size()));

    for (int n = 2; n <= order; ++n)
        addOrder (table, counts[static_cast<std::size_t> (n - 1)]);

    return table;
}

} // namespace kikitori::backend
