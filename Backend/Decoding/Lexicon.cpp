#include "Backend/Decoding/Lexicon.h"

#include <algorithm>

namespace kikitori::backend
{

namespace
{
/** How much rarer one word is than all unknown ones together: one of a thousand. */
constexpr float rareWord = -6.9f;
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

    build (tokens);
    lookAhead();
    spreadBonus (hotWordBonus, hot);
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

    // A word whose begin alone is marked may become any.
    if (nodes.size() > 1 && nodes.back().depth == 0)
        nodes.back().lookAhead = nodes.front().lookAhead;

    nodes.front().lookAhead = 0.0f;
}

void Lexicon::spreadBonus (float bonus, std::span<const WordId> hot)
{
    for (auto& end : nodes)
    {
        if (end.word == unknownWord || std::find (hot.begin(), hot.end(), end.word) == hot.end())
            continue;

        end.wordBonus = bonus;

        for (auto index = static_cast<std::uint32_t> (&end - nodes.data()); index != root; index = nodes[index].parent)
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

std::span<const Lexicon::Arc> Lexicon::arcs (const Node& node) const noexcept
{
    return std::span (allArcs).subspan (node.firstArc, node.arcCount);
}

void Lexicon::writePrefix (std::uint32_t node, std::string& into) const
{
    const auto depth = nodes[node].depth;
    auto below = node;

    while (nodes[below].word == unknownWord && nodes[below].childCount > 0)
        below = nodes[below].firstChild;

    into.clear();

    if (depth == 0 || nodes[below].word == unknownWord)
        return;

    const auto& whole = text (nodes[below].word);
    std::size_t end = 0;

    for (auto left = depth; end < whole.size(); ++end)
        if ((static_cast<unsigned char> (whole[end]) & 0xc0) != 0x80 && left-- == 0)
            break;

    into.append (whole, 0, end);
}

} // namespace kikitori::backend
