/*  Makes reference and hypothesis comparable: lower case, punctuation off, apostrophes kept, one space
    between words.

    Threads: pure functions.
    Failure: none; bytes that are not UTF-8 count as a letter U+FFFD.
*/
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kikitori::evaluation
{

/** Lower case (Latin, Greek, Cyrillic), typographic apostrophes as "'", every other punctuation mark or
    symbol as a space, no space at the ends and one between words. */
std::string normaliseText (std::string_view text);

/** The words of a normalised text. */
std::vector<std::string> splitWords (std::string_view normalised);

/** The code points of a normalised text without its spaces (what the character error rate counts: Japanese has
    no spaces, and a space set otherwise is a word error already). */
std::u32string splitCharacters (std::string_view normalised);

} // namespace kikitori::evaluation
