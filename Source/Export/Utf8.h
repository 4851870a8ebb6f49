/*  UTF-8 to code points and back, and how wide a code point is on a screen or in a subtitle.

    Threads: pure functions.
    Failure: bytes that are not UTF-8 become U+FFFD, one for each offending byte; nothing throws.
*/
#pragma once

#include <string>
#include <string_view>

namespace kikitori
{

/** The code points of text. */
std::u32string decodeUtf8 (std::string_view text);

/** UTF-8 of the code points; surrogates and values past U+10FFFF become U+FFFD. */
std::string encodeUtf8 (std::u32string_view text);

/** Columns that a code point takes where Latin letters take 1: 0 for combining marks, 2 for East Asian wide
    and full-width forms (Unicode Standard Annex 11, the W and F classes by block). */
int displayWidth (char32_t codePoint) noexcept;

/** The sum of displayWidth over the text. */
int displayWidth (std::string_view text);

} // namespace kikitori
