/*  The words that a language model knows, as a tree of characters with a common root. Each node tells how likely its
    most likely word is, so that a search can use the language model before a word is complete (S. Ortmanns, H. Ney,
    A. Eiden, Language-model look-ahead for large vocabulary speech recognition, ICSLP 1996).

    Arcs lead from node to node, one for each token that spells what lies between: a character, or a piece of
    SentencePiece, with all ways to cut a word into pieces. Upper and lower case of ASCII letters are the same.

    Threads: const after construction.
    Failure: words that the tokens cannot spell are left out; isEmpty() when none is left.

    Hot words, which somebody expects to hear, get a bonus; one that the language model does not know is added as a rare
    word. The bonus is spread over a word's characters, so that the search finds the word before it is complete.
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
        std::uint32_t firstArc = 0;
        std::uint16_t childCount = 0;
        std::uint16_t arcCount = 0;
        WordId word = unknownWord; ///< that ends here, or unknownWord
        std::uint8_t depth = 0;    ///< characters
        std::uint32_t parent = 0;
        float lookAhead = 0.0f; ///< log probability of the most likely word from here on; 0 at the root
        float bonus = 0.0f;     ///< of the hot word under way
        float wordBonus = 0.0f; ///< what of it stays when the word ends here
    };

    struct Arc
    {
        std::uint16_t token = 0;
        std::uint32_t target = 0;
    };

    static constexpr std::uint32_t root = 0;
    static constexpr std::size_t longestWord = 40; ///< characters

    /** tokens by id; 0 is blank. hotWords: those that the model does not know get the ids after its own. */
    Lexicon (const NGramModel& model,
             const std::vector<std::string>& tokens,
             std::span<const std::string> hotWords = {},
             float hotWordBonus = 0.0f);

    const Node& operator[] (std::uint32_t node) const noexcept { return nodes[node]; }
    std::span<const Node> children (const Node& node) const noexcept;
    std::span<const Arc> arcs (const Node& node) const noexcept;

    /** Natural log of p(word | context): hot words that the model does not know are rare unknown words. */
    float score (const NGramModel::Context& context, WordId word, NGramModel::Context& next) const noexcept;
    const std::string& text (WordId word) const noexcept;
    /** The characters from the root to a node. */
    void writePrefix (std::uint32_t node, std::string& into) const;

    bool isEmpty() const noexcept { return nodes.front().childCount == 0; }
    std::size_t size() const noexcept { return nodes.size(); }

private:
    void build (const std::vector<std::string>& tokens);
    void lookAhead();
    void spreadBonus (float bonus, std::span<const WordId> hot);

    const NGramModel& model; ///< of the same owner as this
    std::vector<std::string> addedWords;
    std::vector<Node> nodes;
    std::vector<Arc> allArcs;
};

/** Do these tokens mark the begin of a word (U+2581, as SentencePiece's pieces do) instead of the space between words? */
bool markWordBegins (const std::vector<std::string>& tokens);

} // namespace kikitori::backend
