#include "Core/Credentials.h"

#include <algorithm>

namespace kikitori
{

namespace
{
bool holdsAddress (std::string_view word)
{
    return word.find ("://") != std::string_view::npos
           || word.substr (0, word.find_first_of ("/@")).find (':') != std::string_view::npos;
}
} // namespace

std::string addressWithoutUser (std::string address)
{
    const auto scheme = address.find ("://");
    const auto start = scheme == std::string::npos ? 0 : scheme + 3;
    const auto at = address.rfind ('@');

    if (at != std::string::npos && at >= start)
        address.erase (start, at + 1 - start);

    return address;
}

std::string textWithoutUsers (std::string_view text)
{
    constexpr std::string_view ends = " \t\r\n\"<>";
    std::string safe;

    while (! text.empty())
    {
        const auto length = std::min (text.size(), text.find_first_of (ends));
        const std::string word (text.substr (0, length));
        safe += holdsAddress (word) ? addressWithoutUser (word) : word;
        text.remove_prefix (length);

        const auto gap = std::min (text.size(), text.find_first_not_of (ends));
        safe += text.substr (0, gap);
        text.remove_prefix (gap);
    }

    return safe;
}

} // namespace kikitori
