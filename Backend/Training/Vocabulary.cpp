#include "Backend/Training/Vocabulary.h"

#include "Core/FoldedText.h"

#include <algorithm>
#include <set>

namespace kikitori::backend
{

namespace
{
std::size_t characterLength (unsigned char lead) { return lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4; }

const std::set<std::string, std::less<>> separators{
    " ", "\t", "\n", "\r", "-", "–", "—", "_", "/", "\u3000", "\u00a0"
};
const std::set<std::string, std::less<>> dropped{ ".",  ",",  ";",  ":",  "!",  "?",  "\"", "(",  ")",
                                                  "[",  "]",  "“",  "”",  "„",  "«",  "»",  "…",  "、",
                                                  "。", "「", "」", "『", "』", "！", "？", "・", "*" };
} // namespace

std::vector<std::string> charactersOf (std::string_view utf8)
{
    std::vector<std::string> characters;

    while (! utf8.empty())
    {
        const auto length = std::min (characterLength (static_cast<unsigned char> (utf8.front())), utf8.size());
        characters.emplace_back (utf8.substr (0, length));
        utf8.remove_prefix (length);
    }

    return characters;
}

std::string normaliseText (std::string_view text)
{
    std::string normal;
    auto spaceIsDue = false;

    for (auto& character : charactersOf (foldedText (text)))
    {
        if (separators.contains (character))
        {
            spaceIsDue = ! normal.empty();
            continue;
        }

        if (dropped.contains (character))
            continue;

        if (spaceIsDue)
            normal += ' ';

        spaceIsDue = false;

        if (character == "’" || character == "‘")
            normal += '\'';
        else
            normal += character;
    }

    return normal;
}

Vocabulary::Vocabulary (std::vector<std::string> tokensById) : byId (std::move (tokensById))
{
    for (std::size_t id = 1; id < byId.size(); ++id)
        ids.emplace (byId[id], static_cast<int> (id));
}

Vocabulary Vocabulary::english()
{
    std::vector<std::string> tokens{ "<blank>", " ", "'" };

    for (char c = 'a'; c <= 'z'; ++c)
        tokens.emplace_back (1, c);

    return Vocabulary (std::move (tokens));
}

Vocabulary Vocabulary::ofTexts (const std::vector<std::string>& texts)
{
    std::set<std::string> found;

    for (const auto& text : texts)
        for (auto& character : charactersOf (text))
            found.insert (std::move (character));

    found.erase (" ");
    std::vector<std::string> tokens{ "<blank>", " " };
    tokens.insert (tokens.end(), found.begin(), found.end()); // the order of UTF-8 bytes is that of code points
    return Vocabulary (std::move (tokens));
}

Result<std::vector<int>> Vocabulary::encode (std::string_view text) const
{
    std::vector<int> encoded;
    std::set<std::string> unknown;

    for (const auto& character : charactersOf (text))
    {
        if (const auto found = ids.find (character); found != ids.end())
            encoded.push_back (found->second);
        else
            unknown.insert (character);
    }

    if (unknown.empty())
        return encoded;

    std::string list;

    for (const auto& character : unknown)
        list += (list.empty() ? "" : " ") + character;

    return Error{ "unknown_characters", list };
}

} // namespace kikitori::backend
