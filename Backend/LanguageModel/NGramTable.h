/*  An n-gram language model as a list of entries, in the form in which it is estimated, mixed, pruned and written.
    What streams use is NGramModel.

    Threads: plain values.
    Failure: none.
*/
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace kikitori::backend
{

using WordId = std::uint16_t;

inline constexpr WordId unknownWord = 0, sentenceBegin = 1, sentenceEnd = 2;
inline constexpr int longestNGram = 4;
inline constexpr std::size_t mostWords = 65000;

/** Up to four words in one number, the first in the highest of its n * 16 bits; sorting by it groups histories. */
using NGramKey = std::uint64_t;

inline NGramKey historyOf (NGramKey key) noexcept { return key >> 16; }
inline WordId lastWordOf (NGramKey key) noexcept { return static_cast<WordId> (key & 0xffff); }
/** Without its first word: order is the number of words in the key. */
inline NGramKey suffixOf (NGramKey key, int order) noexcept
{
    return key & ((NGramKey{ 1 } << (16 * (order - 1))) - 1);
}
inline WordId firstWordOf (NGramKey key, int order) noexcept { return static_cast<WordId> (key >> (16 * (order - 1))); }

struct NGramEntry
{
    NGramKey key = 0;
    float logProbability = 0.0f; ///< natural logarithm of p(last word | words before)
    float backoff = 0.0f;        ///< natural logarithm; 0 where nothing goes on from here
};

struct NGramTable
{
    std::vector<std::string> words;              ///< by id; 0 to 2 are <unk>, <s>, </s>
    std::vector<std::vector<NGramEntry>> orders; ///< [order - 1], sorted by key; every entry's history has an entry

    int order() const noexcept { return static_cast<int> (orders.size()); }

    /** The entry of this key, or nullptr. */
    const NGramEntry* find (NGramKey key, int order) const noexcept;
    NGramEntry* find (NGramKey key, int order) noexcept;

    /** log p(last word | words before), backing off where there is no entry. */
    double logProbability (NGramKey key, int order) const noexcept;
};

} // namespace kikitori::backend
