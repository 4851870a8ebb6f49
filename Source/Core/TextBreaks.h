/*  Where a text may be cut: between the characters that a reader sees (grapheme clusters, Unicode Standard Annex 29), and
    where a line may end (Annex 14; in Thai, Lao and Khmer between words). A library of its own, which brings ICU.

    Threads: pure functions.
    Failure: without ICU's data, at each code point and behind each space; bytes that are no UTF-8 count as characters.
*/
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace kikitori
{

/** Of each byte, and of the end: does a character that a reader sees begin here? The first and the last are true. */
std::vector<bool> characterStarts (std::string_view utf8);

/** Of each byte, and of the end: may a line begin here? The first and the last are true. */
std::vector<bool> lineStarts (std::string_view utf8);

/** Columns where Latin letters take 1: 0 for marks upon others, 2 for East Asian wide and full-width forms (Annex 11). */
int columnsOf (char32_t codePoint) noexcept;

/** A script that is written without spaces between words: Chinese, Japanese, Thai, Lao, Khmer, Burmese; also their wide
    marks, and emoji. */
bool isWithoutSpaces (char32_t codePoint) noexcept;

/** Does a space stand between these two where they follow one another? Not beside a space, nor beside a script that is
    written without. */
bool needSpaceBetween (std::string_view before, std::string_view after) noexcept;

} // namespace kikitori
