/*  UTF-8 to code points and back, and how wide a text is on a screen or in a subtitle.

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

/** Columns that a text takes where Latin letters take 1. A character that a reader sees is as wide as the widest of its
    code points: a family of four is one emoji. */
int displayWidth (std::string_view text);

} // namespace kikitori
