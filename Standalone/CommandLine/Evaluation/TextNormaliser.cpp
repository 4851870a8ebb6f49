#include "Standalone/CommandLine/Evaluation/TextNormaliser.h"

#include "Core/FoldedText.h"
#include "Export/Utf8.h"

#include <algorithm>

namespace kikitori::evaluation
{

namespace
{

bool isApostrophe (char32_t c) { return c == U'\'' || c == 0x2019 || c == 0x02bc || c == 0xff07; }

bool isWordCharacter (char32_t c)
{
    if (c < 0x80)
        return (c >= U'a' && c <= U'z') || (c >= U'0' && c <= U'9');
    if (c < 0xc0)
        return c == 0xaa || c == 0xb5 || c == 0xba;
    if (c == 0xd7 || c == 0xf7)
        return false;
    if ((c >= 0x2000 && c <= 0x2bff) || (c >= 0x3000 && c <= 0x303f && c != 0x3005))
        return false;
    if (c == 0x30fb || (c >= 0xfe30 && c <= 0xfe6f))
        return false;
    return ! ((c >= 0xff00 && c <= 0xff0f) || (c >= 0xff1a && c <= 0xff20) || (c >= 0xff3b && c <= 0xff40)
              || (c >= 0xff5b && c <= 0xff65));
}

} // namespace

std::string normaliseText (std::string_view text)
{
    std::u32string points = decodeUtf8 (foldedText (text));
    std::replace_if (points.begin(), points.end(), isApostrophe, U'\'');

    std::u32string out;
    for (std::size_t i = 0; i < points.size(); ++i)
    {
        const char32_t c = points[i];
        const bool besideWord =
            (i > 0 && isWordCharacter (points[i - 1])) || (i + 1 < points.size() && isWordCharacter (points[i + 1]));

        if (isWordCharacter (c) || (c == U'\'' && besideWord))
            out.push_back (c);
        else if (! out.empty() && out.back() != U' ')
            out.push_back (U' ');
    }

    if (! out.empty() && out.back() == U' ')
        out.pop_back();
    return encodeUtf8 (out);
}

std::vector<std::string> splitWords (std::string_view normalised)
{
    std::vector<std::string> words;

    while (! normalised.empty())
    {
        const auto end = std::min (normalised.find (' '), normalised.size());
        if (end > 0)
            words.emplace_back (normalised.substr (0, end));
        normalised.remove_prefix (std::min (end + 1, normalised.size()));
    }

    return words;
}

std::u32string splitCharacters (std::string_view normalised)
{
    std::u32string points = decodeUtf8 (normalised);
    std::erase (points, U' ');
    return points;
}

} // namespace kikitori::evaluation
