#include "Backend/LanguageModel/NGramModel.h"

#include <algorithm>

namespace kikitori::backend
{

float NGramModel::Level::logProbability (std::size_t entry) const noexcept
{
    return static_cast<float> (probabilities[entry]) / steps;
}

float NGramModel::Level::backoff (std::size_t entry) const noexcept
{
    return static_cast<float> (backoffs[entry]) / steps;
}

std::uint32_t NGramModel::child (std::size_t level, std::uint32_t entry, WordId word) const noexcept
{
    const auto& parents = levels[level - 1];
    const auto& words = levels[level].lastWords;
    const auto begin = words.begin() + parents.firstChildren[entry];
    const auto end = words.begin() + parents.firstChildren[entry + 1];
    const auto found = std::lower_bound (begin, end, word);
    return found != end && *found == word ? static_cast<std::uint32_t> (found - words.begin()) : none;
}

std::uint32_t NGramModel::entryOf (std::span<const WordId> words) const noexcept
{
    std::uint32_t entry = words.front();

    for (std::size_t i = 1; i < words.size() && entry != none; ++i)
        entry = child (i, entry, words[i]);

    return entry;
}

NGramModel::Context NGramModel::atBegin() const noexcept
{
    Context context;

    if (order() > 1)
    {
        context.words[0] = sentenceBegin;
        context.size = 1;
    }

    return context;
}

float NGramModel::score (const Context& context, WordId word, Context& next) const noexcept
{
    std::array<WordId, longestNGram> words{};
    std::copy_n (context.words.begin(), context.size, words.begin());
    words[context.size] = word;
    const auto all = std::span<const WordId> (words).first (context.size + 1u);
    auto result = 0.0f;
    auto isFound = false;
    auto isNextFound = false;
    next = {};

    for (std::size_t skip = 0; skip < all.size() && ! (isFound && isNextFound); ++skip)
    {
        const auto gram = all.subspan (skip);
        const auto entry = entryOf (gram);

        if (! isFound && entry != none)
        {
            result += levels[gram.size() - 1].logProbability (entry);
            isFound = true;
        }
        else if (! isFound)
        {
            if (const auto history = entryOf (gram.first (gram.size() - 1)); history != none)
                result += levels[gram.size() - 2].backoff (history);
        }

        // The longest end of the words that something goes on from.
        if (! isNextFound && entry != none && gram.size() < levels.size()
            && levels[gram.size() - 1].firstChildren[entry] < levels[gram.size() - 1].firstChildren[entry + 1])
        {
            std::copy (gram.begin(), gram.end(), next.words.begin());
            next.size = static_cast<std::uint8_t> (gram.size());
            isNextFound = true;
        }
    }

    return result;
}

} // namespace kikitori::backend
