/*  Tests have a short form, and a full length when KIKITORI_LONG=1 is set (./test --long).

    Threads: any. Failure: none.
*/
#pragma once

#include <cstdlib>
#include <string_view>

namespace kikitori::test
{

inline bool isLongRun()
{
    const auto* value = std::getenv ("KIKITORI_LONG");
    return value != nullptr && std::string_view (value) == "1";
}

template <typename Value>
Value shortOrLong (Value inShort, Value inLong)
{
    return isLongRun() ? inLong : inShort;
}

} // namespace kikitori::test
