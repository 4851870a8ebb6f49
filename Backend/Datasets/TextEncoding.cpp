#include "Backend/Datasets/TextEncoding.h"

#include <algorithm>

namespace kikitori::backend
{

namespace
{
unsigned char at (std::string_view text, std::size_t i) noexcept { return static_cast<unsigned char> (text[i]); }

/** The length of the well-formed sequence (RFC 3629) at i; 0: there is none. */
std::size_t sequenceAt (std::string_view text, std::size_t i) noexcept
{
    const auto lead = at (text, i);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;

    if (length == 0 || length > text.size() - i)
        return 0;

    for (std::size_t k = 1; k < length; ++k)
        if ((at (text, i + k) & 0xc0) != 0x80)
            return 0;

    const auto second = length > 1 ? at (text, i + 1) : 0;
    const auto isOverlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
    const auto isNoCharacter = (lead == 0xed && second > 0x9f) || (lead == 0xf4 && second > 0x8f);
    return isOverlong || isNoCharacter ? 0 : length;
}

/** Do all bytes above ASCII come in pairs, of which the encoding has such a lead and such a trail? */
template <typename IsLead, typename IsTrail, typename IsSingle>
bool isPaired (std::string_view text, IsLead isLead, IsTrail isTrail, IsSingle isSingle)
{
    for (std::size_t i = 0; i < text.size(); ++i)
    {
        if (at (text, i) < 0x80 || isSingle (at (text, i)))
            continue;
        if (! isLead (at (text, i)) || i + 1 == text.size() || ! isTrail (at (text, i + 1)))
            return false;

        ++i;
    }

    return true;
}

bool isEucJp (std::string_view text)
{
    const auto isHigh = [] (unsigned char c) { return c >= 0xa1 && c <= 0xfe; };
    return isPaired (
        text, [&] (unsigned char c) { return isHigh (c) || c == 0x8e; }, isHigh, [] (unsigned char) { return false; });
}

bool isShiftJis (std::string_view text)
{
    return isPaired (
        text, [] (unsigned char c) { return (c >= 0x81 && c <= 0x9f) || (c >= 0xe0 && c <= 0xfc); },
        [] (unsigned char c) { return c >= 0x40 && c != 0x7f && c <= 0xfc; },
        [] (unsigned char c) { return c >= 0xa1 && c <= 0xdf; });
}
} // namespace

std::string_view withoutMark (std::string_view text) noexcept
{
    constexpr std::string_view mark = "\xef\xbb\xbf";
    return text.starts_with (mark) ? text.substr (mark.size()) : text;
}

bool isUtf8 (std::string_view text) noexcept
{
    for (std::size_t i = 0; i < text.size();)
    {
        const auto length = sequenceAt (text, i);

        if (length == 0)
            return false;

        i += length;
    }

    return true;
}

std::string probableEncoding (std::string_view text)
{
    const auto hasZeros = text.find ('\0') != std::string_view::npos;

    if (hasZeros || text.starts_with ("\xff\xfe") || text.starts_with ("\xfe\xff"))
        return "UTF-16";

    return isEucJp (text) ? "EUC-JP" : isShiftJis (text) ? "SHIFT_JIS" : "WINDOWS-1252";
}

Status checkEncoding (std::string_view text, const std::string& where)
{
    if (isUtf8 (text) && text.find ('\0') == std::string_view::npos)
        return success();

    const auto encoding = probableEncoding (text);
    return Error{ "bad_data", where + " is not UTF-8 but probably " + encoding
                                  + "; save it as UTF-8, in an editor or with iconv -f " + encoding + " -t UTF-8" };
}

} // namespace kikitori::backend
