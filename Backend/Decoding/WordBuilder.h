/*  From decoded tokens to words.

    Threads: pure functions.
    Failure: none.
*/
#pragma once

#include "Backend/Decoding/CtcGreedyDecoder.h"
#include "Backend/Decoding/DecodedWord.h"

namespace kikitori::backend
{

/** Joins tokens to words at spaces; U+2581 at a token's begin is a space too (SentencePiece). A character of Japanese
    or Chinese, which write no spaces, is a word of its own. A word lasts from its first token's first frame to its last
   token's last frame; its confidence is the geometric mean of its tokens' probabilities. vocabulary: tokens by id. */
std::vector<DecodedWord> buildWords (std::span<const DecodedToken> tokens, const std::vector<std::string>& vocabulary);
/** The same into a list whose memory is used again. */
void buildWords (std::span<const DecodedToken> tokens,
                 const std::vector<std::string>& vocabulary,
                 std::vector<DecodedWord>& into);

/** Words with spaces between, but where they are joined. */
std::string joinWords (std::span<const DecodedWord> words);
/** The same into a text whose memory is used again. */
void joinWords (std::span<const DecodedWord> words, std::string& text);

/** Code points of UTF-8 text. */
std::int64_t codePoints (const std::string& text);

/** Does the text begin with kana or a Chinese character? */
bool beginsWithoutSpaces (const std::string& text);

} // namespace kikitori::backend
