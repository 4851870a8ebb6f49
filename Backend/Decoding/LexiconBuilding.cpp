// The tree of a Lexicon and its arcs; what is asked of it later is in Lexicon.cpp.
#include "Backend/Decoding/Characters.h"
#include "Backend/Decoding/Lexicon.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace kikitori::backend
{

namespace
{
constexpr std::string_view beginMark = "\u2581";
constexpr std::size_t longestToken = 64; ///< bytes; longer ones are no help

/** The tokens by what they spell. */
class TokenTable
{
public:
    struct Tokens
    {
        std::vector<std::uint16_t> first; ///< at a word's begin
        std::vector<std::uint16_t> later; ///< elsewhere in it
    };

    explicit TokenTable (const std::vector<std::string>& tokens)
    {
        const auto marked = markWordBegins (tokens);

        for (std::size_t id = 1; id < tokens.size() && id < 65536; ++id)
        {
            auto text = folded (tokens[id]);
            const auto begins = text.starts_with (beginMark);

            if (text.empty() || text == " " || text.size() > longestToken)
                continue;

            if (begins)
                text.erase (0, beginMark.size());

            const auto token = static_cast<std::uint16_t> (id);

            if (begins && text.empty())
            {
                beginAlone = token;
                continue;
            }

            auto& same = table[text];

            if (! marked || begins)
                same.first.push_back (token);
            if (! marked || ! begins)
                same.later.push_back (token);
        }
    }

    /** Null where no token is spelled so; `goesOn`: one begins so and is longer. */
    const Tokens* find (std::string_view text, bool& goesOn) const
    {
        const auto at = table.lower_bound (text);
        const auto isThere = at != table.end() && at->first == text;
        const auto next = isThere ? std::next (at) : at;
        goesOn = next != table.end() && next->first.starts_with (text);
        return isThere ? &at->second : nullptr;
    }

    /** Can the tokens spell this word? */
    bool spells (std::string_view word) const
    {
        std::vector<bool> isReached (word.size() + 1);
        auto mayBeginLater = beginAlone != 0;

        for (std::size_t at = 0; at < word.size(); ++at)
        {
            if (at > 0 && ! isReached[at])
                continue;

            auto goesOn = true;

            for (auto end = at; goesOn && end < word.size();)
            {
                end += lengthOfCharacter (word, end);
                const auto* tokens = find (word.substr (at, end - at), goesOn);
                const auto fits =
                    tokens != nullptr && (at == 0 ? ! tokens->first.empty() || (mayBeginLater && ! tokens->later.empty())
                                                  : ! tokens->later.empty());
                isReached[end] = isReached[end] || fits;
            }
        }

        return isReached[word.size()];
    }

    std::uint16_t beginAlone = 0; ///< the token that only marks a word's begin, or 0

private:
    std::map<std::string, Tokens, std::less<>> table;
};

struct Spelling
{
    std::vector<std::uint32_t> characters;
    WordId word = unknownWord;
};

/** Words as numbers of characters. */
class Speller
{
public:
    explicit Speller (const TokenTable& tokens) : table (tokens) {}

    void add (const std::vector<std::string>& words, std::size_t firstWord, std::size_t firstId)
    {
        for (auto word = firstWord; word < words.size(); ++word)
        {
            const auto text = folded (words[word]);

            if (text.empty() || ! table.spells (text))
                continue;

            Spelling spelling{ {}, static_cast<WordId> (firstId + word) };

            for (std::size_t at = 0, length = 0; at < text.size(); at += length)
            {
                length = lengthOfCharacter (text, at);
                spelling.characters.push_back (numberOf (std::string_view (text).substr (at, length)));
            }

            if (spelling.characters.size() <= Lexicon::longestWord)
                spellings.push_back (std::move (spelling));
        }
    }

    std::vector<Spelling> spellings;
    std::vector<std::string> alphabet;

private:
    std::uint32_t numberOf (std::string_view character)
    {
        if (const auto known = numbers.find (character); known != numbers.end())
            return known->second;

        const auto number = static_cast<std::uint32_t> (alphabet.size());
        alphabet.emplace_back (character);
        numbers.emplace (character, number);
        return number;
    }

    const TokenTable& table;
    std::map<std::string, std::uint32_t, std::less<>> numbers;
};

/** The tokens that lead from one node to those below it. */
class ArcFinder
{
public:
    ArcFinder (const Lexicon& lexiconToUse,
               const std::vector<std::string>& alphabetOfWords,
               const std::vector<std::uint32_t>& charactersOfNodes,
               const TokenTable& tokens)
        : lexicon (lexiconToUse), alphabet (alphabetOfWords), characters (charactersOfNodes), table (tokens)
    {
    }

    void find (std::uint32_t node, bool isFirst, std::vector<Lexicon::Arc>& arcs) const
    {
        follow (node, std::string(), isFirst, arcs);
    }

private:
    void follow (std::uint32_t node, const std::string& text, bool isFirst, std::vector<Lexicon::Arc>& arcs) const
    {
        const auto& from = lexicon[node];

        for (auto child = from.firstChild; child < from.firstChild + from.childCount; ++child)
        {
            const auto longer = text + alphabet[characters[child]];
            auto goesOn = false;

            if (const auto* tokens = table.find (longer, goesOn))
                for (const auto token : isFirst ? tokens->first : tokens->later)
                    arcs.push_back ({ token, child });

            if (goesOn)
                follow (child, longer, isFirst, arcs);
        }
    }

    const Lexicon& lexicon;
    const std::vector<std::string>& alphabet;
    const std::vector<std::uint32_t>& characters;
    const TokenTable& table;
};
} // namespace

bool markWordBegins (const std::vector<std::string>& tokens)
{
    return std::find (tokens.begin(), tokens.end(), " ") == tokens.end()
           && std::any_of (tokens.begin(), tokens.end(), [] (const auto& t) { return t.starts_with (beginMark); });
}

void Lexicon::build (const std::vector<std::string>& tokens)
{
    const TokenTable table (tokens);
    Speller speller (table);
    speller.add (model.words(), sentenceEnd + 1, 0);
    speller.add (addedWords, 0, model.words().size());
    auto& spellings = speller.spellings;
    std::stable_sort (spellings.begin(), spellings.end(),
                      [] (const auto& x, const auto& y) { return x.characters < y.characters; });
    const auto same = [] (const auto& x, const auto& y) { return x.characters == y.characters; };
    spellings.erase (std::unique (spellings.begin(), spellings.end(), same), spellings.end());

    // Level by level, so that the children of a node lie together; a node stands for a range of sorted spellings.
    struct Range
    {
        std::size_t begin = 0, end = 0;
    };

    std::vector<Range> ranges{ { 0, spellings.size() } };
    std::vector<std::uint32_t> characters{ 0 }; // of each node; the root has none
    nodes.push_back ({});

    for (std::uint32_t index = 0; index < nodes.size(); ++index)
    {
        auto [begin, end] = ranges[index];
        const auto depth = nodes[index].depth;
        const auto firstChild = static_cast<std::uint32_t> (nodes.size());

        if (begin < end && spellings[begin].characters.size() == depth)
            nodes[index].word = spellings[begin++].word;

        while (begin < end)
        {
            const auto character = spellings[begin].characters[depth];
            auto next = begin;

            while (next < end && spellings[next].characters[depth] == character)
                ++next;

            Node child;
            child.depth = static_cast<std::uint8_t> (depth + 1);
            child.parent = index;
            nodes.push_back (child);
            ranges.push_back ({ begin, next });
            characters.push_back (character);
            begin = next;
        }

        nodes[index].firstChild = firstChild;
        nodes[index].childCount = static_cast<std::uint16_t> (nodes.size() - firstChild);
    }

    const ArcFinder finder (*this, speller.alphabet, characters, table);
    const auto setArcs = [&] (std::uint32_t node, std::uint32_t from, bool isFirst)
    {
        nodes[node].firstArc = static_cast<std::uint32_t> (allArcs.size());
        finder.find (from, isFirst, allArcs);
    };
    const auto countArcs = [this] (std::uint32_t node)
    { nodes[node].arcCount = static_cast<std::uint16_t> (allArcs.size() - nodes[node].firstArc); };
    const auto count = static_cast<std::uint32_t> (nodes.size());

    for (std::uint32_t node = 0; node < count; ++node)
    {
        setArcs (node, node, node == root);

        if (node == root && table.beginAlone != 0)
            allArcs.push_back ({ table.beginAlone, count });

        countArcs (node);
    }

    if (table.beginAlone != 0) // a word whose begin has been marked, and of which nothing was spelled yet
    {
        nodes.emplace_back();
        setArcs (count, root, false);
        countArcs (count);
    }
}

} // namespace kikitori::backend
