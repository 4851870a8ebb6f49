/*  The words that a language model knows, as a tree of tokens with a common root. Each node tells how likely its most
    likely word is, so that a search can use the language model before a word is complete (S. Ortmanns, H. Ney,
    A. Eiden, Language-model look-ahead for large vocabulary speech recognition, ICSLP 1996).

    Threads: const after construction.
    Failure: words that the tokens cannot spell are left out; isEmpty() when none is left.
*/
#pragma once

#include "Backend/LanguageModel/NGramModel.h"

#include <span>

namespace kikitori::backend
{

class Lexicon
{
public:
    struct Node
    {
        std::uint32_t firstChild = 0; ///< children lie one after another
        std::uint16_t childCount = 0;
        std::uint16_t token = 0;
        WordId word = unknownWord; ///< that ends here, or unknownWord
        std::uint8_t depth = 0;
        std::uint32_t parent = 0;
        float lookAhead = 0.0f; ///< log probability of the most likely word from here on; 0 at the root
    };

    static constexpr std::uint32_t root = 0;
    static constexpr std::size_t longestWord = 40; ///< tokens

    /** tokens: characters by id; 0 is blank. */
    Lexicon (const NGramModel& model, const std::vector<std::string>& tokens);

    const Node& operator[] (std::uint32_t node) const noexcept { return nodes[node]; }
    std::span<const Node> children (const Node& node) const noexcept;
    std::uint32_t indexOf (const Node& node) const noexcept
    {
        return static_cast<std::uint32_t> (&node - nodes.data());
    }

    bool isEmpty() const noexcept { return nodes.size() == 1; }
    std::size_t size() const noexcept { return nodes.size(); }

private:
    std::vector<Node> nodes;
};

} // namespace kikitori::backend
