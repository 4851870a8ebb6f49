#include "Backend/Decoding/Lexicon.h"

#include <algorithm>
#include <map>

namespace kikitori::backend
{

namespace
{
struct Spelling
{
    std::vector<std::uint16_t> tokens;
    WordId word = unknownWord;
};

std::vector<Spelling> spell (const std::vector<std::string>& words, const std::vector<std::string>& tokens)
{
    std::map<std::string, std::uint16_t, std::less<>> ids;

    for (std::size_t id = 1; id < tokens.size(); ++id)
        ids.emplace (tokens[id], static_cast<std::uint16_t> (id));

    std::vector<Spelling> spellings;

    for (std::size_t word = sentenceEnd + 1; word < words.size(); ++word)
    {
        Spelling spelling{ {}, static_cast<WordId> (word) };
        const auto& text = words[word];
        auto isSpelled = true;

        for (std::size_t at = 0, length = 0; at < text.size() && isSpelled; at += length)
        {
            for (length = 1;
                 at + length < text.size() && (static_cast<unsigned char> (text[at + length]) & 0xc0) == 0x80;)
                ++length;

            const auto found = ids.find (std::string_view (text).substr (at, length));
            isSpelled = found != ids.end();

            if (isSpelled)
                spelling.tokens.push_back (found->second);
        }

        if (isSpelled && ! spelling.tokens.empty() && spelling.tokens.size() <= Lexicon::longestWord)
            spellings.push_back (std::move (spelling));
    }

    std::sort (spellings.begin(), spellings.end(), [] (const auto& a, const auto& b) { return a.tokens < b.tokens; });
    return spellings;
}
} // namespace

Lexicon::Lexicon (const NGramModel& model, const std::vector<std::string>& tokens)
{
    const auto spellings = spell (model.words(), tokens);

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

    constexpr auto least = -100.0f;

    for (auto index = nodes.size(); index-- > 0;)
    {
        auto& node = nodes[index];
        node.lookAhead = node.word == unknownWord ? least : model.unigram (node.word);

        for (const auto& child : children (node))
            node.lookAhead = std::max (node.lookAhead, child.lookAhead);
    }

    nodes.front().lookAhead = 0.0f;
}

std::span<const Lexicon::Node> Lexicon::children (const Node& node) const noexcept
{
    return std::span (nodes).subspan (node.firstChild, node.childCount);
}

} // namespace kikitori::backend
