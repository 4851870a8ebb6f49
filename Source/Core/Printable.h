/*  Text from outside as terminals and logs may show it.

    Threads: pure function.
    Failure: none.
*/
#pragma once

#include <string>
#include <string_view>

namespace kikitori
{

/** Control characters, also those of Unicode's second set, as \xNN: an escape sequence reaches no terminal, and a line is one
    line. Everything else stays as it is. */
std::string printable (std::string_view text);

} // namespace kikitori
