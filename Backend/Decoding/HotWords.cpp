#include "Backend/Decoding/HotWords.h"

#include "Backend/Decoding/Characters.h"

#include "Backend/Decoding/WordBuilder.h"

#include <algorithm>
#include <queue>
#include <sstream>

namespace kikitori::backend
{

namespace
{
constexpr std::string_view beginMark = "\u2581";
constexpr std::size_t longestWord = 200; ///< bytes

/** The characters of a text in lower case; U+2581 is a space. */
std::vector<std::string> charactersOf (std::string_view text)
{
    std::vector<std::string> characters;

    for (std::size_t at = 0, length = 0; at < text.size(); at += length)
    {
        length = lengthOfCharacter (text, at);
        auto character = folded (text.substr (at, length));
        characters.push_back (character == beginMark ? " " : std::move (character));
    }

    return characters;
}
} // namespace

std::vector<std::string> HotWords::wordsOf (std::span<const std::string> phrases)
{
    std::vector<std::string> words;

    for (const auto& phrase : phrases)
    {
        std::string lower;

        for (const auto& character : charactersOf (phrase))
            lower += character;

        std::istringstream in (lower);

        for (std::string word; in >> word && words.size() < most;)
            words.push_back (word);
    }

    return words;
}

HotWords::HotWords (const std::vector<std::string>& tokens, std::span<const std::string> phrases, float bonus)
    : nodes (1)
{
    const auto hasSpaces = std::any_of (tokens.begin(), tokens.end(),
                                        [] (const auto& t) { return t == " " || t.starts_with (beginMark); });

    for (const auto& word : wordsOf (phrases))
    {
        const auto all = charactersOf (word);
        const auto isBetweenSpaces = hasSpaces && std::none_of (all.begin(), all.end(), beginsWithoutSpaces);

        if (word.size() <= longestWord)
            add (word, isBetweenSpaces, bonus);
    }

    link();
    spell (tokens);
    auto ignored = 0.0f;

    if (const auto space = characters.find (" "); space != characters.end())
        beginState = step (0, space->second, ignored);
}

void HotWords::add (const std::string& word, bool betweenSpaces, float bonus)
{
    auto path = charactersOf (word);
    const auto length = static_cast<float> (path.size());
    auto state = State{ 0 };
    auto depth = 0.0f;

    if (betweenSpaces)
    {
        path.insert (path.begin(), " ");
        path.emplace_back (" ");
    }

    for (std::size_t i = 0; i < path.size(); ++i)
    {
        const auto character = numberOf (path[i]);
        const auto known = nodes[state].next.find (character);

        if (known == nodes[state].next.end())
        {
            nodes[state].next.emplace (character, static_cast<State> (nodes.size()));
            state = static_cast<State> (nodes.size());
            nodes.emplace_back();
        }
        else
        {
            state = known->second;
        }

        const auto isEnd = i + 1 == path.size();
        depth += path[i] == " " ? 0.0f : 1.0f;

        if (isEnd)
            nodes[state].earned = bonus;
        else
            nodes[state].bonus = std::max (nodes[state].bonus, bonus * depth / length);
    }
}

/** Level by level: the text of a fallback is shorter. */
void HotWords::link()
{
    std::queue<State> open;

    for (const auto& [character, child] : nodes.front().next)
        open.push (child);

    for (; ! open.empty(); open.pop())
    {
        const auto state = open.front();

        for (const auto& [character, child] : nodes[state].next)
        {
            auto from = nodes[state].fallback;
            auto found = nodes[from].next.find (character);

            while (found == nodes[from].next.end() && from != 0)
            {
                from = nodes[from].fallback;
                found = nodes[from].next.find (character);
            }

            const auto fallback = found == nodes[from].next.end() ? State{ 0 } : found->second;
            nodes[child].fallback = fallback;
            nodes[child].bonus = std::max (nodes[child].bonus, nodes[fallback].bonus);
            nodes[child].earned += nodes[fallback].earned;
            open.push (child);
        }
    }
}

void HotWords::spell (const std::vector<std::string>& tokens)
{
    for (std::size_t id = 0; id < tokens.size(); ++id)
    {
        beginsAt.push_back (static_cast<std::uint32_t> (spelled.size()));

        if (id == 0)
            continue;

        for (const auto& character : charactersOf (tokens[id]))
        {
            const auto known = characters.find (character);
            spelled.push_back (known == characters.end() ? Character{ 0 } : known->second);
        }
    }

    beginsAt.push_back (static_cast<std::uint32_t> (spelled.size()));
}

HotWords::Character HotWords::numberOf (std::string_view character)
{
    const auto next = static_cast<Character> (std::min<std::size_t> (characters.size() + 1, 0xffff));
    return characters.try_emplace (std::string (character), next).first->second;
}

HotWords::State HotWords::step (State state, Character character, float& gained) const noexcept
{
    const auto before = nodes[state].bonus;

    for (;; state = nodes[state].fallback)
    {
        const auto found = nodes[state].next.find (character);

        if (found != nodes[state].next.end())
        {
            gained += nodes[found->second].bonus + nodes[found->second].earned - before;
            return found->second;
        }

        if (state == 0)
            break;
    }

    gained -= before;
    return 0;
}

HotWords::State HotWords::after (State state, std::uint16_t token, float& gained) const noexcept
{
    gained = 0.0f;

    for (auto at = beginsAt[token]; at < beginsAt[token + std::size_t{ 1 }]; ++at)
        state = step (state, spelled[at], gained);

    return state;
}

float HotWords::atEnd (State state) const noexcept
{
    auto gained = 0.0f;
    const auto space = characters.find (" ");
    const auto last = space == characters.end() ? state : step (state, space->second, gained);
    return gained - nodes[last].bonus;
}

} // namespace kikitori::backend
