/*  Words to expect, as a person types them.

    Threads: pure functions.
    Failure: none; what is too long is left out. How many are sent is the session's (SessionSnapshot::hotwordsLeftOut).
*/
#pragma once

#include "Protocol/Messages.h"

#include <string>
#include <string_view>
#include <vector>

namespace kikitori
{

inline constexpr std::size_t longestHotword = 200; ///< bytes; longer ones are left out

/** Words or phrases between commas, semicolons or line breaks, without spaces around them. */
std::vector<std::string> hotwordsFromText (std::string_view text);

} // namespace kikitori
