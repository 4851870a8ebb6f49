/*  Tokens as people, editors, PowerShell and secret stores write them.

    Threads: pure functions.
    Failure: an Error bad_token whose message says what is wrong with it and never what it is.
*/
#pragma once

#include "Core/Result.h"

#include <string>
#include <string_view>

namespace kikitori
{

/** The first line without byte order mark, blanks and line end. An error when nothing is left, or a control character. what:
    "KIKITORI_TOKEN" or "The file /run/secrets/token". */
Result<std::string> tokenIn (std::string_view text, const std::string& what);

} // namespace kikitori
