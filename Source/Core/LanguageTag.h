/*  What a language tag (BCP 47: "en", "ja-JP") tells of how the language is written.

    Threads: pure functions.
    Failure: none; a language that is not known here is written with spaces.
*/
#pragma once

#include "Core/PlainText.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace kikitori
{

/** Does the language put spaces between words? Where it does not, errors are counted by characters. */
inline bool hasWordSpaces (std::string_view tag)
{
    constexpr std::array<std::string_view, 6> without{ "ja", "zh", "yue", "th", "lo", "km" };
    const auto primary = tag.substr (0, tag.find_first_of ("-_"));
    const auto isSame = [] (char a, char b) { return asciiLower (a) == b; };
    const auto isIt = [&] (std::string_view language)
    { return std::equal (primary.begin(), primary.end(), language.begin(), language.end(), isSame); };
    return std::none_of (without.begin(), without.end(), isIt);
}

} // namespace kikitori
