#include "Backend/Decoding/Lexicon.h"

#include <algorithm>
#include <map>

namespace kikitori::backend
{

namespace
{
/** How much rarer one word is than all unknown ones together: one of a thousand. */
constexpr float rareWord = -6.9f;

struct Spelling
{
    std::vector<std::uint16_t> tokens;
    WordId word = unknownWord;
};

std::vector<Spelling> spell (const std::vector<std::string>& words,
                             const std::vector<std::string>& tokens,
                             std::size_t firstWord,
                             std::size_t firstId)
{
    std::map<std::string, std::uint16_t, std::less<>> ids;

    for (std::size_t id = 1; id < tokens.size(); ++id)
        ids.emplace (tokens[id], static_cast<std::uint16_t> (id));

    std::vector<Spelling> spellings;

    for (auto word = firstWord; word < words.size(); ++word)
    {
        Spelling spelling{ {}, static_cast<WordId> (firstId + word) };
        const auto& text = words[word];
        auto isSpelled = true;

        for (std::size_t at = 0, length = 0; at < text.size() && isSpelled; at += length)
        {
            for (length = 1;
                 at + length < text.size() && (static_cast<unsigned char> (text[at + length]) & 0xc0) == 0x80;)
                ++length;

            const auto found = ids.find (std::string_view (text).substr (at, length));
            isSpelled = found != ids.end() && found->first != " ";

            if (isSpelled)
                spelling.tokens.push_back (found->second);
        }

        if (isSpelled && ! spelling.tokens.empty() && spelling.tokens.size() <= Lexicon::longestWord)
            spellings.push_back (std::move (spelling));
    }

    return spellings;
}
} // namespace

Lexicon::Lexicon (const NGramModel& modelToUse,
                  const std::vector<std::string>& tokens,
                  std::span<const std::string> hotWords,
                  float hotWordBonus)
    : model (modelToUse)
{
    const auto& known = model.words();
    std::vector<WordId> hot;

    for (const auto& word : hotWords)
    {
        const auto place = std::find (known.begin(), known.end(), word);

        if (place == known.end() && known.size() + addedWords.size() < mostWords)
            addedWords.push_back (word);

        hot.push_back (static_cast<WordId> (place == known.end() ? known.size() + addedWords.size() - 1
                                                                 : static_cast<std::size_t> (place - known.begin())));
    }

    addNodes (tokens);
    lookAhead();
    spreadBonus (hotWordBonus, hot);
}

void Lexicon::addNodes (const std::vector<std::string>& tokens)
{
    auto spellings = spell (model.words(), tokens, sentenceEnd + 1, 0);
    const auto added = spell (addedWords, tokens, 0, model.words().size());
    spellings.insert (spellings.end(), added.begin(), added.end());
    std::stable_sort (spellings.begin(), spellings.end(),
                      [] (const auto& x, const auto& y) { return x.tokens < y.tokens; });
    const auto same = [] (const auto& x, const auto& y) { return x.tokens == y.tokens; };
    spellings.erase (std::unique (spellings.begin(), spellings.end(), same), spellings.end());

    // Level by level, so that the children of a node lie together; a node stands for a range of sorted spellings.
    struct Range
    {
        std::size_t begin = 0, end = 0;
    };

    std::vector<Range> ranges{ { 0, spellings.size() } };
    nodes.push_back ({});

    for (std::uint32_t index = 0; index < nodes.size(); ++index)
    {
        auto [begin, end] = ranges[index];
        const auto depth = nodes[index].depth;
        const auto firstChild = static_cast<std::uint32_t> (nodes.size());

        if (begin < end && spellings[begin].tokens.size() == depth)
            nodes[index].word = spellings[begin++].word;

        while (begin < end)
        {
            const auto token = spellings[begin].tokens[depth];
            auto next = begin;

            while (next < end && spellings[next].tokens[depth] == token)
                ++next;

            Node child;
            child.token = token;
            child.depth = static_cast<std::uint8_t> (depth + 1);
            child.parent = index;
            nodes.push_back (child);
            ranges.push_back ({ begin, next });
            begin = next;
        }

        nodes[index].firstChild = firstChild;
        nodes[index].childCount = static_cast<std::uint16_t> (nodes.size() - firstChild);
    }
}

void Lexicon::lookAhead()
{
    constexpr auto least = -100.0f;

    for (auto index = nodes.size(); index-- > 0;)
    {
        auto& node = nodes[index];

        if (node.word == unknownWord)
            node.lookAhead = least;
        else
            node.lookAhead =
                node.word < model.words().size() ? model.unigram (node.word) : model.unigram (unknownWord) + rareWord;

        for (const auto& child : children (node))
            node.lookAhead = std::max (node.lookAhead, child.lookAhead);
    }

    nodes.front().lookAhead = 0.0f;
}

void Lexicon::spreadBonus (float bonus, std::span<const WordId> hot)
{
    for (auto& end : nodes)
    {
        if (end.word == unknownWord || std::find (hot.begin(), hot.end(), end.word) == hot.end())
            continue;

        end.wordBonus = bonus;

        for (auto index = indexOf (end); index != root; index = nodes[index].parent)
        {
            auto& node = nodes[index];
            node.bonus =
                std::max (node.bonus, bonus * static_cast<float> (node.depth) / static_cast<float> (end.depth));
        }
    }
}

float Lexicon::score (const NGramModel::Context& context, WordId word, NGramModel::Context& next) const noexcept
{
    return word < model.words().size() ? model.score (context, word, next)
                                       : model.score (context, unknownWord, next) + rareWord;
}

const std::string& Lexicon::text (WordId word) const noexcept
{
    const auto known = model.words().size();
    return word < known ? model.words()[word] : addedWords[word - known];
}

std::span<const Lexicon::Node> Lexicon::children (const Node& node) const noexcept
{
    return std::span (nodes).subspan (node.firstChild, node.childCount);
}

} // namespace kikitori::backend
