/*  The words that a session expects, for a model without a lexicon: an automaton that reads a text character by
    character (A. Aho, M. Corasick, Efficient string matching: an aid to bibliographic search, CACM 1975) and tells the
    bonus that the text has at each place.

    A word's bonus grows with its characters, so that a search finds the word before it is complete, and is taken back
    where the text goes on otherwise. Words of scripts with spaces must stand between spaces; those with a kana or
    Chinese character may stand anywhere. Upper and lower case of ASCII letters are the same.

    Threads: const after construction.
    Failure: none; a word that the tokens cannot spell is never found.
*/
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kikitori::backend
{

class HotWords
{
public:
    using State = std::uint32_t;

    static constexpr std::size_t most = 1000; ///< words of a session; what is more is left out

    /** tokens by id; 0 is blank. bonus: natural log, for a whole word. */
    HotWords (const std::vector<std::string>& tokens, std::span<const std::string> phrases, float bonus);

    /** The words of phrases, each by itself, in lower case. */
    static std::vector<std::string> wordsOf (std::span<const std::string> phrases);

    /** Before the first token; words may begin here. */
    State begin() const noexcept { return beginState; }
    /** After one more token. gained: what the token adds to the bonus, negative where a word breaks off. */
    State after (State state, std::uint16_t token, float& gained) const noexcept;
    /** What the end of the text adds to the bonus: a word is complete, or one under way comes to nothing. */
    float atEnd (State state) const noexcept;

private:
    using Character = std::uint16_t; ///< number of a character of the words; 0: any other

    struct Node
    {
        std::map<Character, State> next;
        State fallback = 0;  ///< the longest end of this text that begins a word
        float bonus = 0.0f;  ///< of the words under way
        float earned = 0.0f; ///< of those that are complete here
    };

    void add (const std::string& word, bool betweenSpaces, float bonus);
    void link();
    void spell (const std::vector<std::string>& tokens);
    Character numberOf (std::string_view character);
    State step (State state, Character character, float& gained) const noexcept;

    std::map<std::string, Character, std::less<>> characters;
    std::vector<Node> nodes;
    std::vector<Character> spelled;      ///< the characters of all tokens
    std::vector<std::uint32_t> beginsAt; ///< of each token in `spelled`, and the end
    State beginState = 0;
};

} // namespace kikitori::backend
