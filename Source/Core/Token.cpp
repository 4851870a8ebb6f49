#include "Core/Token.h"

#include <algorithm>

namespace kikitori
{

Result<std::string> tokenIn (std::string_view text, const std::string& what)
{
    constexpr std::string_view mark = "\xef\xbb\xbf", blanks = " \t\r\n\v\f";

    if (text.starts_with (mark))
        text.remove_prefix (mark.size());

    text.remove_prefix (std::min (text.find_first_not_of (blanks), text.size()));
    text = text.substr (0, text.find ('\n'));
    text = text.substr (0, text.find_last_not_of (blanks) + 1);

    if (text.empty())
        return Error{ "bad_token", what + " has no token: it is empty or blank." };
    if (std::any_of (text.begin(), text.end(), [] (unsigned char c) { return c < 0x20 || c == 0x7f; }))
        return Error{ "bad_token", what + " has a control character in its token. Put the token alone on one line." };

    return std::string (text);
}

} // namespace kikitori
