#include "Session/Hotwords.h"

#include <algorithm>

namespace kikitori
{

std::vector<std::string> hotwordsFromText (std::string_view text)
{
    constexpr std::string_view separators = ",;\r\n", spaces = " \t";
    std::vector<std::string> words;

    while (! text.empty())
    {
        const auto end = std::min (text.find_first_of (separators), text.size());
        auto word = text.substr (0, end);
        text.remove_prefix (std::min (end + 1, text.size()));
        word.remove_prefix (std::min (word.find_first_not_of (spaces), word.size()));
        word = word.substr (0, word.find_last_not_of (spaces) + 1);

        if (! word.empty() && word.size() <= longestHotword)
            words.emplace_back (word);
    }

    return words;
}

} // namespace kikitori
