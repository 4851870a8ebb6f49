/*  The n-gram model that streams use: compact, read-only, quick to ask.

    The file (lm.bin, made by kikitori-lm): magic, a checksum of the rest, order, counts, words, then for each order the
    last words, log probabilities, backoffs and where the entries that go on begin. About 4 bytes for an entry of the
    highest order and 10 for others.

    Threads: const after load(); any number at once.
    Failure: file_missing, model_broken (truncated, changed, or not such a file).
*/
#pragma once

#include "Backend/LanguageModel/NGramTable.h"
#include "Core/Result.h"

#include <array>
#include <filesystem>
#include <memory>
#include <span>

namespace kikitori::backend
{

class NGramModel
{
public:
    /** Log probabilities are kept in whole numbers of this many steps for 1. */
    static constexpr float steps = 1024.0f;

    /** The last words, as many as the model needs to know. Equal contexts give equal probabilities. */
    struct Context
    {
        std::array<WordId, longestNGram - 1> words{}; ///< the oldest first
        std::uint8_t size = 0;

        bool operator== (const Context&) const = default;
    };

    static Result<std::shared_ptr<const NGramModel>> load (const std::filesystem::path& file);

    /** Error disk_failed. */
    static Status write (const NGramTable& table, const std::filesystem::path& file);

    Context atBegin() const noexcept;

    /** Natural log of p(word | context), and the context after it. */
    float score (const Context& context, WordId word, Context& next) const noexcept;
    float unigram (WordId word) const noexcept { return levels.front().logProbability (word); }

    int order() const noexcept { return static_cast<int> (levels.size()); }
    const std::vector<std::string>& words() const noexcept { return wordList; }

private:
    struct Level
    {
        std::vector<WordId> lastWords;            ///< empty at order 1, where the index is the word
        std::vector<std::int16_t> probabilities;  ///< times `steps`
        std::vector<std::int16_t> backoffs;       ///< empty at the highest order
        std::vector<std::uint32_t> firstChildren; ///< into the next level, one more than entries; empty at the highest

        float logProbability (std::size_t entry) const noexcept;
        float backoff (std::size_t entry) const noexcept;
    };

    static constexpr std::uint32_t none = 0xffffffff;

    static Level levelOf (const NGramTable& table, int order);
    /** Entry of `level` that goes on from `entry` of the level before with this word, or none. */
    std::uint32_t child (std::size_t level, std::uint32_t entry, WordId word) const noexcept;
    std::uint32_t entryOf (std::span<const WordId> words) const noexcept;
    bool isSound() const noexcept;

    std::vector<std::string> wordList;
    std::vector<Level> levels;
};

} // namespace kikitori::backend
