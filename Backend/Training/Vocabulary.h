/*  The characters that a model writes, and texts brought to them. Token 0 is CTC's blank.

    Threads: const after construction.
    Failure: encode() names the characters that the vocabulary lacks.
*/
#pragma once

#include "Core/Result.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kikitori::backend
{

/** UTF-8 text as its characters; broken bytes stand for themselves. */
std::vector<std::string> charactersOf (std::string_view utf8);

/** Composed letters in lower case (foldedText), white space and dashes to single spaces, curly apostrophes straight, other punctuation gone. */
std::string normaliseText (std::string_view text);

class Vocabulary
{
public:
    /** Tokens by id, each one character; token 0 is the blank. */
    explicit Vocabulary (std::vector<std::string> tokensById);

    /** Blank, space, apostrophe, a to z. */
    static Vocabulary english();

    /** The characters of these normalised texts, in code point order after blank and space. */
    static Vocabulary ofTexts (const std::vector<std::string>& texts);

    /** Ids of a normalised text. Error unknown_characters lists those that are not in the vocabulary. */
    Result<std::vector<int>> encode (std::string_view text) const;

    const std::vector<std::string>& tokens() const noexcept { return byId; }

private:
    std::vector<std::string> byId;
    std::map<std::string, int, std::less<>> ids;
};

} // namespace kikitori::backend
