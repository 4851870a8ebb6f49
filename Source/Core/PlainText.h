/*  Numbers and ASCII letters, whatever the locale: a host may have set one with decimal commas, or one in which "I" is no
    capital "i".

    Threads: pure functions.
    Failure: text that is not wholly a finite number gives nullopt.
*/
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kikitori
{

/** With so many digits behind the point: decimalText (1.25, 3) is "1.250". Not finite: "0". */
std::string decimalText (double value, int digits);

/** With so many digits that count, without zeros at the end: shortText (0.00030000000000000003, 6) is "0.0003". Not
    finite: "0". */
std::string shortText (double value, int digits);

std::optional<double> numberFrom (std::string_view text);

constexpr char asciiLower (char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char> (c - 'A' + 'a') : c; }
std::string asciiLower (std::string text);

} // namespace kikitori
