/*  Addresses without the user and password that may stand in front of "@".

    Threads: pure functions.
    Failure: none; where it is not clear where a password ends, too much is cut.
*/
#pragma once

#include <string>
#include <string_view>

namespace kikitori
{

/** One address, as typed: what stands between "://", or the begin, and the last "@" is cut with it. */
std::string addressWithoutUser (std::string address);

/** The same for each address in a text. A word without "://" is one where it reads "user:password@". */
std::string textWithoutUsers (std::string_view text);

} // namespace kikitori
