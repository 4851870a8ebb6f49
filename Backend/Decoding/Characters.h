/*  Words and tokens as characters of UTF-8, where upper and lower case of ASCII letters are the same.

    Threads: pure functions.
    Failure: none; bytes that are no UTF-8 count as characters.
*/
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace kikitori::backend
{

inline std::string folded (std::string_view text)
{
    std::string lower (text);
    std::transform (lower.begin(), lower.end(), lower.begin(),
                    [] (char c) { return c >= 'A' && c <= 'Z' ? static_cast<char> (c - 'A' + 'a') : c; });
    return lower;
}

/** Bytes of the character that begins here. */
inline std::size_t lengthOfCharacter (std::string_view text, std::size_t at)
{
    std::size_t length = 1;

    while (at + length < text.size() && (static_cast<unsigned char> (text[at + length]) & 0xc0) == 0x80)
        ++length;

    return length;
}

} // namespace kikitori::backend
